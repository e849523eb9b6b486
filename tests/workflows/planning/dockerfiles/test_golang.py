"""Generated Dockerfiles of Go programs."""

import pytest

from tests.workflows.planning.dockerfiles.reading import of
from tests.workflows.planning.dockerfiles.samples import GO, made
from workflows.planning.dockerfiles.golang_packages import MAX_PACKAGES

REQUIRES = {"go.mod": GO["go.mod"] + "require a.test/b v1.0.0\n"}


def code(*imports: str) -> str:
    lines = "\n".join(f"\t{each}" for each in imports)
    return f"package main\n\nimport (\n{lines}\n)\n\nfunc main() {{}}\n"


def compiled_first(files: dict[str, str]) -> list[str]:
    """Packages that are compiled before the sources are there."""
    text = made(files).dockerfile
    before = text.partition("COPY --chown=10001:10001 . /app/")[0]
    commands = [each for each in of(before, "RUN") if each.startswith("go build ")]
    return (
        commands[0].removeprefix("go build ").removesuffix(" || true").split() if commands else []
    )


def test_the_compiler_is_left_behind() -> None:
    assert of(made(GO).dockerfile, "FROM") == [
        "docker.io/library/golang:1.24 AS build",
        "docker.io/library/busybox:1.37",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"db.go": 'package main\n\nimport "C"\n'},
        {"go.mod": GO["go.mod"] + "require github.com/mattn/go-sqlite3 v1.14.0\n"},
    ],
)
def test_a_program_with_c_keeps_the_c_library(files: dict[str, str]) -> None:
    text = made({**GO, **files}).dockerfile
    assert of(text, "FROM")[-1] == "docker.io/library/debian:bookworm-slim"
    assert "CGO_ENABLED=1" in text
    assert "C" not in compiled_first({**GO, **files})


@pytest.mark.spec("ENV-031")
def test_what_the_code_imports_is_compiled_before_the_sources() -> None:
    files = {**GO, **REQUIRES, "db/db.go": code('_ "a.test/b/driver"', 'q "net/url"', '"shop/db"')}
    assert compiled_first(files) == ["a.test/b/driver", "net/http", "net/url"]


def test_modules_that_are_not_fetched_before_the_sources_are_compiled_with_them() -> None:
    brought = {"vendor/a.test/b/b.go": "package b\n", "db/db.go": code('"a.test/b"', '"os"')}
    assert compiled_first({**GO, **REQUIRES, **brought}) == ["net/http", "os"]
    replaced = {"go.mod": REQUIRES["go.mod"] + "replace a.test/b => ./b\n"}
    assert compiled_first({**GO, **replaced}) == []


@pytest.mark.parametrize(
    "name", ["main_test.go", "service_windows.go", "tool.go", "unusual.go", "none.go"]
)
def test_what_may_not_compile_here_is_passed_over(name: str) -> None:
    texts = {
        "tool.go": "//go:build tools\n\n" + code('"strange"'),
        "unusual.go": code('"-o=/etc/passwd"', '"a b"', '"$(id)"', '"../x"'),
        "none.go": 'package main\n\n// import "strange"\n',
    }
    assert compiled_first({**GO, name: texts.get(name, code('"strange"'))}) == ["net/http"]


def test_a_line_stays_within_reason() -> None:
    many = code(*(f'"some/package{n}"' for n in range(200)))
    files = {**GO, "many.go": many}
    assert len(compiled_first(files)) == MAX_PACKAGES
    assert max(map(len, made(files).dockerfile.splitlines())) <= 120
