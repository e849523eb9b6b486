"""The configuration files of the node's processes: pure, values in, texts out."""

import base64
import json
from pathlib import Path

import yaml

from deploy.local import versions
from deploy.local.instance import DNS_ADDRESS, POD_NETWORK
from deploy.local.node import layout
from deploy.local.node.layout import CONFIGURATION, DATA, PKI, TOOLS

POD_SUBNET = "10.244.0.0/24"
"""The first subnet the controller manager gives away; there is only one node to get it."""
MAX_PODS = 250
"""What fits into the pod subnet."""


def pause_image(registry: str) -> str:
    """Return the name of the image that holds a pod's namespaces."""
    return f"{registry}/catalyst/pause:{versions.KUBERNETES}"


def containerd(registry: str) -> str:
    """Return containerd's configuration (version 2)."""
    return f"""\
version = 2
root = "{DATA}/containerd"
state = "/run/containerd"

[grpc]
  address = "{layout.CONTAINERD_SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
  path = "{DATA}/containerd-opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause_image(registry)}"
  disable_apparmor = true
  tolerate_missing_hugetlb_controller = true
  # A machine without CAP_SYS_RESOURCE cannot lower the score: every pod would die at its start.
  restrict_oom_score_adj = true
  max_concurrent_downloads = 6

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
  BinaryName = "{TOOLS}/debian/usr/sbin/runc"

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "{TOOLS}/debian/usr/lib/cni"
  conf_dir = "{CONFIGURATION}/cni"

[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "{CONFIGURATION}/certs.d"
"""


def registry_hosts(registry: str) -> dict[str, str]:
    """Return containerd's `hosts.toml` by registry name: plain HTTP, and our copy of Docker Hub."""
    host = f"""
[host."http://{registry}"]
  capabilities = ["pull", "resolve"]
"""
    return {
        registry: f'server = "http://{registry}"\n{host}',
        "docker.io": f'server = "https://registry-1.docker.io"\n{host}',
    }


def cni() -> str:
    """Return the pod network: a routed link for every pod, so that policies see all traffic."""
    return json.dumps(
        {
            "cniVersion": "0.4.0",
            "name": "catalyst",
            "plugins": [
                {
                    "type": "ptp",
                    "mtu": 1500,
                    "ipMasq": False,
                    "ipam": {
                        "type": "host-local",
                        "ranges": [[{"subnet": POD_SUBNET}]],
                        "routes": [{"dst": "0.0.0.0/0"}],
                    },
                },
                {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True},
            ],
        },
        indent=2,
    )


def kubelet(cgroup: str) -> str:
    """Return the kubelet's configuration; all pods live below the stack's own cgroup."""
    return yaml.safe_dump(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": f"{PKI}/ca.crt"},
            },
            "authorization": {"mode": "Webhook"},
            "tlsCertFile": f"{PKI}/kubelet-server.crt",
            "tlsPrivateKeyFile": f"{PKI}/kubelet-server.key",
            "containerRuntimeEndpoint": f"unix://{layout.CONTAINERD_SOCKET}",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{cgroup}",
            "enforceNodeAllocatable": ["pods"],
            "failCgroupV1": False,
            "failSwapOn": False,
            # The node's init shows the kubelet the values it wants, see node/specification.py.
            "protectKernelDefaults": True,
            "clusterDomain": "cluster.local",
            "clusterDNS": [DNS_ADDRESS],
            "resolvConf": f"{CONFIGURATION}/resolv.conf",
            # Absolute and small: the disk and the memory belong to other things as well.
            "evictionHard": {
                "memory.available": "100Mi",
                "nodefs.available": "500Mi",
                "imagefs.available": "500Mi",
            },
            "imageGCHighThresholdPercent": 99,
            "imageGCLowThresholdPercent": 98,
            "maxPods": MAX_PODS,
            "podLogsDir": "/var/log/pods",
            "registryPullQPS": 0,
            "serializeImagePulls": False,
            "volumePluginDir": f"{DATA}/volume-plugins",
            "shutdownGracePeriod": "0s",
        },
        sort_keys=False,
    )


def kube_proxy() -> str:
    """Return kube-proxy's configuration."""
    return yaml.safe_dump(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "nftables",
            "clusterCIDR": POD_NETWORK,
            "clientConnection": {"kubeconfig": f"{CONFIGURATION}/kube-proxy.kubeconfig"},
            # The table's size belongs to the whole machine, so it is left alone.
            "conntrack": {
                "maxPerCore": 0,
                "min": 0,
                "tcpEstablishedTimeout": "0s",
                "tcpCloseWaitTimeout": "0s",
            },
        },
        sort_keys=False,
    )


def registry() -> str:
    """Return the registry's configuration."""
    return yaml.safe_dump(
        {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": f"{DATA}/registry"},
                "delete": {"enabled": True},
                # Uploads that were cut off are removed by `down`, with everything else.
                "maintenance": {"uploadpurging": {"enabled": False}},
            },
            "http": {"addr": f"0.0.0.0:{layout.REGISTRY_PORT}"},
        },
        sort_keys=False,
    )


def kubeconfig(server: str, pki: Path, file: str) -> str:
    """Return a kubeconfig with the certificates inside, so that the file can be copied."""

    def encoded(name: str) -> str:
        return base64.b64encode((pki / name).read_bytes()).decode()

    cluster = {"server": server, "certificate-authority-data": encoded("ca.crt")}
    user = {
        "client-certificate-data": encoded(f"{file}.crt"),
        "client-key-data": encoded(f"{file}.key"),
    }
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "catalyst-local", "cluster": cluster}],
            "users": [{"name": file, "user": user}],
            "contexts": [
                {
                    "name": "catalyst-local",
                    "context": {"cluster": "catalyst-local", "user": file},
                }
            ],
            "current-context": "catalyst-local",
        },
        sort_keys=False,
    )
