"""Small charts, good and bad, as files of a repository."""

CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\n"
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
data:
  commit: {{ .Values.global.catalyst.commit | quote }}
  image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
  url: {{ .Values.global.catalyst.url | quote }}
  since: 2026-01-01
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: shop
          image: {{ .Values.program }}
          command: [sleep, infinity]
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
"""
HOOK = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      containers:
        - name: migrate
          image: {{ .Values.program }}
          command: [sh, -c, {{ .Values.migration | quote }}]
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
"""
FOREIGN_SECRET = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: stolen
data:
  it: {{ (lookup "v1" "Secret" "kube-system" "bootstrap").data | toJson | quote }}
"""
CLUSTER_ADMIN = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: t-helm-everything
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: default, namespace: default}]
"""
WRONG_FIELD = """\
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop}
  ports:
    - port: {{ .Values.port }}
"""
HIJACK = """\
apiVersion: v1
kind: Service
metadata:
  name: hijack
spec:
  externalIPs: [192.0.2.53]
  ports:
    - port: 53
"""


def chart(**templates: str) -> dict[str, str | bytes | None]:
    """Files of a chart at `deploy/chart` with these templates."""
    files: dict[str, str | bytes | None] = {"deploy/chart/Chart.yaml": CHART}
    for name, text in templates.items():
        files[f"deploy/chart/templates/{name}.yaml"] = text
    return files
