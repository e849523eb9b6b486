"""Nothing that a repository names becomes an instruction of its own."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.planning.dockerfiles.reading import of, read
from workflows.errors import PlanError
from workflows.models import Application, RepositoryTree
from workflows.planning.dockerfiles import generate
from workflows.planning.dockerfiles.text import words_of

PIECES = (
    *("npm start", "a", "b c", " ", "'", '"', "`id`", "$(id)", "$PORT", "\\", "é", "#", "# x", "["),
    *(
        "\nUSER root",
        "\nFROM scratch",
        "\rUSER root",
        "\u2028USER root",
        "\\\nRUN id",
        "<<END",
        "\nEND",
    ),
    *(
        "--mount=type=secret",
        "&&",
        "|",
        ";",
        "../",
        "/",
        "*",
        "?",
        "{host}",
        "\x00",
        "\t",
        "%s",
        "$",
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
NAMES = st.lists(
    st.one_of(st.sampled_from(("go.mod", "package.json", "requirements.txt", "src")), TEXTS),
    min_size=1,
    max_size=3,
).map("/".join)
KNOWN = {"FROM", "ARG", "RUN", "COPY", "ENV", "WORKDIR", "USER", "EXPOSE", "CMD", "ENTRYPOINT"}


@st.composite
def applications(draw: st.DrawFn) -> Application:
    workspace = draw(st.one_of(st.just(""), st.just("."), TEXTS))
    workdir = draw(st.one_of(st.just("."), TEXTS.filter(bool)))
    return Application(
        kind=draw(st.sampled_from(("node", "python", "go", "make", "procfile", "static"))),
        language=draw(st.sampled_from(("node", "python", "go", ""))),
        workdir=workdir,
        workspace=workspace,
        framework=draw(st.sampled_from(("", "vite", "angular"))),
        language_version=draw(TEXTS),
        package_manager=draw(
            st.sampled_from(("", "npm", "pnpm", "yarn", "pip", "uv", "poetry", "go"))
        ),
        install=draw(TEXTS),
        build=draw(TEXTS),
        start=draw(st.one_of(st.just("./bin/app"), TEXTS)),
        dev=draw(TEXTS),
        port=draw(st.integers(0, 65535)),
        variables=draw(st.dictionaries(TEXTS, TEXTS, max_size=3)),
    )


@st.composite
def trees(draw: st.DrawFn) -> RepositoryTree:
    paths = draw(st.lists(NAMES, max_size=5))
    texts = {each: draw(TEXTS) for each in paths}
    document = {
        "scripts": {"postinstall": draw(TEXTS)},
        "packageManager": f"pnpm@{draw(TEXTS)}",
        "workspaces": ["*"],
        "project": {"name": "x", "dependencies": [draw(TEXTS)]},
    }
    documents = {each: document for each in paths if each.endswith("package.json")}
    return RepositoryTree(paths=tuple(sorted(paths)), texts=texts, documents=documents)


@pytest.mark.spec("ENV-031")
@given(applications(), trees())
def test_hostile_names_stay_arguments(application: Application, tree: RepositoryTree) -> None:
    try:
        generated = generate(application, tree)
    except PlanError:
        return
    assert generated == generate(application, tree)
    found = read(generated.dockerfile)
    assert {each.name for each in found} <= KNOWN
    for image in of(generated.dockerfile, "FROM"):
        assert re.fullmatch(r"docker\.io/library/[a-z-]+:[\w.-]+( AS build)?", image)
    assert set(of(generated.dockerfile, "USER")) == {"10001:10001"}
    for command in of(generated.dockerfile, "CMD"):
        words = json.loads(command)
        assert words == words_of(application.start or application.dev)
    for each in of(generated.dockerfile, "COPY"):
        *flags_and_sources, _ = each.split(" ")
        assert all(re.fullmatch(r"[\w./+@=:'<-]+", word, re.ASCII) for word in flags_and_sources)
    mounts = [each for each in of(generated.dockerfile, "RUN") if each.startswith("--")]
    assert all(re.match(r"--mount=type=cache,target=/home/app/", each) for each in mounts)


@given(TEXTS)
def test_a_command_reaches_the_shell_as_it_is(command: str) -> None:
    words = words_of(command)
    if words[:2] == ["sh", "-c"]:
        assert words[2].removeprefix("exec ") == command.strip().removeprefix("exec ")
    else:
        assert " ".join(words).split() == command.split()
