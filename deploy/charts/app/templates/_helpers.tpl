{{/* Name of the chart, for labels. */}}
{{- define "app.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end -}}

{{/* What every name begins with: the release, always a DNS-1035 label of at most 53 characters. */}}
{{- define "app.fullname" -}}
{{- $name := .Values.fullnameOverride -}}
{{- if not $name -}}
{{- $name = ternary (printf "%s-%s" .Release.Name .Values.nameOverride) .Release.Name (ne .Values.nameOverride "") -}}
{{- end -}}
{{- if and (le (len $name) 53) (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $name) -}}
{{- $name -}}
{{- else -}}
{{- printf "x-%s--%s" (regexReplaceAll "[^a-z0-9]+" $name "-" | trunc 40 | trimAll "-") (sha256sum $name | trunc 8) -}}
{{- end -}}
{{- end -}}

{{/* Name and version of the chart, as a label. */}}
{{- define "app.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
Name of an object: release, component and perhaps a part of it. Names of components and parts hold no doubled hyphen,
so "--" stands before the part alone and "---" before the hash of a name that was cut alone: no two are alike.
Takes root, component, part (may be absent) and limit (63 when absent).
*/}}
{{- define "app.objectName" -}}
{{- $limit := .limit | default 63 | int -}}
{{- $name := printf "%s-%s" (include "app.fullname" .root) .component -}}
{{- if .part -}}
{{- $name = printf "%s--%s" $name .part -}}
{{- end -}}
{{- if gt (len $name) $limit -}}
{{- $name = printf "%s---%s" (trunc (int (sub $limit 13)) $name | trimAll "-") (sha256sum $name | trunc 10) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* A label value for any text, the same that Catalyst writes: readable, with a hash when it had to be changed. */}}
{{- define "app.labelValue" -}}
{{- if and (le (len .) 63) (regexMatch "^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$" .) -}}
{{- . -}}
{{- else -}}
{{- $stem := regexReplaceAll "[^A-Za-z0-9._-]+" . "-" | trunc 53 | trimAll "-._" -}}
{{- printf "%s--%s" ($stem | default "x") (sha256sum . | trunc 8) -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of one component; never changes in a component's life. Takes root and component. */}}
{{- define "app.selectorLabels" -}}
app.kubernetes.io/name: {{ include "app.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- if .component }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end }}
{{- end -}}

{{/* The root of a component that stays as it serves, as JSON: with what it was deployed with. Takes root and settings. */}}
{{- define "app.rootAsServed" -}}
{{- $values := include "app.over" (list (omit .root.Values "components") .settings.served) | fromJson -}}
{{- $chart := dict "Name" .root.Chart.Name "Version" .root.Chart.Version -}}
{{- dict "Values" $values "Release" .root.Release "Chart" $chart | toJson -}}
{{- end -}}

{{/* Labels of pods: nothing that differs from one commit to the next. Takes root and component (may be empty). */}}
{{- define "app.podLabels" -}}
{{- $catalyst := .root.Values.global.catalyst -}}
{{ include "app.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
{{- range $key := list "project" "environment" "branch" }}
{{- with get $catalyst $key }}
catalyst.dev/{{ $key }}: {{ include "app.labelValue" . | quote }}
{{- end }}
{{- end }}
{{- with .component }}
catalyst.dev/component: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Labels of objects. Takes root and component (may be empty). */}}
{{- define "app.labels" -}}
helm.sh/chart: {{ include "app.chart" .root | quote }}
{{ include "app.podLabels" . }}
{{- with .root.Values.global.catalyst.commit }}
app.kubernetes.io/version: {{ include "app.labelValue" . | quote }}
catalyst.dev/commit: {{ include "app.labelValue" . | quote }}
{{- end }}
{{- end -}}

{{/* Two mappings, the second over the first, as JSON. Unlike in `merge`, a 0, a false and an empty text count too. */}}
{{- define "app.over" -}}
{{- $merged := dict -}}
{{- range $mapping := . -}}
{{- range $key, $value := $mapping | default dict -}}
{{- $_ := set $merged $key $value -}}
{{- end -}}
{{- end -}}
{{- $merged | toJson -}}
{{- end -}}

{{/* The annotations given, those of all objects below them. Takes root and annotations (may be empty). */}}
{{- define "app.annotations" -}}
{{- with include "app.over" (list .root.Values.commonAnnotations .annotations) | fromJson }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* metadata of an object. Takes root, name, component (may be empty), annotations and labels (may be absent). */}}
{{- define "app.metadata" -}}
name: {{ .name | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "app.labels" . | nindent 2 }}
  {{- range $key, $value := .labels }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
{{- with include "app.annotations" . }}
{{- . }}
{{- end }}
{{- end -}}

{{- define "app.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "app.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/*
Image of a component: its own, else that of the build it names, else the one built for it, else the release's; nothing
where it names a build that there is not. Takes root, component and settings.
*/}}
{{- define "app.image" -}}
{{- $catalyst := .root.Values.global.catalyst -}}
{{- $images := $catalyst.images | default dict -}}
{{- $image := .root.Values.image -}}
{{- if .settings.image -}}
{{- .settings.image -}}
{{- else if .settings.imageFrom -}}
{{- get $images .settings.imageFrom -}}
{{- else if hasKey $images .component -}}
{{- get $images .component -}}
{{- else if $image.repository -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else if $image.tag -}}
{{- printf "%s:%s" $image.repository $image.tag -}}
{{- else -}}
{{- $image.repository -}}
{{- end -}}
{{- else -}}
{{- $catalyst.image -}}
{{- end -}}
{{- end -}}

{{/* What tells one run of a job from the next: Catalyst's revision, else that of the release. Takes root. */}}
{{- define "app.revision" -}}
{{- .Values.global.catalyst.revision | default (toString .Release.Revision) -}}
{{- end -}}

{{/* Names of the Secrets that a component uses, as a JSON list. */}}
{{- define "app.secretsOf" -}}
{{- $names := .envFrom | default list -}}
{{- range .secretEnv -}}
{{- $names = append $names .secret -}}
{{- end -}}
{{- range .volumes -}}
{{- if eq .type "secret" -}}
{{- $names = append $names .secret -}}
{{- end -}}
{{- end -}}
{{- $names | uniq | sortAlpha | toJson -}}
{{- end -}}

{{/* The first TCP port of a component as JSON; empty when there is none. */}}
{{- define "app.firstPort" -}}
{{- $found := dict -}}
{{- range .ports -}}
{{- if and (not $found) (eq (.protocol | default "TCP") "TCP") -}}
{{- $found = . -}}
{{- end -}}
{{- end -}}
{{- if $found -}}
{{- $found | toJson -}}
{{- end -}}
{{- end -}}
