"""The connection to the cluster survives being written, read and sourced by a shell."""

import subprocess
from pathlib import Path

from deploy.local.cluster import read_connection, write_connection
from deploy.local.instance import derive
from deploy.local.stack import CLUSTER_READY, ClusterStack, make_connection
from deploy.local.steps import check_order

INSTANCE = derive(Path("/srv/a"), {"HOME": "/home/dev"})


def test_a_connection_is_read_as_it_was_written(tmp_path: Path) -> None:
    connection = make_connection(INSTANCE)
    write_connection(connection, tmp_path / "cluster.env")
    assert read_connection(tmp_path / "cluster.env") == connection


def test_a_shell_can_source_it(tmp_path: Path) -> None:
    path = tmp_path / "cluster.env"
    write_connection(make_connection(INSTANCE), path)
    script = f'. {path}; printf %s "$CATALYST_CLUSTER_REGISTRY"'
    output = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)
    assert output.stdout == f"{INSTANCE.network.node_address}:5000"


def test_the_cluster_is_ready_only_after_everything_else() -> None:
    steps = ClusterStack(INSTANCE).steps()
    check_order(steps)
    needed: set[str] = set()
    open_names = {CLUSTER_READY}
    while open_names:
        name = open_names.pop()
        needed.add(name)
        open_names |= {n for step in steps if step.name == name for n in step.after} - needed
    unwaited = {step.name for step in steps} - needed
    assert unwaited == set()
