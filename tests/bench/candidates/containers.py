"""Dockerfiles, charts, manifests and compose files of the repository's own."""

import json
from typing import Any

from tests.bench.candidates.base import Candidate, config
from tests.bench.candidates.golang import module, program
from tests.bench.candidates.python import ENV_PORT, server

_BASE = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n"
_CHART = {
    "apiVersion": "v2",
    "name": "letters",
    "version": "0.1.0",
}
_POD = {
    "containers": [
        {
            "name": "web",
            "image": "@IMAGE@",
            "ports": [{"name": "http", "containerPort": 8000}],
        }
    ]
}


def objects(image: str) -> list[dict[str, Any]]:
    """A Deployment and its Service."""
    labels = {"app": "letters"}
    pod = json.loads(json.dumps(_POD).replace("@IMAGE@", image))
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "letters"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "letters"},
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": "http"}]},
        },
    ]


def _documents(image: str) -> str:
    """JSON is YAML: several documents of one file."""
    return "".join(f"---\n{json.dumps(each, indent=2)}\n" for each in objects(image))


def _image(name: str, about: str, dockerfile: str, **files: str) -> Candidate:
    return Candidate(
        name,
        about,
        {"Dockerfile": dockerfile, "app.py": server(name, ENV_PORT), **files},
    )


CANDIDATES = (
    _image(
        "image-expose",
        "`EXPOSE 3000`",
        f"{_BASE}ENV PORT=3000\nEXPOSE 3000\nCMD python app.py\n",
    ),
    _image(
        "image-variable", "only `ENV PORT`", f'{_BASE}ENV PORT=8123\nCMD ["python", "app.py"]\n'
    ),
    _image("image-silent", "says no port", f'{_BASE}CMD ["python", "app.py"]\n'),
    _image(
        "image-root",
        "runs as root on port 80",
        f'{_BASE}ENV PORT=80\nEXPOSE 80\nCMD ["python", "app.py"]\n',
    ),
    _image(
        "image-entrypoint",
        "`ENTRYPOINT` with arguments in `CMD`",
        f'{_BASE}USER 1000\nEXPOSE 8000\nENTRYPOINT ["python"]\nCMD ["app.py"]\n',
    ),
    _image(
        "image-arguments",
        "`ARG` before `FROM`",
        f'ARG VERSION=3.12\n{_BASE.replace("3.12", "${VERSION}")}EXPOSE 8000\nCMD ["python", "app.py"]\n',
    ),
    _image(
        "image-target",
        "a stage that `.catalyst.yaml` names",
        f'{_BASE.replace("slim", "slim AS web")}EXPOSE 8000\nCMD ["python", "app.py"]\n'
        "\nFROM web AS tests\nRUN exit 3\n",
        **config("builds:", "  web:", "    target: web"),
    ),
    Candidate(
        "image-elsewhere",
        "`docker/web.Dockerfile`, by `.catalyst.yaml`",
        {
            **config("builds:", "  web:", "    dockerfile: docker/web.Dockerfile"),
            "docker/web.Dockerfile": f'{_BASE}EXPOSE 8000\nCMD ["python", "app.py"]\n',
            "app.py": server("image-elsewhere"),
        },
    ),
    Candidate(
        "image-in-app",
        "`app/Dockerfile` with its own context",
        {
            "app/Dockerfile": f'{_BASE}EXPOSE 8000\nCMD ["python", "app.py"]\n',
            "app/app.py": server("image-in-app"),
        },
    ),
    Candidate(
        "image-two",
        "two images of one commit, web and worker",
        {
            **config("builds:", "  web: {}", "  worker:", "    dockerfile: worker.Dockerfile"),
            "Dockerfile": f'{_BASE}EXPOSE 8000\nCMD ["python", "app.py"]\n',
            "worker.Dockerfile": f'{_BASE}CMD ["python", "-c", "import time; time.sleep(1e6)"]\n',
            "app.py": server("image-two"),
        },
    ),
    Candidate(
        "image-go",
        "Go in two stages",
        {
            "Dockerfile": (
                "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\n"
                "RUN CGO_ENABLED=0 go build -o /server .\n\n"
                'FROM debian:12-slim\nCOPY --from=build /server /server\nEXPOSE 8080\nCMD ["/server"]\n'
            ),
            "go.mod": module("image"),
            "main.go": program("image-go"),
        },
    ),
    Candidate(
        "image-compose",
        "a Dockerfile beside a compose file",
        {
            "compose.yaml": (
                "services:\n  web:\n    build: .\n    ports: ['8000:8000']\n"
                "  db:\n    image: postgres:16\n"
            ),
            "Dockerfile": f'{_BASE}EXPOSE 8000\nCMD ["python", "app.py"]\n',
            "app.py": server("image-compose"),
        },
    ),
    Candidate(
        "chart-own-image",
        "a chart whose image is a text, built from the Dockerfile beside it",
        {
            "Dockerfile": f'{_BASE}EXPOSE 8000\nCMD ["python", "app.py"]\n',
            "app.py": server("chart-own-image", "8000"),
            "deploy/chart/Chart.yaml": json.dumps(_CHART),
            "deploy/chart/values.yaml": "image: letters\n",
            "deploy/chart/templates/app.yaml": _documents("{{ .Values.image }}"),
        },
        fields={"type": "helm", "chart": "deploy/chart"},
    ),
    Candidate(
        "chart-alone",
        "nothing but a chart, found by itself",
        {
            "chart/Chart.yaml": json.dumps(_CHART),
            "chart/values.yaml": "image: python:3.12-slim\n",
            "chart/templates/app.yaml": _documents("{{ .Values.image }}").replace(
                '"name": "web",',
                '"name": "web", "command": ["python", "-m", "http.server", "8000", "--directory", "/etc"],',
            ),
        },
        says="Directory listing",
    ),
    Candidate(
        "manifests-one-file",
        "two documents in one file",
        {
            "Dockerfile": f'{_BASE}EXPOSE 8000\nCMD ["python", "app.py"]\n',
            "app.py": server("manifests-one-file", "8000"),
            "deploy/app.yaml": _documents("{image}"),
        },
        fields={"type": "manifests", "manifests": ["deploy/app.yaml"]},
    ),
    Candidate(
        "manifests-json",
        "JSON, as a `List`",
        {
            "Dockerfile": f'{_BASE}EXPOSE 8000\nCMD ["python", "app.py"]\n',
            "app.py": server("manifests-json", "8000"),
            "k8s/all.json": json.dumps(
                {"apiVersion": "v1", "kind": "List", "items": objects("{image}")}, indent=2
            ),
        },
        fields={"type": "manifests"},
    ),
)
