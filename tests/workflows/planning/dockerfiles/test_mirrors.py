"""Where packages come from: an operator says it, generated Dockerfiles let package managers hear it."""

import pytest

from tests.workflows.planning.dockerfiles.reading import read
from tests.workflows.planning.dockerfiles.samples import FLASK, GO, NODE, made
from workflows.planning.dockerfiles import Mirrors
from workflows.planning.dockerfiles import mirrors as of

OF_NPM = (*of.NODE, *of.PNPM, *of.BERRY)
OF_PYPI = (*of.PYTHON, *of.UV, *of.POETRY, *of.PIPENV)
SAFE = Mirrors(npm="https://packages.example.com/npm/", pypi="https://packages.example.com/simple/")
PLAIN = Mirrors(npm="http://10.0.0.7:4873/", pypi="http://pypi.internal:8080/simple/")


@pytest.mark.spec("ENV-031", "FR-013")
@pytest.mark.parametrize(
    ("files", "declared"),
    [
        ({**NODE, "package-lock.json": "{}"}, of.NODE),
        ({**NODE, "pnpm-lock.yaml": ""}, (*of.NODE, *of.PNPM)),
        ({**NODE, "yarn.lock": ""}, of.NODE),
        ({**NODE, "yarn.lock": "", ".yarnrc.yml": ""}, (*of.NODE, *of.BERRY)),
        (FLASK, of.PYTHON),
        ({**FLASK, "Pipfile": "", "Pipfile.lock": "{}"}, (*of.PYTHON, *of.PIPENV)),
        ({**FLASK, "pyproject.toml": "[tool.poetry]\n"}, (*of.PYTHON, *of.POETRY)),
        ({**FLASK, "pyproject.toml": "[tool.uv]\n"}, (*of.PYTHON, *of.UV)),
        ({**FLASK, "pyproject.toml": "", "uv.lock": ""}, of.PYTHON),
        (GO, ()),
        ({"index.html": ""}, ()),
    ],
)
def test_they_are_declared_before_anything_is_fetched(
    files: dict[str, str], declared: tuple[str, ...]
) -> None:
    found = read(made(files).dockerfile)
    names = [each.name for each in found]
    told = tuple(word for each in found if each.name == "ARG" for word in each.rest.split())
    assert told == declared
    if declared:
        assert names[:2] == ["FROM", "ARG"]


@pytest.mark.parametrize("mirrors", [SAFE, PLAIN])
def test_every_argument_is_one_that_some_dockerfile_declares(mirrors: Mirrors) -> None:
    assert set(mirrors.arguments) <= {*OF_NPM, *OF_PYPI}
    assert all(mirrors.arguments.values())


def test_a_host_is_trusted_by_name_only_where_it_is_asked_over_http() -> None:
    trusting = {"YARN_UNSAFE_HTTP_WHITELIST", "PIP_TRUSTED_HOST"}
    assert not trusting & set(SAFE.arguments)
    assert {PLAIN.arguments[name] for name in trusting} == {"10.0.0.7", "pypi.internal"}


def test_one_may_be_told_without_the_other() -> None:
    assert Mirrors().arguments == {}
    assert Mirrors().urls == ()
    only = Mirrors(pypi=SAFE.pypi)
    assert only.urls == (SAFE.pypi,)
    assert set(only.arguments) == {*OF_PYPI} - {"PIP_TRUSTED_HOST"}
