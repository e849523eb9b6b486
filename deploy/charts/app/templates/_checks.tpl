{{/* Fails with everything found at once, each with the path of the value. */}}
{{- define "app.checks" -}}
{{- $found := list -}}
{{- range $name, $settings := .Values.components -}}
{{- $root := $ -}}
{{- if $settings.served -}}
{{- $root = include "app.rootAsServed" (dict "root" $ "settings" $settings) | fromJson -}}
{{- end -}}
{{- $scope := dict "root" $root "component" $name "settings" $settings -}}
{{- range $check := list "image" "secrets" "variables" "ports" "probes" "mounts" "security" "resources" "ending" -}}
{{- range include (printf "app.check.%s" $check) $scope | fromJsonArray -}}
{{- $found = append $found (printf "components.%s.%s" $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $found = concat $found (include "app.check.services" . | fromJsonArray) -}}
{{- if $found -}}
{{- fail (printf "\n- %s" (join "\n- " $found)) -}}
{{- end -}}
{{- end -}}

{{- define "app.check.image" -}}
{{- if include "app.image" . -}}
[]
{{- else if .settings.imageFrom -}}
{{- $built := keys (.root.Values.global.catalyst.images | default dict) | sortAlpha | join ", " | default "none" -}}
{{- list (printf "imageFrom: nothing is built as %q (built: %s)" .settings.imageFrom $built) | toJson -}}
{{- else -}}
{{- list (printf "image: missing, and nothing else names one (image.repository, global.catalyst.images.%s)" .component) | toJson -}}
{{- end -}}
{{- end -}}

{{- define "app.check.secrets" -}}
{{- $found := list -}}
{{- $allowed := .root.Values.secrets -}}
{{- $names := keys $allowed | sortAlpha | join ", " | default "none" -}}
{{- $used := dict -}}
{{- range .settings.envFrom -}}
{{- $_ := set $used "envFrom" (append (get $used "envFrom" | default list) .) -}}
{{- end -}}
{{- range $key, $from := .settings.secretEnv -}}
{{- $_ := set $used (printf "secretEnv.%s.secret" $key) (list $from.secret) -}}
{{- end -}}
{{- range $key, $volume := .settings.volumes -}}
{{- if eq $volume.type "secret" -}}
{{- $_ := set $used (printf "volumes.%s.secret" $key) (list $volume.secret) -}}
{{- end -}}
{{- end -}}
{{- range $path, $wanted := $used -}}
{{- range $secret := $wanted -}}
{{- if not (hasKey $allowed $secret) -}}
{{- $found = append $found (printf "%s: the top-level `secrets` does not list Secret %q (it lists: %s)" $path $secret $names) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- define "app.check.variables" -}}
{{- $found := list -}}
{{- $plain := .settings.env | default dict -}}
{{- range $key := list "env" "secretEnv" -}}
{{- range $name, $_ := get $.settings $key | default dict -}}
{{- if hasPrefix "CATALYST_" $name -}}
{{- $found = append $found (printf "%s.%s: names that begin with CATALYST_ are Catalyst's" $key $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := .settings.secretEnv -}}
{{- if hasKey $plain $name -}}
{{- $found = append $found (printf "secretEnv.%s: `env` sets the same variable" $name) -}}
{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- define "app.check.ports" -}}
{{- $found := list -}}
{{- $names := dict -}}
{{- $numbers := dict -}}
{{- range $at, $port := .settings.ports -}}
{{- $number := printf "%d/%s" (int ($port.servicePort | default $port.port)) ($port.protocol | default "TCP") -}}
{{- if hasKey $names $port.name -}}
{{- $found = append $found (printf "ports[%d].name: %q stands twice" $at $port.name) -}}
{{- end -}}
{{- if hasKey $numbers $number -}}
{{- $found = append $found (printf "ports[%d]: the Service would have port %s twice; give one another servicePort" $at $number) -}}
{{- end -}}
{{- $_ := set $names $port.name true -}}
{{- $_ := set $numbers $number true -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- define "app.check.probes" -}}
{{- $found := list -}}
{{- $names := list -}}
{{- range .settings.ports -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $first := include "app.firstPort" .settings -}}
{{- range $name, $probe := .settings.probes -}}
{{- if has $probe.type (list "http" "tcp") -}}
{{- if not (or $probe.port $first) -}}
{{- $found = append $found (printf "probes.%s.port: missing, and the component has no TCP port" $name) -}}
{{- else if and (kindIs "string" $probe.port) (not (has $probe.port $names)) -}}
{{- $found = append $found (printf "probes.%s.port: no port is named %q (named are: %s)" $name $probe.port (join ", " $names | default "none")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- define "app.check.mounts" -}}
{{- $found := list -}}
{{- $paths := dict -}}
{{- range $name, $volume := .settings.volumes -}}
{{- $path := $volume.mountPath | trimSuffix "/" -}}
{{- if hasKey $paths $path -}}
{{- $found = append $found (printf "volumes.%s.mountPath: volume %q is mounted at %s too" $name (get $paths $path) $volume.mountPath) -}}
{{- end -}}
{{- $_ := set $paths $path $name -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- define "app.check.security" -}}
{{- $security := include "app.security" . | fromJson -}}
{{- $isRoot := and (hasKey $security "runAsUser") (eq (int64 $security.runAsUser) 0) -}}
{{- $found := list -}}
{{- if eq $security.profile "restricted" -}}
{{- if $isRoot -}}
{{- $found = append $found "security.runAsUser: 0 is root, which profile \"restricted\" refuses; use profile \"baseline\"" -}}
{{- end -}}
{{- range $name, $volume := .settings.volumes -}}
{{- if $volume.fromImage -}}
{{- $found = append $found (printf "volumes.%s.fromImage: root copies it, which profile \"restricted\" refuses; use profile \"baseline\"" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- define "app.check.resources" -}}
{{- $found := list -}}
{{- $limits := dig "resources" "limits" dict .settings -}}
{{- range $name, $wanted := dig "resources" "requests" dict .settings -}}
{{- $limit := get $limits $name -}}
{{- if and (hasKey $limits $name) (gt (include "app.quantity" $wanted | float64) (include "app.quantity" $limit | float64)) -}}
{{- $found = append $found (printf "resources.requests.%s: %v is more than the limit of %v" $name $wanted $limit) -}}
{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{/* A quantity of Kubernetes as a plain number. */}}
{{- define "app.quantity" -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $text := toString . -}}
{{- $unit := regexFind "[A-Za-z]*$" $text -}}
{{- mulf (trimSuffix $unit $text | float64) (get $units $unit | float64) -}}
{{- end -}}

{{- define "app.check.ending" -}}
{{- $grace := include "app.gracePeriod" .settings | int -}}
{{- if gt (dig "preStopSeconds" 0 .settings | int) $grace -}}
{{- list (printf "preStopSeconds: more than terminationGracePeriodSeconds (%d)" $grace) | toJson -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

{{/* Services of the whole release have one set of names. */}}
{{- define "app.check.services" -}}
{{- $found := list -}}
{{- $owners := dict -}}
{{- range $component, $_ := .Values.components -}}
{{- $_ := set $owners (include "app.objectName" (dict "root" $ "component" $component)) $component -}}
{{- end -}}
{{- range $component, $settings := .Values.components -}}
{{- range $alias := dig "service" "aliases" list $settings -}}
{{- if hasKey $owners $alias -}}
{{- $found = append $found (printf "components.%s.service.aliases: component %q has a Service %q already" $component (get $owners $alias) $alias) -}}
{{- end -}}
{{- $_ := set $owners $alias $component -}}
{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{/* Service and port that the route leads to, as JSON; fails when there is no one choice. */}}
{{- define "app.routeBackend" -}}
{{- $route := .Values.route -}}
{{- $webs := list -}}
{{- range $name, $settings := .Values.components -}}
{{- if eq $settings.kind "web" -}}
{{- $webs = append $webs $name -}}
{{- end -}}
{{- end -}}
{{- $listed := join ", " $webs | default "none" -}}
{{- $component := $route.component -}}
{{- if not $component -}}
{{- if ne (len $webs) 1 -}}
{{- fail (printf "route.component: missing, and there is not exactly one component of kind web (there are: %s)" $listed) -}}
{{- end -}}
{{- $component = first $webs -}}
{{- else if not (has $component $webs) -}}
{{- fail (printf "route.component: no component of kind web is named %q (there are: %s)" $component $listed) -}}
{{- end -}}
{{- $settings := get .Values.components $component -}}
{{- $number := 0 -}}
{{- $names := list -}}
{{- range $settings.ports -}}
{{- if eq (.protocol | default "TCP") "TCP" -}}
{{- $names = append $names .name -}}
{{- if and (eq $number 0) (or (not $route.port) (eq $route.port .name)) -}}
{{- $number = .servicePort | default .port | int -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if eq $number 0 -}}
{{- fail (printf "route.port: component %q has no such TCP port %q (it has: %s)" $component $route.port (join ", " $names | default "none")) -}}
{{- end -}}
{{- if not (or $route.hosts .Values.global.catalyst.host) -}}
{{- fail "route.hosts: missing, and global.catalyst.host is empty" -}}
{{- end -}}
{{- dict "component" $component "service" (include "app.objectName" (dict "root" . "component" $component)) "port" $number | toJson -}}
{{- end -}}
