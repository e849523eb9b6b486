"""Starting the node, watching it come up, and removing every trace of it."""

# ruff: noqa: ASYNC240  (a few local files: quicker than handing them to a thread)

import asyncio
import contextlib
import errno
import json
import os
import shutil
import sys
from collections import deque
from pathlib import Path

from deploy.local.instance import Instance
from deploy.local.node import certificates, configuration, init, layout
from deploy.local.node.layout import NodeFiles, Tools
from deploy.local.node.specification import make_specification
from deploy.local.processes import (
    NotReadyError,
    ProcessDiedError,
    Processes,
    ProcessRecord,
    end_process,
    is_alive,
    wait_until,
)
from deploy.local.steps import Outcome, StepContext, StepError

PROCESS = "node"
_CGROUPS = Path("/sys/fs/cgroup")
_NAMESPACES = ("--mount", "--propagation", "slave", "--pid", "--net", "--uts")


class Node:
    """The node of one stack."""

    def __init__(self, instance: Instance, tools: Tools) -> None:
        self._instance = instance
        self._files = NodeFiles(instance)
        self._tools = tools
        self._processes = Processes(instance)

    @property
    def registry(self) -> str:
        """The registry's name, the same everywhere."""
        return f"{self._instance.network.node_address}:{layout.REGISTRY_PORT}"

    @property
    def files(self) -> NodeFiles:
        """The node's files on the machine."""
        return self._files

    async def ensure_configured(self, context: StepContext) -> Outcome:
        """Write certificates, configuration and specification."""
        files, instance = self._files, self._instance
        specification = make_specification(instance, self._tools, files)
        for mount in specification["mounts"]:
            Path(mount["source"]).mkdir(parents=True, exist_ok=True)
        certificates.write_certificates(files.pki, instance.name, instance.network.node_address)
        texts = {files.configuration / k: v for k, v in self._configuration().items()}
        texts[files.specification] = json.dumps(specification, indent=1)
        texts[files.kubeconfig] = self._kubeconfig(instance.network.node_address, "admin")
        changed = [path for path, text in texts.items() if _write_if_changed(path, text)]
        if changed and (record := self._processes.find(PROCESS)):
            context.note("restarting the node with its new configuration")
            await self._end(record)
        return Outcome.DONE if changed else Outcome.CACHED

    async def ensure_started(self, context: StepContext) -> Outcome:
        """Start the node's init in its own name spaces and connect it to the machine."""
        if record := self._processes.find(PROCESS):
            # The run that started it may have been killed before it was connected.
            await self._connect(record, context)
            return Outcome.CACHED
        # What a killed run left: its node may have lost its record, its link stays in the way.
        await self._processes.end_survivors(PROCESS)
        await delete_link_if_present(self._instance, context)
        self._files.status.unlink(missing_ok=True)
        for hierarchy in _hierarchies():
            _cgroup_of(hierarchy, self._instance).mkdir(exist_ok=True)
        interpreter = [sys.executable, "-I", init.__file__, str(self._files.specification)]
        record = self._processes.start(
            PROCESS, ["unshare", *_NAMESPACES, "--fork", "--kill-child", "--", *interpreter]
        )
        await self._connect(record, context)
        return Outcome.DONE

    async def wait_for(self, name: str, context: StepContext, *, seconds: float) -> Outcome:
        """Wait until one of the node's processes is ready."""
        context.write(f"its log: {self._instance.log_directory / 'node' / name}.log")
        if self._is_ready(name):
            return Outcome.CACHED
        try:
            await wait_until(
                lambda: self._is_ready(name),
                seconds=seconds,
                what=f"{name} is ready",
                process=self._processes.find(PROCESS),
            )
        except (ProcessDiedError, NotReadyError) as error:
            context.write(_end_of(self._instance.log_directory / "node" / f"{name}.log"))
            context.write(_end_of(self._instance.log_directory / f"{PROCESS}.log"))
            raise StepError(str(error)) from error
        return Outcome.DONE

    async def delete_if_present(self, context: StepContext) -> None:
        """End the node and remove what a node leaves on the machine."""
        if record := self._processes.find(PROCESS):
            await self._end(record)
        await self._processes.end_survivors()
        await delete_link_if_present(self._instance, context)
        await delete_cgroups_if_present(self._instance)
        await asyncio.to_thread(shutil.rmtree, self._files.data, ignore_errors=True)
        self._files.kubeconfig.unlink(missing_ok=True)

    async def _connect(self, record: ProcessRecord, context: StepContext) -> None:
        """Have a link from the machine to the node; doing it again changes nothing."""
        instance = self._instance

        def has_own_network() -> bool:
            with contextlib.suppress(OSError):
                own = Path(f"/proc/{record.pid}/ns/net").readlink()
                return own != Path("/proc/self/ns/net").readlink()
            return False

        await wait_until(has_own_network, seconds=10, what="own network", process=record)
        network = instance.network
        if not Path("/sys/class/net", instance.host_link).exists():
            peer = ["peer", "name", instance.node_link, "netns", str(record.pid)]
            await context.run("ip", "link", "add", instance.host_link, "type", "veth", *peer)
        address = f"{network.host_address}/{network.prefix_length}"
        await context.run("ip", "addr", "replace", address, "dev", instance.host_link)
        await context.run("ip", "link", "set", instance.host_link, "up")

    async def _end(self, record: ProcessRecord) -> None:
        # The init dies with its parent, and with it, by the kernel, everything in the node.
        await end_process(record, grace=0)
        await wait_until(
            lambda: not any(is_alive(found) for found in self._processes.survivors(PROCESS)),
            seconds=20,
            what="every process of the node has ended",
        )

    def _is_ready(self, name: str) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return bool(json.loads(self._files.status.read_text())[name]["ready"])
        return False

    def _configuration(self) -> dict[str, str]:
        texts = {
            "containerd.toml": configuration.containerd(self.registry),
            "cni/10-catalyst.conflist": configuration.cni(),
            "kubelet.yaml": configuration.kubelet(self._instance.cgroup),
            "kube-proxy.yaml": configuration.kube_proxy(),
            "registry.yaml": configuration.registry(),
            # The cluster's DNS asks nobody outside, so neither does it need a server here.
            "resolv.conf": "",
        }
        for name in ("controller-manager", "scheduler", "kubelet", "kube-proxy", "kube-router"):
            texts[f"{name}.kubeconfig"] = self._kubeconfig("127.0.0.1", name)
        for host, text in configuration.registry_hosts(self.registry).items():
            texts[f"certs.d/{host}/hosts.toml"] = text
        return texts

    def _kubeconfig(self, address: str, user: str) -> str:
        server = f"https://{address}:{layout.KUBERNETES_PORT}"
        return configuration.kubeconfig(server, self._files.pki, user)


async def delete_link_if_present(instance: Instance, context: StepContext) -> None:
    """Remove the veth pair; it also goes by itself, a moment after its network name space."""
    if Path("/sys/class/net", instance.host_link).exists():
        with contextlib.suppress(Exception):
            await context.run("ip", "link", "delete", instance.host_link)
    await wait_until(
        lambda: not Path("/sys/class/net", instance.host_link).exists(),
        seconds=10,
        what=f"the link {instance.host_link} is gone",
    )


async def delete_cgroups_if_present(instance: Instance) -> None:
    """Remove the stack's cgroups; they stay busy until their last process has ended."""
    for hierarchy in _hierarchies():
        top = _cgroup_of(hierarchy, instance)

        def is_gone(top: Path = top) -> bool:
            for directory, _, _ in os.walk(top, topdown=False):
                try:
                    Path(directory).rmdir()
                except FileNotFoundError:
                    continue
                except OSError as error:
                    if error.errno == errno.EBUSY:
                        return False
                    raise
            return not top.exists()

        await wait_until(is_gone, seconds=20, what=f"the cgroup {top} is empty")


def _hierarchies() -> list[Path]:
    """Return the root of each cgroup hierarchy, of version 1 or 2."""
    if (_CGROUPS / "cgroup.controllers").exists():
        return [_CGROUPS]
    return sorted(path for path in _CGROUPS.iterdir() if path.is_dir() and not path.is_symlink())


def _cgroup_of(hierarchy: Path, instance: Instance) -> Path:
    return hierarchy / instance.cgroup


def _end_of(log: Path) -> str:
    """Return the last lines of a log, for the log of the step that waited in vain."""
    try:
        with log.open(errors="replace") as file:
            return "".join(deque(file, maxlen=7))
    except FileNotFoundError:
        return f"{log} was never written"


def _write_if_changed(path: Path, text: str) -> bool:
    if path.exists() and path.read_text() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    return True
