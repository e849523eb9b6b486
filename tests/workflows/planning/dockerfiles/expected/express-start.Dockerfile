# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
FROM docker.io/library/node:20-slim

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
COPY --link --chown=10001:10001 . /app/

# What it is told, where it listens, and how it is started.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000
EXPOSE 4000
CMD ["npm", "start"]
