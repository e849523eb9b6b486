"""Commits that keep a phase busy, for ever or for a while."""

SECONDS = 240
"""Longer than any test waits for the next thing, so that nothing ends by itself."""

_DOCKERFILE = """FROM busybox:1.37 AS slow
RUN echo 'a slow step' && sleep {seconds} && touch /done
FROM python:3.11-slim
COPY --link --from=slow /done /
COPY --link app.py /app/
USER 10001:10001
CMD ["python", "-u", "/app/app.py"]
"""
SLOW_BUILD = _DOCKERFILE.format(seconds=SECONDS)
"""Does not end while anybody waits for it."""
SLOW_START = _DOCKERFILE.format(seconds=15)
"""Leaves time for killing somebody."""

BRIEF_BUILD = _DOCKERFILE.format(seconds=3)
"""Leaves time for stopping what comes after its slow step."""
SLOW_STEP = "a slow step"
"""What the slow builds print when their step begins."""

_HOOK = """apiVersion: batch/v1
kind: Job
metadata:
  name: {{{{ .Release.Name }}}}-slow
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 0
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {{type: RuntimeDefault}}
      containers:
        - name: slow
          image: "{{{{ .Values.image.repository }}}}:{{{{ .Values.image.tag }}}}"
          command: ["python", "-c", "import time; time.sleep({seconds})"]
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {{drop: ["ALL"]}}
"""


def hook(*, seconds: int) -> dict[str, str | None]:
    """A hook that Helm waits for before it installs anything."""
    return {"chart/templates/slow.yaml": _HOOK.format(seconds=seconds)}


def slow_helm() -> dict[str, str | None]:
    """One that does not end while anybody waits for it."""
    return hook(seconds=SECONDS)


def ill_at_first(app: str, *, seconds: int) -> dict[str, str | None]:
    """The sample's application, whose page answers 503 for so long after its start."""
    ill = f"time.monotonic() - BORN < {seconds}"
    changed = app.replace('FAULT == "error"', ill).replace(
        "HTTPStatus.INTERNAL_SERVER_ERROR", "HTTPStatus.SERVICE_UNAVAILABLE"
    )
    assert ill in changed, "the sample's application has changed"
    return {"app.py": changed.replace("PORT = ", "BORN = time.monotonic()\nPORT = ", 1)}
