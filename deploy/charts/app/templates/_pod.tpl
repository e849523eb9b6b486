{{/*
Pod template of a component. Takes root, component, settings, restartPolicy (absent for Deployments) and deadline (in
seconds, absent where it may run for ever).
*/}}
{{- define "app.podTemplate" -}}
metadata:
  labels:
    {{- include "app.podLabels" . | nindent 4 }}
  {{- with include "app.podAnnotations" . | fromYaml }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "app.podSpec" . | nindent 2 }}
{{- end -}}

{{/* The component's own annotations, and checksums of what containers read only when they start. */}}
{{- define "app.podAnnotations" -}}
{{- $root := .root -}}
{{- $annotations := deepCopy (.settings.podAnnotations | default dict) -}}
{{- $files := dict -}}
{{- range $name, $volume := .settings.volumes -}}
{{- if eq $volume.type "config" -}}
{{- $_ := set $files $name $volume.files -}}
{{- end -}}
{{- end -}}
{{- if $files -}}
{{- $_ := set $annotations "checksum/config" ($files | toJson | sha256sum) -}}
{{- end -}}
{{- $sums := dict -}}
{{- range $secret := include "app.secretsOf" .settings | fromJsonArray -}}
{{- with dig $secret "checksum" "" $root.Values.secrets -}}
{{- $_ := set $sums $secret . -}}
{{- end -}}
{{- end -}}
{{- if $sums -}}
{{- $_ := set $annotations "checksum/secrets" ($sums | toJson | sha256sum) -}}
{{- end -}}
{{- if $annotations -}}
{{- toYaml $annotations -}}
{{- end -}}
{{- end -}}

{{- define "app.podSpec" -}}
{{- $security := include "app.security" . | fromJson -}}
{{- with .restartPolicy -}}
restartPolicy: {{ . }}
{{ end -}}
{{- with .deadline -}}
{{- /* The pod's own limit leaves the pod, and with it the log; the Job's deletes it. */ -}}
activeDeadlineSeconds: {{ . | int }}
{{ end -}}
{{- with .settings.hostname -}}
hostname: {{ . | quote }}
{{ end -}}
serviceAccountName: {{ include "app.serviceAccountName" .root | quote }}
automountServiceAccountToken: false
{{- /* Variables for every Service of the namespace would reach the application by accident. */}}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "app.gracePeriod" .settings }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
securityContext:
  {{- include "app.podSecurityContext" (dict "settings" .settings "security" $security) | trim | nindent 2 }}
{{- $filling := include "app.filling" (merge (dict "security" $security) .) }}
{{- if or .settings.waitFor .settings.sidecars (trim $filling) }}
initContainers:
  {{- /* From the very pod: a Service, and the policies of a new pod, need a moment to be known to all nodes. */}}
  {{- range $name, $wait := .settings.waitFor }}
  - name: {{ printf "wait--%s" $name | quote }}
    image: {{ $wait.image | quote }}
    imagePullPolicy: {{ $.root.Values.image.pullPolicy }}
    command:
      {{- range $wait.command }}
      - {{ . | quote }}
      {{- end }}
    securityContext:
      {{- include "app.containerSecurityContext" $security | nindent 6 }}
  {{- end }}
  {{- with trim $filling }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- range $name, $sidecar := .settings.sidecars }}
  - name: {{ $name | quote }}
    image: {{ $sidecar.image | quote }}
    imagePullPolicy: {{ $.root.Values.image.pullPolicy }}
    restartPolicy: Always
    command:
      {{- range $sidecar.command }}
      - {{ . | quote }}
      {{- end }}
    securityContext:
      {{- include "app.containerSecurityContext" $security | nindent 6 }}
    {{- with $sidecar.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- include "app.volumeMounts" $.settings | nindent 4 }}
  {{- end }}
{{- end }}
containers:
  - name: {{ .component | quote }}
    {{- include "app.container" (merge (dict "security" $security) .) | nindent 4 }}
{{- with .settings.volumes }}
volumes:
  {{- range $name, $volume := . }}
  - name: {{ $name | quote }}
    {{- include "app.volumeSource" (dict "root" $.root "component" $.component "name" $name "volume" $volume) | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Seconds that a pod has to end. */}}
{{- define "app.gracePeriod" -}}
{{- dig "terminationGracePeriodSeconds" 10 . | int -}}
{{- end -}}

{{- define "app.container" -}}
{{- $settings := .settings -}}
image: {{ include "app.image" . | quote }}
imagePullPolicy: {{ $settings.imagePullPolicy | default .root.Values.image.pullPolicy }}
{{- with $settings.command }}
command:
  {{- range . }}
  - {{ . | quote }}
  {{- end }}
{{- end }}
{{- with $settings.args }}
args:
  {{- range . }}
  - {{ . | quote }}
  {{- end }}
{{- end }}
{{- with $settings.workingDir }}
workingDir: {{ . | quote }}
{{- end }}
securityContext:
  {{- include "app.containerSecurityContext" .security | nindent 2 }}
{{- with include "app.env" . }}
env:
  {{- trim . | nindent 2 }}
{{- end }}
{{- with $settings.envFrom }}
envFrom:
  {{- range . }}
  - secretRef:
      name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with $settings.ports }}
ports:
  {{- range . }}
  - name: {{ .name | quote }}
    containerPort: {{ .port | int }}
    protocol: {{ .protocol | default "TCP" }}
  {{- end }}
{{- end }}
{{- include "app.probes" $settings }}
{{- $pause := dig "preStopSeconds" (ternary (min 1 (include "app.gracePeriod" $settings)) 0 (eq $settings.kind "web")) $settings | int }}
{{- if $pause }}
lifecycle:
  {{- /* The ingress learns of the end a moment later than the container: without a pause, requests fail. */}}
  preStop:
    sleep:
      seconds: {{ $pause }}
{{- end }}
{{- with $settings.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "app.volumeMounts" $settings }}
{{- . | nindent 0 }}
{{- end }}
{{- end -}}

{{/* Volumes of a component, as its containers see them. */}}
{{- define "app.volumeMounts" -}}
{{- with .volumes -}}
volumeMounts:
  {{- range $name, $volume := . }}
  - name: {{ $name | quote }}
    mountPath: {{ $volume.mountPath | quote }}
    {{- with $volume.subPath }}
    subPath: {{ . | quote }}
    {{- end }}
    {{- if $volume.readOnly }}
    readOnly: true
    {{- end }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Variables: Catalyst's and those of the egress proxy, then those from Secrets, then plain ones, which may so refer to both as $(NAME). */}}
{{- define "app.env" -}}
{{- $catalyst := .root.Values.global.catalyst -}}
{{- if dig "catalystEnv" true .settings }}
{{- $keys := list "branch" "commit" "environment" "host" "project" "url" }}
{{- with .settings.commitFile }}
{{- /* The commit changes under the pod, which stays. */}}
{{- $keys = without $keys "commit" }}
- name: CATALYST_COMMIT_FILE
  value: {{ . | quote }}
{{- end }}
{{- range $key := $keys }}
{{- with get $catalyst $key }}
- name: CATALYST_{{ upper $key }}
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- with $catalyst.innerUrl }}
- name: CATALYST_INNER_URL
  value: {{ . | quote }}
{{- end }}
{{- if or $catalyst.environment $catalyst.commit }}
- name: CATALYST_COMPONENT
  value: {{ .component | quote }}
- name: CATALYST_IMAGE
  value: {{ include "app.image" . | quote }}
{{- end }}
{{- end }}
{{- if dig "proxyEnv" (dig "catalystEnv" true .settings) .settings }}
{{- include "app.proxyEnv" . }}
{{- end }}
{{- range $name, $from := .settings.secretEnv }}
- name: {{ $name | quote }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.secret | quote }}
      key: {{ $from.key | quote }}
      {{- if $from.optional }}
      optional: true
      {{- end }}
{{- end }}
{{- range $name, $value := .settings.env }}
- name: {{ $name | quote }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "app.volumeSource" -}}
{{- $volume := .volume -}}
{{- if eq $volume.type "persistent" -}}
persistentVolumeClaim:
  claimName: {{ $volume.existingClaim | default (include "app.objectName" (dict "root" .root "component" .component "part" .name)) | quote }}
{{- else if eq $volume.type "empty" -}}
{{- $medium := pick $volume "medium" "sizeLimit" -}}
emptyDir: {{ $medium | toJson }}
{{- else if eq $volume.type "config" -}}
configMap:
  name: {{ include "app.objectName" (dict "root" .root "component" .component "part" .name) | quote }}
  {{- if $volume.executable }}
  defaultMode: 0755
  {{- end }}
{{- else -}}
secret:
  secretName: {{ $volume.secret | quote }}
  {{- if $volume.optional }}
  optional: true
  {{- end }}
  {{- with $volume.files }}
  items:
    {{- range $path, $key := . }}
    - key: {{ $key | quote }}
      path: {{ $path | quote }}
    {{- end }}
  {{- end }}
{{- end -}}
{{- end -}}
