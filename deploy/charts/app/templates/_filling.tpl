{{/*
Init containers that fill empty volumes with what the component's image has at their paths, as Docker does. A copy that
was cut off is made again: the application has not seen it. Takes root, component, settings and security (of all and of it).
*/}}
{{- define "app.filling" -}}
{{- range $name, $volume := .settings.volumes }}
{{- if and (eq $volume.type "persistent") $volume.fromImage }}
- name: {{ printf "fill--%s" $name | quote }}
  image: {{ include "app.image" $ | quote }}
  imagePullPolicy: {{ $.settings.imagePullPolicy | default $.root.Values.image.pullPolicy }}
  command:
    - /bin/sh
    - -ec
    - |
      from="$1" to=/.catalyst-volume; mark="$to/.catalyst-filling"
      if [ ! -d "$from" ]; then exit 0; fi
      if [ ! -e "$mark" ] && [ -n "$(ls -A "$to")" ]; then exit 0; fi
      : > "$mark"
      cp -a "$from/." "$to/"
      rm "$mark"
    - fill
    - {{ $volume.mountPath | quote }}
  securityContext:
    {{- include "app.containerSecurityContext" $.security | nindent 4 }}
    {{- /* A new volume belongs to root, and files to whom the image gave them. */}}
    runAsUser: 0
  {{- with $.settings.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - name: {{ $name | quote }}
      mountPath: /.catalyst-volume
      {{- with $volume.subPath }}
      subPath: {{ . | quote }}
      {{- end }}
{{- end }}
{{- end }}
{{- end -}}
