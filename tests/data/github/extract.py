"""Cut the part we use out of GitHub's published examples and schemas.

    npm pack @octokit/webhooks-examples@7.6.1 @octokit/webhooks-schemas@7.6.1 @octokit/openapi@23.0.2
    python tests/data/github/extract.py FOLDER_WITH_THE_THREE_ARCHIVES

The archives are some 30 MB (400 MB unpacked), what is kept is below half a megabyte. Files are
written with a fixed gzip time stamp, so that running this again changes nothing.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

WEBHOOK_EVENTS = (
    "check_run",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "installation",
    "installation_repositories",
    "issue_comment",
    "ping",
    "pull_request",
    "push",
    "repository",
)

OPERATIONS = (
    "get /app",
    "get /app/hook/config",
    "patch /app/hook/config",
    "get /app/hook/deliveries",
    "get /app/hook/deliveries/{delivery_id}",
    "post /app/hook/deliveries/{delivery_id}/attempts",
    "get /app/installations",
    "get /app/installations/{installation_id}",
    "post /app/installations/{installation_id}/access_tokens",
    "get /installation/repositories",
    "get /orgs/{org}",
    "get /orgs/{org}/installation",
    "get /rate_limit",
    "get /repos/{owner}/{repo}",
    "patch /repos/{owner}/{repo}",
    "delete /repos/{owner}/{repo}",
    "get /repos/{owner}/{repo}/branches",
    "get /repos/{owner}/{repo}/branches/{branch}",
    "post /repos/{owner}/{repo}/check-runs",
    "get /repos/{owner}/{repo}/check-runs/{check_run_id}",
    "patch /repos/{owner}/{repo}/check-runs/{check_run_id}",
    "get /repos/{owner}/{repo}/collaborators/{username}/permission",
    "get /repos/{owner}/{repo}/commits",
    "get /repos/{owner}/{repo}/commits/{ref}",
    "get /repos/{owner}/{repo}/commits/{ref}/check-runs",
    "get /repos/{owner}/{repo}/commits/{ref}/status",
    "get /repos/{owner}/{repo}/commits/{ref}/statuses",
    "get /repos/{owner}/{repo}/compare/{basehead}",
    "get /repos/{owner}/{repo}/contents/{path}",
    "get /repos/{owner}/{repo}/deployments",
    "post /repos/{owner}/{repo}/deployments",
    "get /repos/{owner}/{repo}/deployments/{deployment_id}",
    "get /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    "post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    "get /repos/{owner}/{repo}/environments",
    "get /repos/{owner}/{repo}/environments/{environment_name}",
    "post /repos/{owner}/{repo}/forks",
    "get /repos/{owner}/{repo}/git/ref/{ref}",
    "get /repos/{owner}/{repo}/installation",
    "get /repos/{owner}/{repo}/issues/{issue_number}",
    "get /repos/{owner}/{repo}/issues/{issue_number}/comments",
    "post /repos/{owner}/{repo}/issues/{issue_number}/comments",
    "get /repos/{owner}/{repo}/issues/{issue_number}/labels",
    "post /repos/{owner}/{repo}/issues/{issue_number}/labels",
    "get /repos/{owner}/{repo}/issues/comments/{comment_id}",
    "patch /repos/{owner}/{repo}/issues/comments/{comment_id}",
    "get /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
    "post /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
    "get /repos/{owner}/{repo}/pulls",
    "post /repos/{owner}/{repo}/pulls",
    "get /repos/{owner}/{repo}/pulls/{pull_number}",
    "patch /repos/{owner}/{repo}/pulls/{pull_number}",
    "get /repos/{owner}/{repo}/pulls/{pull_number}/commits",
    "get /repos/{owner}/{repo}/pulls/{pull_number}/files",
    "put /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    "post /repos/{owner}/{repo}/statuses/{sha}",
    "get /users/{username}",
)
"""The operations the local GitHub answers and whose bodies tests validate."""


def member(archive: Path, name: str) -> Any:
    with tarfile.open(archive) as tar:
        found = tar.extractfile(f"package/{name}")
        if found is None:
            raise FileNotFoundError(name)
        return json.load(found)


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.encode())
    sys.stdout.write(f"{path.relative_to(HERE)}: {path.stat().st_size // 1024} KB\n")


def references(value: Any) -> set[str]:
    return set(re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(value)))


def without_prose(value: Any, *, keep: bool = False) -> Any:
    """Descriptions are most of the bytes and validate nothing (`keep`: a map of names to schemas)."""
    if isinstance(value, dict):
        dropped = () if keep else ("description", "externalDocs", "x-github")
        return {
            name: without_prose(item, keep=name in ("properties", "schemas", "definitions"))
            for name, item in value.items()
            if name not in dropped
        }
    return [without_prose(item) for item in value] if isinstance(value, list) else value


def openapi_subset(document: dict[str, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        method, path = operation.split(" ")
        kept = {k: v for k, v in document["paths"][path][method].items() if k == "responses"}
        paths.setdefault(path, {})[method] = without_prose(kept)
    components: dict[str, dict[str, Any]] = {}
    waiting = references(paths)
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        if name in components.setdefault(kind, {}):
            continue
        found = document["components"][kind][name]
        components[kind][name] = found if kind == "examples" else without_prose(found)
        waiting |= references(components[kind][name])
    return {"openapi": "3.0.3", "info": document["info"], "paths": paths, "components": components}


def main(folder: Path) -> None:
    examples = member(folder / "octokit-webhooks-examples-7.6.1.tgz", "api.github.com/index.json")
    kept = {e["name"]: e["examples"] for e in examples if e["name"] in WEBHOOK_EVENTS}
    write(HERE / "octokit-webhooks" / "examples.json.gz", kept)

    schemas = member(folder / "octokit-webhooks-schemas-7.6.1.tgz", "schema.json")
    wanted = {n for n in schemas["definitions"] if n.split("$")[0] in WEBHOOK_EVENTS}
    waiting, definitions = set(wanted), {}
    while waiting:
        name = waiting.pop()
        if name not in definitions:
            definitions[name] = without_prose(schemas["definitions"][name])
            waiting |= {r.removeprefix("#/definitions/") for r in references(definitions[name])}
    write(HERE / "octokit-webhooks" / "schema.json.gz", {"definitions": definitions})

    document = member(folder / "octokit-openapi-23.0.2.tgz", "generated/api.github.com.json")
    write(HERE / "octokit-openapi" / "openapi.json.gz", openapi_subset(document))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
