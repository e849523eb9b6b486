"""Charts declared as services, on a real cluster: reached by the application, left alone by pushes, gone when nobody asks."""

from pathlib import Path

import pytest

from tests.e2e.conftest import unique
from tests.e2e.helm.chart_repository import ChartRepository
from tests.e2e.main_job.test_resets import reset
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import FailureKind, Phase

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-017")]

APP = """
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = "nothing is asked"
        if host := os.environ.get("FRUIT_HOST"):
            with urlopen(f"http://{host}:{os.environ['FRUIT_PORT']}/fruit.txt", timeout=5) as answer:
                found = answer.read().decode().strip()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{found} {os.environ['CATALYST_COMMIT']}".encode())


ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""
TREE = {
    "app.py": APP,
    "Dockerfile": (
        'FROM python:3.12-slim\nCOPY --link app.py /\nEXPOSE 8000\nCMD ["python", "-u", "app.py"]\n'
    ),
}
USUAL = "{{ .Release.Name }}-{{ .Chart.Name }}"
TEMPLATE = """
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-{{ .Chart.Name }}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 9200}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .Release.Name }}
spec:
  serviceName: {{ .Release.Name }}-{{ .Chart.Name }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext:
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: shelf
          image: docker.io/library/busybox:1.37
          command:
            - sh
            - -c
            - |
              cd /shelf
              [ -f born ] || cat /proc/sys/kernel/random/uuid > born
              echo "{{ .Values.fruit }} $(cat born)" > fruit.txt
              exec httpd -f -p 9200 -h /shelf
          readinessProbe:
            httpGet: {path: /fruit.txt, port: 9200}
            periodSeconds: 1
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
          volumeMounts: [{name: shelf, mountPath: /shelf}]
  volumeClaimTemplates:
    - metadata: {name: shelf}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 16Mi}}
"""
CHART = "apiVersion: v2\nname: shelf\nversion: 1.0.0\n"


def asking(text: str, fruit: str) -> str:
    return f"version: 1\nservices:\n  fruit: {{{text}, port: 9200, values: {{fruit: {fruit}}}}}\n"


@pytest.mark.spec("FR-007")
async def test_a_chart_of_a_registry_is_up_before_the_application_and_goes_with_its_entry(
    previews: Previews, stack: Stack, tmp_path: Path
) -> None:
    place = f"oci://{stack.connection.registry}/{unique('t-charts')}"
    (tmp_path / "charts").mkdir()
    repository = ChartRepository(stack.connection.helm, tmp_path / "charts")
    package = await repository.add("shelf", "1.0.0", TEMPLATE, values="fruit: none\n")
    await repository.run("push", str(package), place, "--plain-http")
    wanted = f"chart: shelf, repository: '{place}', version: 1.0.0"
    preview = await previews.create(tree=TREE, type="auto")
    main = naming.release_name(preview.environment)
    fruit = naming.service_release_name(preview.environment, "fruit")

    first = await preview.open({".catalyst.yaml": asking(wanted, "pears")})
    await preview.until_ready(first)
    pears, born, commit = await page_of(preview)
    assert (pears, commit) == ("pears", first)
    assert await releases(preview) == {main, fruit}
    pod = await pod_of(preview, fruit)

    second = await preview.push({"NOTES.md": "One line more.\n"})
    await preview.until_ready(second)
    assert await page_of(preview) == ["pears", born, second]
    assert await pod_of(preview, fruit) == pod, "a push does not restart it"

    third = await preview.push({".catalyst.yaml": asking(wanted, "plums")})
    await preview.until_ready(third)
    assert await page_of(preview) == ["plums", born, third]
    snapshot = await reset(preview, "fruit")
    assert snapshot.phase is Phase.READY, snapshot.failure
    plums, later, commit = await page_of(preview)
    assert (plums, commit) == ("plums", third)
    assert later != born, "it began anew"

    fourth = await preview.push({".catalyst.yaml": None})
    await preview.until_ready(fourth)
    assert (await preview.page()).text == f"nothing is asked {fourth}"
    assert await releases(preview) == {main}
    await eventually(lambda: is_gone(preview, fruit), within=30, what="no pod of it is left")
    await preview.close()
    await preview.until_gone()


@pytest.mark.spec("FR-009")
@pytest.mark.variant
async def test_a_chart_of_the_repository_whose_service_has_another_name_is_told_with_what_to_say(
    previews: Previews,
) -> None:
    named = "{{ .Release.Name }}-main"
    chart = {
        "deploy/shelf/Chart.yaml": CHART,
        "deploy/shelf/values.yaml": "fruit: none\n",
        "deploy/shelf/templates/all.yaml": TEMPLATE.replace(USUAL, named),
    }
    preview = await previews.create(tree={**TREE, **chart}, type="auto")
    first = await preview.open({".catalyst.yaml": asking("chart: deploy/shelf", "figs")})
    snapshot = await preview.until_failed(first)
    failure, release = snapshot.failure, naming.service_release_name(preview.environment, "fruit")
    assert failure
    assert (failure.kind, failure.attempts) == (FailureKind.USER, 1)
    assert f"no Service `{release}-shelf`" in failure.message
    assert f"it has {release}-main" in failure.message
    assert "`host`" in failure.hint

    said = asking("chart: deploy/shelf, host: '{release}-main'", "figs")
    second = await preview.push({".catalyst.yaml": said})
    await preview.until_ready(second)
    figs, _, commit = await page_of(preview)
    assert (figs, commit) == ("figs", second)


@pytest.mark.variant
async def test_a_service_may_become_a_chart_and_something_else_again(previews: Previews) -> None:
    chart = {
        "deploy/shelf/Chart.yaml": CHART,
        "deploy/shelf/values.yaml": "fruit: none\n",
        # As charts of the service's own name call theirs, and as Catalyst's own chart calls a component's.
        "deploy/shelf/templates/all.yaml": TEMPLATE.replace(USUAL, "{{ .Release.Name }}"),
    }
    preview = await previews.create(tree={**TREE, **chart}, type="auto")
    as_chart = asking("chart: deploy/shelf, host: '{release}'", "figs")
    as_redis = "version: 1\nservices: {fruit: {type: redis}}\n"
    main = naming.release_name(preview.environment)
    fruit = naming.service_release_name(preview.environment, "fruit")

    first = await preview.open({".catalyst.yaml": as_redis})
    await preview.until_ready(first)
    second = await preview.push({".catalyst.yaml": as_chart})
    await preview.until_ready(second)
    figs, born, commit = await page_of(preview)
    assert (figs, commit) == ("figs", second)
    assert await releases(preview) == {main, fruit}

    third = await preview.push({".catalyst.yaml": as_redis})
    await preview.until_ready(third)
    assert await releases(preview) == {main}
    await eventually(lambda: has_no_claim(preview, fruit), within=60, what="its volume is gone")
    fourth = await preview.push({".catalyst.yaml": as_chart})
    await preview.until_ready(fourth)
    figs, later, commit = await page_of(preview)
    assert (figs, commit) == ("figs", fourth)
    assert later != born, "it began anew"


async def page_of(preview: Preview) -> list[str]:
    """What the chart was told, what it has kept, and the application's commit."""
    return (await preview.page()).text.split()


async def releases(preview: Preview) -> set[str]:
    found = await preview.stack.cluster.releases(await preview.namespace())
    return {each["name"] for each in found}


async def pod_of(preview: Preview, release: str) -> str:
    (pod,) = await preview.stack.cluster.pods(await preview.namespace(), selector=f"app={release}")
    return str(pod["metadata"]["uid"])


async def is_gone(preview: Preview, release: str) -> bool:
    found = await preview.stack.cluster.pods(await preview.namespace(), selector=f"app={release}")
    return not found


async def has_no_claim(preview: Preview, release: str) -> bool:
    path = f"/api/v1/namespaces/{await preview.namespace()}/persistentvolumeclaims"
    found = await preview.stack.cluster.items(path)
    return not any(release in each["metadata"]["name"] for each in found)
