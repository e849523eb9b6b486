{{/*
Variables that lead programs through the environment's egress proxy, but not to the environment's own names; nothing
where there is none, nor for what the component says itself. Takes root and settings.
*/}}
{{- define "app.proxyEnv" -}}
{{- $catalyst := .root.Values.global.catalyst -}}
{{- $proxy := $catalyst.proxy | default dict -}}
{{- if $proxy.url }}
{{- $inner := get (urlParse ($catalyst.innerUrl | default "")) "hostname" -}}
{{- $own := list "localhost" "127.0.0.1" "::1" ".svc" ".cluster.local" $catalyst.host $inner ($proxy.except | default "") -}}
{{- $except := $own | compact | join "," -}}
{{- $said := merge (dict) (.settings.env | default dict) (.settings.secretEnv | default dict) -}}
{{- range $name, $value := dict "HTTP_PROXY" $proxy.url "HTTPS_PROXY" $proxy.url "NO_PROXY" $except }}
{{- range list $name (lower $name) }}
{{- if not (hasKey $said .) }}
- name: {{ . }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
