"""Short and long forms, and what is none."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.workflows.planning.plans.cases import problems_of
from workflows.planning.compose.specification import forms
from workflows.planning.compose.specification.checking import known_keys
from workflows.planning.compose.specification.model import Service


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (forms.words, "a 'b c' \"d\"", ("a", "b c", "d")),
        (forms.words, ["a", 1, True], ("a", "1", "true")),
        (forms.words, None, None),
        (forms.assignments, ["A=b=c", "B", "C="], {"A": "b=c", "B": None, "C": ""}),
        (
            forms.assignments,
            {"A": 1.0, "B": 0.5, "C": None, "D": False},
            {"A": "1", "B": "0.5", "C": None, "D": "false"},
        ),
        (forms.assignments, None, {}),
        (forms.names, ["a"], {"a": {}}),
        (forms.names, {"a": None, "b": {"x": 1}}, {"a": {}, "b": {"x": 1}}),
        (forms.names, None, {}),
        (forms.duration, "1m30s", 90.0),
        (forms.duration, "1h 1ms", 3600.001),
        (forms.duration, 3.0, 3.0),
        (forms.size, "512m", 512 * 2**20),
        (forms.size, "1.5GB", 1536 * 2**20),
        (forms.size, "2gib", 2 * 2**30),
        (forms.size, 64, 64),
        (forms.size, "10", 10),
        (forms.number, "7", 7),
        (forms.number, 7, 7),
        (forms.decimal, "0.5", 0.5),
        (forms.decimal, 2, 2.0),
        (forms.mode, 0o755, 0o755),
        (forms.mode, "0o755", 0o755),
        (forms.flag, "yes", True),
        (forms.flag, "false", False),
        (forms.flag, True, True),
        (forms.mount, "/data", {"type": "volume", "target": "/data"}),
        (forms.mount, {"type": "bind"}, {"type": "bind"}),
        (forms.test, "curl x", ("CMD-SHELL", "curl x")),
        (forms.test, ["NONE"], ("NONE",)),
        (forms.env_file, ["a", {"path": "b"}], ({"path": "a"}, {"path": "b"})),
        (forms.env_file, None, ()),
        (forms.texts, "a", ("a",)),
        (forms.texts, None, ()),
        (forms.ports, None, ()),
    ],
)
def test_forms(form: Callable[[Any], Any], value: Any, expected: Any) -> None:
    assert form(value) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("80", [(0, 80, None)]),
        (80, [(0, 80, None)]),
        ("8080:80", [(8080, 80, None)]),
        ("8080:80/udp", [(8080, 80, "udp")]),
        (":80", [(0, 80, None)]),
        ("127.0.0.1:8080:80", [(8080, 80, None)]),
        ("127.0.0.1::80", [(0, 80, None)]),
        ("localhost:8080:80", [(8080, 80, None)]),
        ("[::1]:8080:80", [(8080, 80, None)]),
        ("3000-3001", [(0, 3000, None), (0, 3001, None)]),
        ("9000-9001:3000-3001", [(9000, 3000, None), (9001, 3001, None)]),
        ("8000-9000:80", [(0, 0, None)]),
        ({"target": 80, "published": "8080", "protocol": "udp"}, [(8080, 80, "udp")]),
        ({"target": "80"}, [(0, 80, None)]),
    ],
)
def test_ports(written: Any, expected: list[tuple[int, int, str | None]]) -> None:
    if expected == [(0, 0, None)]:
        with pytest.raises(ValueError, match="is no range of at most 100 ports"):
            forms.ports([written])
        return
    found = forms.ports([written])
    assert [(each["published"], each["target"], each.get("protocol")) for each in found] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("data:/x", ("volume", "data", False)),
        ("./a:/x:ro", ("bind", "./a", True)),
        ("../a:/x:rw,z", ("bind", "../a", False)),
        ("/a:/x:cached", ("bind", "/a", False)),
        ("~/a:/x", ("bind", "~/a", False)),
    ],
)
def test_volumes(written: str, expected: tuple[str, str, bool]) -> None:
    found = forms.mount(written)
    assert (found["type"], found["source"], found["read_only"]) == expected
    assert found["target"] == "/x"


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (forms.words, "a 'b"),
        (forms.words, 3),
        (forms.assignments, "A=b"),
        (forms.assignments, {"A": ["b"]}),
        (forms.names, "a"),
        (forms.duration, "30"),
        (forms.duration, 30),
        (forms.duration, "1 month"),
        (forms.size, "many"),
        (forms.size, [1]),
        (forms.ports, "80"),
        (forms.ports, ["a"]),
        (forms.ports, ["0"]),
        (forms.ports, ["70000"]),
        (forms.ports, ["9-8"]),
        (forms.ports, [{"published": 1}]),
        (forms.mount, "a:b:c:d"),
        (forms.mount, ":/x"),
        (forms.test, []),
        (forms.test, ["curl"]),
        (forms.test, ["CMD"]),
    ],
)
def test_what_is_no_form_says_so(form: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(ValueError, match=r"must|is no|holds|names"):
        form(value)


def test_what_is_below_a_key_that_nobody_knows_has_no_known_keys() -> None:
    assert "image" in known_keys(Service, ())
    assert known_keys(Service, ("nothing", "of it")) == ()


def test_a_config_that_is_none_is_refused_with_its_place() -> None:
    web = "{image: nginx, ports: ['80']}"
    text = f"services: {{web: {web}}}\nconfigs: {{main: {{file: [a]}}}}\n"
    (problem,) = problems_of({"compose.yaml": text})
    assert problem.startswith("compose.yaml:2: `configs.main.file`")
