"""Nothing that a preview leaves behind or shows on the way holds a secret of the stack (invariant 4)."""

import base64
import gzip
import json
import shlex

import pytest

from tests.e2e.support.cluster import Cluster
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.secrets import (
    Secret,
    Text,
    client_key,
    client_key_data,
    find_leaks,
    find_web_tokens,
    kinds_showing,
    secrets_of,
    tokens_for,
    watching_helm,
)
from tests.e2e.support.secrets_of_projects import put_secrets, remove_secrets
from tests.e2e.support.stack import Stack
from tests.e2e.support.surfaces import open_surfaces
from workflows import naming

pytestmark = [pytest.mark.cluster, pytest.mark.invariant(4), pytest.mark.spec("ENV-020", "FR-009")]

KEPT = {
    *("history", "api log", "database"),
    *("comment", "check run", "deployment", "REST", "page", "error"),
}
"""Kinds of text that outlive a preview. The worker's log is another, and silent while all goes as expected."""
ALIVE = {
    *("object", "release", "build Job", "build pod", "build log"),
    *("image configuration", "image layer"),
}


@pytest.mark.timeout(600)
async def test_a_whole_life_with_a_build_that_prints_every_secret_leaves_none_to_be_read(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    async with (
        watching_helm(stack, preview.expected_namespace) as identities,
        open_surfaces(preview) as surfaces,
    ):
        first = await preview.open(marked(preview))
        await preview.until_ready(first)
        assert identities, "no token of Helm's was seen"
        token = tokens_for(stack, preview.repository.id)[-1]
        await assert_the_build_gets_its_token_by_reference(preview, stack.cluster)
        alive = await surfaces.alive()

        # A visitor whose address holds a token: the application logs it, and its logs are shown and kept.
        await preview.page(f"/?access_token={token}")
        leaking = await preview.push(printing(stack, token, identities[-1].value))
        await preview.until_failed(leaking)
        await preview.until_comment(leaking[:7], "secrets.txt")
        assert await preview.until_check_conclusion(leaking, "failure")
        failed = await surfaces.kept()

        await preview.close()
        await preview.until_gone()
        await preview.until_comment("cleaned up")
        texts = [*alive, *failed, *await surfaces.kept()]

    secrets = [*secrets_of(stack), *identities]
    assert len(tokens_for(stack, preview.repository.id)) > 1
    leaks = find_leaks(texts, secrets)
    assert {leak.partition(":")[0] for leak in leaks} == set(), "\n".join(leaks)
    assert find_web_tokens(texts) == []
    # The name of the repository stands everywhere: what is written in a place is found there.
    assert kinds_showing(preview.source, texts) >= KEPT | ALIVE
    shown = b"".join(text.data for text in failed if text.kind in ("REST", "comment"))
    assert b"GITHUB_TOKEN=***" in shown, "the build's last lines are shown without what is secret"


TELLER = """\
import os, sys
from urllib.parse import urlsplit

print("the motto is", os.environ["MOTTO"])
print("the cache opens with", urlsplit(os.environ["REDIS_URL"]).password)
sys.exit(3)
"""
TELLING = {
    ".catalyst.yaml": "version: 1\nservices: {cache: {type: redis}}\n",
    "Dockerfile": 'FROM python:3.12-slim\nCOPY app.py /\nEXPOSE 8000\nCMD ["python", "-u", "/app.py"]\n',
    "app.py": TELLER,
}
MOTTO = "as plain as words can be 4711"
"""Nothing that looks like a secret."""


@pytest.mark.timeout(600)
async def test_an_application_that_prints_what_it_was_given_tells_it_to_nobody(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create(tree=TELLING, type="auto", secrets=("MOTTO",))
    await put_secrets(stack.cluster, preview.project, {"MOTTO": MOTTO})
    try:
        async with open_surfaces(preview) as surfaces:
            commit = await preview.open({"README.md": "Tells everything.\n"})
            snapshot = await preview.until_failed(commit)
            assert snapshot.failure is not None
            assert "the motto is ***" in snapshot.failure.excerpt
            assert "the cache opens with ***" in snapshot.failure.excerpt
            name = naming.service_secret("cache")
            path = f"/api/v1/namespaces/{await preview.namespace()}/secrets/{name}"
            made = await stack.cluster.get(path)
            assert made is not None
            password = base64.b64decode(made["data"]["password"]).decode()
            await preview.until_comment(commit[:7], "the motto is ***")
            await preview.close()
            await preview.until_gone()
            texts = await surfaces.kept()
    finally:
        await remove_secrets(stack.cluster, preview.project)
    secrets = [Secret("the project's secret", MOTTO), Secret("the cache's password", password)]
    assert find_leaks(texts, secrets) == []
    # What it said is there, or the search would prove nothing: the log was kept when all was removed.
    assert kinds_showing("the motto is ***", texts) >= {"history", "database"}


def marked(preview: Preview) -> dict[str, str | None]:
    """A commit that puts the repository's name into layers and configuration of its image."""
    return {
        "app.py": f"{preview.sample['app.py']}\n# {preview.source}\n",
        "Dockerfile": f"{preview.sample['Dockerfile']}\nENV MADE_FOR={preview.source}\n",
    }


def printing(stack: Stack, token: str, identity: str) -> dict[str, str | None]:
    """A commit whose build prints what it could have got hold of, in the ways programs do, and fails."""
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    lines = (
        f"remote: https://x-access-token:{token}@github.example/acme/shop.git",
        f"http.extraheader=AUTHORIZATION: basic {basic}",
        f"> Authorization: Bearer {identity}",
        f'{{"token": "{token}", "expires_at": "2026-01-01T00:00:00Z"}}',
        f"CATALYST_API_WEBHOOK_SECRET={stack.github.webhook_secret}",
        f"    client-key-data: {client_key_data(stack)}",
        *client_key(stack).splitlines(),
        *stack.github.private_key.splitlines()[-14:],
        f"GITHUB_TOKEN={token}",
    )
    said = shlex.quote(f"using {token}")
    return {
        ".dockerignore": "",
        "secrets.txt": "".join(f"{line}\n" for line in lines),
        "Dockerfile": (
            f"FROM busybox:1.37\nCOPY secrets.txt .\nRUN echo {said} && cat secrets.txt && exit 3\n"
        ),
    }


async def assert_the_build_gets_its_token_by_reference(preview: Preview, cluster: Cluster) -> None:
    """The token is in one Secret, and the container that fetches is the only one that may see it."""
    (pod,) = await cluster.build_pods(preview.environment)
    path = f"/api/v1/namespaces/{naming.BUILD_NAMESPACE}/secrets"
    selector = f"{naming.ENVIRONMENT_LABEL}={preview.environment}"
    (secret,) = await cluster.items(path, selector=selector)
    header = base64.b64decode(secret["data"]["authorization"]).decode()
    used = base64.b64decode(header.rpartition(" ")[2]).decode().partition(":")[2]
    assert used in tokens_for(preview.stack, preview.repository.id)
    spec = pod["spec"]
    name = secret["metadata"]["name"]
    volumes = {v["name"] for v in spec["volumes"] if v.get("secret", {}).get("secretName") == name}
    users = {
        container["name"]
        for container in spec["containers"]
        for mount in container["volumeMounts"]
        if mount["name"] in volumes
    }
    assert users == {"fetch"}
    assert name not in str([c.get("env") for c in spec["containers"]])


@pytest.mark.parametrize("padding", ["", "x", "xy"])
def test_a_value_is_found_however_it_was_written_down(padding: str) -> None:
    value = "gh" + "s_1001_0123+/456789abcdefABCDEF"
    text = f"{padding}{value}, and more"
    written = {
        "plain": text.encode(),
        "base64": base64.b64encode(text.encode()),
        "for URLs": base64.urlsafe_b64encode(text.encode()),
        "hexadecimal": text.encode().hex().encode(),
        "Markdown": text.replace("_", r"\_").encode(),
        "Markdown in JSON": json.dumps(text.replace("_", r"\_")).encode(),
        "in a URL": b"https://example/?token=gh" + b"s_1001_0123%2B/456789abcdefABCDEF",
    }
    secret = Secret("a token", value)
    for kind, data in written.items():
        assert find_leaks([Text(kind, "here", data)], [secret]) == [f"a token in {kind}: here"]
    other = Text("other", "here", base64.b64encode(text[:-20].encode()) + gzip.compress(b""))
    assert find_leaks([other], [secret]) == []
    assert value not in repr([secret, Text("plain", "here", text.encode())])
