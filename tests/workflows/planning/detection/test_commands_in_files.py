"""Makefiles, Procfiles and Go programs."""

import pytest

from tests.workflows.planning.detection.trees import understood
from workflows.models import ApplicationKind


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("dev: ; ./serve --port 5001\n", 5001),
        ("run dev:: prepare | out # starts\n\t-./serve -p 5002\nprepare:\nout:\n", 5002),
        ("P := 5003\nOPTS = --port $(P)\ndev:\n\t@./serve \\\n\t  ${OPTS}\n", 5003),
        ("dev: PORT = 1\ndev:\n\t# a comment\n\n\t$(MAKE) -s go\ngo:\n\t./serve :5004\n", 5004),
        (
            "include x.mk\nifdef A\nendif\ndev: dev other\n\tcd sub && make go\n\t./serve -p 5005\n",
            5005,
        ),
        ("dev:\n\tnpm run serve\n", 5006),
    ],
)
def test_a_makefile_is_read_as_make_reads_it(text: str, port: int) -> None:
    manifest = '{"scripts": {"serve": "http-server -p 5006"}}'
    found = understood({"Makefile": text, "package.json": manifest})
    assert (found.application.kind, found.application.port) == (ApplicationKind.MAKE, port)


def test_a_target_that_runs_nothing_serves_nothing() -> None:
    found = understood({"Makefile": "dev:\n"})
    assert found.warnings[0] == "The target `dev` in `Makefile` runs no command and serves nothing."


def test_targets_that_need_each_other_by_the_hundred_end() -> None:
    chain = "".join(f"t{number}: t{number + 1}\n" for number in range(200))
    assert understood({"Makefile": f"dev: t0\n{chain}"}).application.kind is ApplicationKind.MAKE


@pytest.mark.spec("ENV-007")
@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"Makefile": "dev:\n\tcargo run\n", "Cargo.toml": ""}, "`Makefile` starts Rust (`cargo`)"),
        (
            {"Procfile": "web: ./run.sh\n", "pom.xml": ""},
            "`Procfile` starts Java (Maven) (`pom.xml`)",
        ),
        ({"hugo.toml": ""}, "Hugo, by `hugo.toml`"),
        ({"_config.yml": "", "Gemfile": ""}, "Jekyll, by `_config.yml`"),
        ({"shop.csproj": ""}, ".NET, by `shop.csproj`"),
    ],
)
def test_other_languages_are_known_and_not_supported_without_a_dockerfile(
    files: dict[str, str], told: str
) -> None:
    found = understood(files)
    assert found.application.kind is ApplicationKind.NONE
    assert any(each.startswith(told) for each in found.reasons)
    assert "known, but not supported yet without a Dockerfile" in " ".join(found.reasons)


def test_another_language_in_a_monorepo_is_named() -> None:
    found = understood({"web/index.html": "", "api/Gemfile": ""})
    assert "Other applications were found in `api` (Ruby)" in " ".join(found.reasons)


@pytest.mark.parametrize(
    ("line", "port"),
    [("web: serve --port 5100", 5100), ("web: ./run", 0), ("web: sh run.sh $PORT", 8080)],
)
def test_a_procfile_says_where_it_listens_or_nobody_does(line: str, port: int) -> None:
    assert understood({"Procfile": line}).application.port == port


def test_a_procfile_of_a_node_project_has_its_toolchain() -> None:
    manifest = '{"scripts": {"build": "tsc"}, "dependencies": {"express": "5"}}'
    found = understood({"Procfile": "web: node x.js", "package.json": manifest}).application
    assert (found.install, found.build, found.port) == ("npm install", "npm run build", 3000)


def test_a_go_module_gives_its_toolchain_even_without_a_program() -> None:
    files = {"Procfile": "web: bin/app", "go.mod": "module x\n", "x.go": "package x\n"}
    found = understood(files).application
    assert (found.language, found.install, found.build) == ("go", "go mod download", "")


@pytest.mark.parametrize(
    ("code", "framework", "port"),
    [
        ('var addr = flag.String("addr", ":6001", "where")', "", 6001),
        ('srv := http.Server{Addr: ":6002"}', "net/http", 6002),
        ('port := env("PORT", "6003")', "", 6003),
        ("http.ListenAndServe(address(), nil)", "net/http", 0),
        ("fmt.Println()", "", 0),
    ],
)
def test_go_programs_say_in_several_ways_where_they_listen(
    code: str, framework: str, port: int
) -> None:
    main = f"package main\nfunc main() {{\n\t{code}\n}}\n"
    found = understood({"go.mod": "module x\n", "cmd/web-x/main.go": main, "cmd/a b/main.go": main})
    assert (found.application.framework, found.application.port) == (framework, port)
    assert found.application.dev == "go run ./cmd/web-x"
