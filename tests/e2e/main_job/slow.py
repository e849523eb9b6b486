"""Commits that keep a phase busy until somebody stops it."""

SECONDS = 240
"""Longer than any test waits for the next thing, so that nothing ends by itself."""

SLOW_BUILD = f"""FROM python:3.11-slim
WORKDIR /app
COPY app.py .
RUN python -c "import time; print('a slow step', flush=True); time.sleep({SECONDS})"
USER 10001:10001
CMD ["python", "-u", "app.py"]
"""

_SLOW_HOOK = f"""apiVersion: batch/v1
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
          command: ["python", "-c", "import time; time.sleep({SECONDS})"]
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {{drop: ["ALL"]}}
"""


def slow_helm() -> dict[str, str | None]:
    """A hook that Helm waits for before it installs anything."""
    return {"chart/templates/slow.yaml": _SLOW_HOOK}
