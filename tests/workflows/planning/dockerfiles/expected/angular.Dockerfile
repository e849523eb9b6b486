# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
FROM docker.io/library/node:22-slim AS build

# Where packages come from; the registries of the world where nobody says it.
ARG NPM_CONFIG_REGISTRY

# It runs as a user without rights, by its number, who owns its own files.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /app /home/app \
    && chown -R 10001:10001 /app /home/app
ENV HOME=/home/app \
    NPM_CONFIG_UPDATE_NOTIFIER=false \
    NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
USER 10001:10001

# Dependencies come first: a change of the sources alone installs nothing.
COPY --chown=10001:10001 package.json package-lock.json /app/
RUN --mount=type=cache,target=/home/app/.npm,uid=10001,gid=10001 \
    npm ci

# The sources.
COPY --chown=10001:10001 . /app/
RUN npm run build
RUN for each in dist dist/*/browser dist/*; do if [ -f "$each/index.html" ]; then exec cp -R "$each" /home/app/site; fi; done; echo 'The build has left no index.html in dist.' >&2; exit 1

# What the build has made, and nothing of what made it.
# A path without a file is a page of the application's own.
FROM docker.io/library/nginx:1.28-alpine

# It runs as a user without rights, by its number.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /home/app \
    && chown 10001:10001 /home/app
COPY <<'END' /etc/nginx/nginx.conf
pid /tmp/nginx.pid;
daemon off;
error_log /dev/stderr warn;
events { }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /dev/stdout;
  sendfile on;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 4200;
    root /site;
    absolute_redirect off;
    location / { try_files $uri $uri/ $uri.html /index.html; }
    location ~ /\.(?!well-known/) { return 404; }
  }
}
END
ENV HOME=/home/app \
    PORT=4200
USER 10001:10001
EXPOSE 4200
ENTRYPOINT ["nginx"]
COPY --link --from=build --chown=10001:10001 /home/app/site /site/
