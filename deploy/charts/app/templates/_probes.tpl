{{/*
The probes of a component. One of kind web that says nothing is ready when its first TCP port accepts connections.
*/}}
{{- define "app.probes" -}}
{{- $settings := . -}}
{{- $first := include "app.firstPort" $settings -}}
{{- $port := "" -}}
{{- if $first -}}
{{- $port = (fromJson $first).name -}}
{{- end -}}
{{- range $name := list "startup" "readiness" "liveness" }}
{{- $probe := dig "probes" $name dict $settings }}
{{- if and (not $probe) (eq $name "readiness") (eq $settings.kind "web") $port }}
{{- $probe = dict "type" "tcp" "periodSeconds" 2 }}
{{- end }}
{{- if and $probe (ne $probe.type "none") }}
{{ $name }}Probe:
  {{- include "app.probe" (dict "probe" $probe "port" ($probe.port | default $port)) | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "app.probe" -}}
{{- $probe := .probe -}}
{{- if eq $probe.type "http" -}}
httpGet:
  path: {{ $probe.path | default "/" | quote }}
  port: {{ include "app.portReference" .port }}
  {{- with $probe.scheme }}
  scheme: {{ . }}
  {{- end }}
  {{- with $probe.headers }}
  httpHeaders:
    {{- range $name, $value := . }}
    - name: {{ $name | quote }}
      value: {{ $value | quote }}
    {{- end }}
  {{- end }}
{{- else if eq $probe.type "tcp" -}}
tcpSocket:
  port: {{ include "app.portReference" .port }}
{{- else -}}
exec:
  command:
    {{- range $probe.command }}
    - {{ . | quote }}
    {{- end }}
{{- end }}
{{- range $key := list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "failureThreshold" "successThreshold" }}
{{- if hasKey $probe $key }}
{{ $key }}: {{ get $probe $key | int }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A port by name or number. */}}
{{- define "app.portReference" -}}
{{- if kindIs "string" . -}}
{{- . | quote -}}
{{- else -}}
{{- . | int -}}
{{- end -}}
{{- end -}}
