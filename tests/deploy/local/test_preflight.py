"""Versions are compared as numbers, and wishes come from the sources themselves."""

import pytest

from deploy.local import golang, versions
from deploy.local.preflight import needed_go, parse_go_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go1.26.8\n", (1, 26, 8)),
        ("1.26.0", (1, 26, 0)),
        ("go1.27rc1", (1, 27)),
        ("go1.26.8-X:nodwarf5", (1, 26, 8)),
        ("go1.26.1 X:loopvar", (1, 26, 1)),
    ],
)
def test_go_versions_are_read_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert parse_go_version(text) == version


def test_an_older_go_counts_as_older_although_it_sorts_later_as_text() -> None:
    assert parse_go_version("go1.9.7") < needed_go("module x\n\ngo 1.26.0\n")


@pytest.mark.parametrize(
    ("tools", "module", "version"),
    [
        (golang.KUBERNETES, "k8s.io/kubernetes", versions.KUBERNETES),
        (golang.KUBERNETES, "helm.sh/helm/v4", versions.HELM),
        (golang.BUILDKIT, "github.com/moby/buildkit", versions.BUILDKIT),
        (golang.VERSITYGW, "github.com/versity/versitygw", versions.VERSITYGW),
    ],
)
def test_the_stamped_version_is_the_one_that_is_compiled(
    tools: golang.GoTools, module: str, version: str
) -> None:
    assert f"{module} {version}" in (tools.source / "go.mod").read_text()
    assert any(version in value for _, value in tools.stamps)
