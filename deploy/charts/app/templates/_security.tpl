{{/* A component's security settings over those of all, as JSON. */}}
{{- define "app.security" -}}
{{- include "app.over" (list .root.Values.security .settings.security) -}}
{{- end -}}

{{/*
What Pod Security "restricted" asks of a pod; for "baseline" only what no image needs otherwise.
Takes settings and security.
*/}}
{{- define "app.podSecurityContext" -}}
{{- $isRestricted := eq .security.profile "restricted" -}}
{{- if $isRestricted }}
runAsNonRoot: true
{{- end }}
{{- range $key := list "runAsUser" "runAsGroup" }}
{{- if hasKey $.security $key }}
{{ $key }}: {{ get $.security $key | int64 }}
{{- end }}
{{- end }}
{{- $group := get .security "fsGroup" }}
{{- if and (kindIs "string" $group) (include "app.hasPersistentVolume" .settings) $isRestricted }}
{{- /* A new volume belongs to root: with a group of its own, any other user may write to it too. */}}
{{- $group = .security.runAsGroup | default .security.runAsUser | default 10001 }}
{{- end }}
{{- if not (kindIs "string" $group) }}
fsGroup: {{ $group | int64 }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- if and $isRestricted (include "app.hasLowPort" .settings) }}
sysctls:
  {{- /* Other users than root may listen on port 80 too; the pod has a network of its own. */}}
  - name: net.ipv4.ip_unprivileged_port_start
    value: "0"
{{- end }}
{{- end -}}

{{- define "app.containerSecurityContext" -}}
{{- if or (eq .profile "restricted") .powerless -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
{{ end -}}
readOnlyRootFilesystem: {{ .readOnlyRootFilesystem }}
{{- end -}}

{{/* "true" or nothing. */}}
{{- define "app.hasPersistentVolume" -}}
{{- $found := false -}}
{{- range .volumes -}}
{{- if eq .type "persistent" -}}
{{- $found = true -}}
{{- end -}}
{{- end -}}
{{- if $found -}}true{{- end -}}
{{- end -}}

{{/* "true" or nothing. */}}
{{- define "app.hasLowPort" -}}
{{- $found := false -}}
{{- range .ports -}}
{{- if lt (int .port) 1024 -}}
{{- $found = true -}}
{{- end -}}
{{- end -}}
{{- if $found -}}true{{- end -}}
{{- end -}}
