"""What runs in the node, in which order, with which flags: pure, an instance in, a value out."""

from deploy.local.instance import POD_NETWORK, SERVICE_NETWORK, Instance
from deploy.local.node import layout
from deploy.local.node.init import Mount, Process, Ready, Specification
from deploy.local.node.layout import CONFIGURATION, DATA, PKI, TOOLS, NodeFiles, Tools

_BIN = TOOLS / "kubernetes"
_DEBIAN = TOOLS / "debian"
_AUTHORITY = f"{PKI}/ca.crt"

_SHOWN_SETTINGS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
"""The kubelet wants these of a machine it owns. This one it shares, so inside the node it sees its
wishes fulfilled while the machine's settings stay as they are."""


_VOLUMES = "/tmp/hostpath_pv"  # noqa: S108  (the node's own)
"""Where the controller manager's provisioner puts volumes; it can be told no other place."""


def make_specification(instance: Instance, tools: Tools, files: NodeFiles) -> Specification:
    """Return all that the node's init does."""
    network = instance.network
    shown: dict[str, str] = {
        str(files.data): str(DATA),
        str(instance.log_directory / "node"): str(layout.LOGS),
        # Paths that processes insist on: what they write there stays in the stack's state.
        str(files.data / "var-log"): "/var/log",
        str(files.data / "var-lib"): "/var/lib",
        str(files.data / "tmp"): "/tmp",  # noqa: S108  (the node's own)
        **{str(source): str(target) for source, target in tools.mounts().items()},
    }
    return Specification(
        hostname=instance.name,
        link=instance.node_link,
        address=f"{network.node_address}/{network.prefix_length}",
        temporary=["/run"],
        mounts=[Mount(source=source, target=target) for source, target in shown.items()],
        shown_settings=_SHOWN_SETTINGS,
        settings={"net/ipv4/ip_forward": "1"},
        commands=[_masquerade(instance)],
        environment=_environment(),
        logs=str(layout.LOGS),
        status=str(DATA / "status.json"),
        processes=_processes(instance),
        volumes=_VOLUMES,
    )


def _masquerade(instance: Instance) -> list[str]:
    """Let pods reach the machine, which knows no way back to a pod's own address."""
    source = ["-s", POD_NETWORK, "-o", instance.node_link]
    return ["iptables", "-w", "-t", "nat", "-A", "POSTROUTING", *source, "-j", "MASQUERADE"]


def _environment() -> dict[str, str]:
    directories = [f"{_DEBIAN}/{place}" for place in ("usr/sbin", "usr/bin", "sbin", "bin")]
    libraries = [f"{_DEBIAN}/{place}" for place in ("usr/lib", "lib")]
    system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    return {
        "PATH": ":".join([*directories, str(_BIN), *system]),
        "LD_LIBRARY_PATH": ":".join(f"{place}/x86_64-linux-gnu" for place in libraries),
        "XTABLES_LIBDIR": f"{_DEBIAN}/usr/lib/x86_64-linux-gnu/xtables",
        "HOME": str(DATA),
        # A machine's proxy is of no use in here and would catch requests to the apiserver.
        "NO_PROXY": "*",
    }


def _processes(instance: Instance) -> list[Process]:
    return [*_registry_and_runtime(), *_control_plane(instance), *_node_components(instance)]


def _registry_and_runtime() -> list[Process]:
    return [
        _process(
            "registry",
            [f"{_DEBIAN}/usr/bin/docker-registry", "serve", f"{CONFIGURATION}/registry.yaml"],
            http=f"http://127.0.0.1:{layout.REGISTRY_PORT}/v2/",
        ),
        _process(
            "containerd",
            [f"{_DEBIAN}/usr/bin/containerd", "--config", f"{CONFIGURATION}/containerd.toml"],
            unix=str(layout.CONTAINERD_SOCKET),
        ),
    ]


def _control_plane(instance: Instance) -> list[Process]:
    return [
        _process("etcd", _etcd(), http="http://127.0.0.1:2379/health"),
        _process(
            "kube-apiserver",
            _apiserver(instance.network.node_address),
            after=["etcd"],
            http=f"https://127.0.0.1:{layout.KUBERNETES_PORT}/readyz",
            authority=_AUTHORITY,
        ),
        _process(
            "kube-controller-manager",
            _controller_manager(),
            after=["kube-apiserver"],
            http="https://127.0.0.1:10257/healthz",
        ),
        _process(
            "kube-scheduler",
            _scheduler(),
            after=["kube-apiserver"],
            http="https://127.0.0.1:10259/healthz",
        ),
    ]


def _node_components(instance: Instance) -> list[Process]:
    return [
        _process(
            "kubelet",
            _kubelet(instance),
            after=["kube-apiserver", "containerd"],
            http="http://127.0.0.1:10248/healthz",
        ),
        _process(
            "kube-proxy",
            [
                f"{_BIN}/kube-proxy",
                f"--config={CONFIGURATION}/kube-proxy.yaml",
                f"--hostname-override={instance.name}",
            ],
            after=["kubelet"],
            http="http://127.0.0.1:10256/livez",
        ),
        _process(
            "kube-router",
            _kube_router(instance),
            after=["kubelet"],
            http="http://127.0.0.1:20244/healthz",
        ),
    ]


def _process(
    name: str,
    argv: list[str],
    *,
    after: list[str] | None = None,
    http: str = "",
    unix: str = "",
    authority: str = "",
) -> Process:
    ready = Ready(unix=unix) if unix else Ready(http=http)
    if authority:
        ready["authority"] = authority
    return Process(name=name, argv=argv, after=after or [], ready=ready)


def _etcd() -> list[str]:
    return [
        f"{_DEBIAN}/usr/bin/etcd",
        f"--data-dir={DATA}/etcd",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
        # A local stack may lose its last second; every write waiting for the disk costs more.
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _apiserver(node: str) -> list[str]:
    return [
        f"{_BIN}/kube-apiserver",
        "--etcd-servers=http://127.0.0.1:2379",
        f"--secure-port={layout.KUBERNETES_PORT}",
        f"--advertise-address={node}",
        "--allow-privileged=true",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--authorization-mode=Node,RBAC",
        # The second one: a Service's `externalIPs` would take over addresses of the whole node.
        "--enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs",
        f"--client-ca-file={PKI}/ca.crt",
        f"--tls-cert-file={PKI}/apiserver.crt",
        f"--tls-private-key-file={PKI}/apiserver.key",
        f"--kubelet-client-certificate={PKI}/apiserver-kubelet-client.crt",
        f"--kubelet-client-key={PKI}/apiserver-kubelet-client.key",
        # The node's name resolves nowhere: logs and exec go to its address.
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={PKI}/service-account.pub",
        f"--service-account-signing-key-file={PKI}/service-account.key",
        f"--requestheader-client-ca-file={PKI}/front-proxy-ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        f"--proxy-client-cert-file={PKI}/front-proxy-client.crt",
        f"--proxy-client-key-file={PKI}/front-proxy-client.key",
        "--enable-aggregator-routing=true",
    ]


def _controller_manager() -> list[str]:
    kubeconfig = f"{CONFIGURATION}/controller-manager.kubeconfig"
    return [
        f"{_BIN}/kube-controller-manager",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        "--use-service-account-credentials",
        "--allocate-node-cidrs",
        f"--cluster-cidr={POD_NETWORK}",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--leader-elect=false",
        "--enable-hostpath-provisioner",
        f"--root-ca-file={PKI}/ca.crt",
        f"--cluster-signing-cert-file={PKI}/ca.crt",
        f"--cluster-signing-key-file={PKI}/ca.key",
        f"--service-account-private-key-file={PKI}/service-account.key",
        f"--requestheader-client-ca-file={PKI}/front-proxy-ca.crt",
        f"--flex-volume-plugin-dir={DATA}/volume-plugins",
    ]


def _scheduler() -> list[str]:
    kubeconfig = f"{CONFIGURATION}/scheduler.kubeconfig"
    return [
        f"{_BIN}/kube-scheduler",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
    ]


def _kubelet(instance: Instance) -> list[str]:
    return [
        f"{_BIN}/kubelet",
        f"--config={CONFIGURATION}/kubelet.yaml",
        f"--kubeconfig={CONFIGURATION}/kubelet.kubeconfig",
        f"--hostname-override={instance.name}",
        f"--node-ip={instance.network.node_address}",
        "--root-dir=/var/lib/kubelet",
    ]


def _kube_router(instance: Instance) -> list[str]:
    """Enforces NetworkPolicies and nothing else."""
    return [
        f"{_BIN}/kube-router",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
        "--run-loadbalancer=false",
        "--enable-cni=false",
        "--enable-ipv6=false",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        f"--kubeconfig={CONFIGURATION}/kube-router.kubeconfig",
        f"--hostname-override={instance.name}",
        "--health-port=20244",
    ]
