# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
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
    listen 8080;
    root /site;
    absolute_redirect off;
    location / { try_files $uri $uri/ $uri.html =404; }
    location ~ /\.(?!well-known/) { return 404; }
  }
}
END
ENV HOME=/home/app \
    PORT=8080
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["nginx"]
COPY --link --chown=10001:10001 . /site/
