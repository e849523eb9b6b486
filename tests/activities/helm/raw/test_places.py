"""Ways to a field as Kubernetes writes them."""

import pytest
from pydantic import JsonValue

from activities.helm.raw.places import path_in

POD: JsonValue = {
    "spec": {
        "containers": [
            {
                "name": "web",
                "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}],
            },
            {"name": "side", "env": [{"name": "A"}]},
        ]
    },
    "metadata": {"annotations": {"a.b/c": 1}},
}


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("spec.containers[1].name", ("spec", "containers", 1, "name")),
        (".spec.containers[1].env[0].value", ("spec", "containers", 1, "env", 0, "value")),
        ('.spec.containers[name="side"].image', ("spec", "containers", 1, "image")),
        (
            '.spec.containers[name="web"].ports[containerPort=53,protocol="UDP"].hostPort',
            ("spec", "containers", 0, "ports", 1, "hostPort"),
        ),
        (
            '.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].name',
            ("spec", "containers", 0, "ports", 0, "name"),
        ),
        ("metadata.annotations[a.b/c]", ("metadata", "annotations", "a.b/c")),
        ('.spec.containers[name="gone"].image', ("spec", "containers")),
        ("", ()),
    ],
)
def test_a_field_is_found_in_what_was_written(field: str, path: tuple[str | int, ...]) -> None:
    assert path_in(POD, field) == path
