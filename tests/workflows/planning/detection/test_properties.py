"""What holds for every repository, however odd: an answer, always the same, that stays inside of the tree."""

import time
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from workflows.models import (
    ApplicationKind,
    DetectionOverrides,
    Devcontainer,
    RepositoryTree,
    Understanding,
)
from workflows.planning.detection import MAX_PATHS, document_format, is_of_interest, understand

FOLDERS = (
    "",
    "web/",
    "apps/web/",
    "apps/x/",
    "packages/ui/",
    "api/",
    "backend/app/",
    "cmd/server/",
)
NAMES = (
    *(
        "package.json",
        "pnpm-workspace.yaml",
        "lerna.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lockb",
    ),
    *("compose.yaml", "docker-compose.yml", "Dockerfile", "Dockerfile.dev", "Makefile", "Procfile"),
    *(
        "pyproject.toml",
        "requirements.txt",
        "Pipfile",
        "manage.py",
        "main.py",
        "__main__.py",
        "uv.lock",
    ),
    *("go.mod", "go.work", "main.go", "index.html", "Chart.yaml", ".nvmrc", ".tool-versions"),
    *("server.js", "index.ts", "vite.config.ts", ".devcontainer.json", "artisan", "Gemfile"),
    *("../evil", "/etc/passwd", "a//b", ".", "a\nb", "ü.py", "-x.py", " ", "x/../y"),
)
KEYS = (
    *(
        "scripts",
        "dev",
        "start",
        "dependencies",
        "next",
        "vite",
        "workspaces",
        "packages",
        "include",
    ),
    *("packageManager", "engines", "node", "main", "services", "web", "image", "build", "context"),
    *("dockerfile", "ports", "expose", "profiles", "target", "tool", "poetry", "uv", "workspace"),
    *(
        "project",
        "requires-python",
        "dockerComposeFile",
        "postCreateCommand",
        "forwardPorts",
        "name",
    ),
    *("remoteEnv", "features", "args", "volta", "type", "path", "dependency-groups", "requires"),
)
WORDS = (
    *(
        "",
        "..",
        "../../x",
        "/abs",
        "next dev",
        "vite",
        "npm run dev",
        "turbo run dev",
        "apps/*",
        "**",
    ),
    *(
        "docker compose up",
        "tsc -w",
        "node main.js -p 70000",
        'echo "open',
        "3000:3000",
        "\x00",
        "lts/*",
    ),
    *(
        "yarn start",
        "pnpm --filter web dev",
        "cd .. && npm run dev",
        "postgres",
        ">=20",
        "^3.11",
        "a" * 9,
    ),
    *(
        "package main\nfunc main() {}",
        "FROM x AS y\nFROM y\nEXPOSE $P",
        "dev: dev\n\tmake dev",
        "web: x",
    ),
    *(
        "FROM\nFROM a AS a",
        "app = FastAPI()",
        "import streamlit",
        "use .\nuse ../x",
        "web:\nweb: $PORT",
    ),
)
texts = st.sampled_from(WORDS) | st.text(max_size=60)
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=5)
    ),
    max_leaves=12,
)
paths = st.builds(str.__add__, st.sampled_from(FOLDERS), st.sampled_from(NAMES)) | st.text(
    max_size=30
)


@st.composite
def trees(draw: st.DrawFn) -> RepositoryTree:
    """Any paths, any texts, any documents, whether they fit together or not."""
    known = draw(st.lists(paths, max_size=14, unique=True))
    some = st.sampled_from(known) if known else st.just("package.json")
    return RepositoryTree(
        paths=tuple(known),
        texts=draw(st.dictionaries(some, texts, max_size=14)),
        documents=draw(st.dictionaries(some, values, max_size=14)),
        problems=draw(st.dictionaries(some, texts, max_size=3)),
    )


overrides = st.builds(
    DetectionOverrides,
    workdir=st.sampled_from(FOLDERS) | texts,
    kind=st.none() | st.sampled_from(ApplicationKind),
    dev=texts,
    start=texts,
    build=texts,
    port=st.integers(0, 65535),
)


def named_paths(found: Understanding) -> Iterator[str]:
    """Every path of an answer that says where files of the repository are."""
    application = found.application
    yield from (application.workdir, application.workspace)
    yield from (application.dockerfile, application.compose, found.backing_compose)
    yield from (part for each in found.candidates for part in (each.workdir, each.path))
    yield from (each.path for each in found.charts)


def is_inside(path: str, tree: RepositoryTree) -> bool:
    known = path in ("", ".") or any(
        each == path or each.startswith(f"{path}/") for each in tree.paths
    )
    return known and not path.startswith("/") and ".." not in path.split("/")


@settings(max_examples=400)
@given(tree=trees(), wanted=overrides | st.just(DetectionOverrides()))
@example(RepositoryTree(), DetectionOverrides())
def test_any_tree_gets_an_answer_that_stays_inside_of_it(
    tree: RepositoryTree, wanted: DetectionOverrides
) -> None:
    found = understand(tree, wanted)
    assert found.reasons
    assert [path for path in named_paths(found) if not is_inside(path, tree)] == []
    assert Understanding.model_validate_json(found.model_dump_json()) == found


@given(tree=trees(), shuffled=st.randoms(use_true_random=False))
def test_the_same_repository_gets_the_same_answer_in_whatever_order_it_is_listed(
    tree: RepositoryTree, shuffled: Random
) -> None:
    order = list(tree.paths)
    shuffled.shuffle(order)
    other = RepositoryTree(
        paths=tuple(order),
        texts=dict(reversed(tree.texts.items())),
        documents=dict(reversed(tree.documents.items())),
        problems=tree.problems,
    )
    assert understand(other) == understand(tree)


@given(value=values)
def test_a_devcontainer_never_leads_out_of_the_repository(value: JsonValue) -> None:
    path = ".devcontainer/devcontainer.json"
    found = understand(RepositoryTree(paths=(path,), documents={path: value})).devcontainer
    for each in (found or Devcontainer(path=path)).compose:
        assert not each.startswith(("/", "../"))


def large(count: int) -> RepositoryTree:
    folders = [f"packages/p{number // 20}/src/d{number % 7}" for number in range(count)]
    paths = tuple(f"{folder}/f{number}.ts" for number, folder in enumerate(folders))
    members = tuple(f"packages/p{number}/package.json" for number in range(count // 20))
    return RepositoryTree(
        paths=(*paths, *members, "package.json"),
        texts=dict.fromkeys(members, "{}"),
        documents={
            "package.json": {"workspaces": ["packages/*"]},
            **{each: {"scripts": {"dev": "tsc -w"}} for each in members},
        },
    )


def test_ten_thousand_files_are_understood_in_a_fifth_of_a_second() -> None:
    tree = large(10_000)
    taken = []
    for _ in range(5):
        begun = time.process_time()
        found = understand(tree)
        taken.append(time.process_time() - begun)
    assert "Only the first 60 of " in found.warnings[0]
    assert min(taken) < 0.2


def test_a_larger_repository_is_looked_at_near_its_root() -> None:
    paths = (*(f"deep/down/f{number}" for number in range(MAX_PATHS)), "index.html")
    found = understand(RepositoryTree(paths=paths))
    assert found.application.kind is ApplicationKind.STATIC
    assert f"more than {MAX_PATHS} files" in found.warnings[0]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("package.json", "json"),
        ("apps/web/package.json", "json"),
        (".devcontainer/devcontainer.json", "jsonc"),
        ("Pipfile", "toml"),
        ("compose.override.yaml", "yaml"),
        ("Makefile", ""),
        ("tool.py", ""),
        ("node_modules/next/package.json", None),
        ("a/b/c/d/e/f/g/package.json", None),
        ("lib/deep/tool.py", None),
        ("README.md", None),
    ],
)
def test_files_of_interest_are_read_in_their_own_format(path: str, expected: str | None) -> None:
    assert (document_format(path) if is_of_interest(path) else None) == expected
