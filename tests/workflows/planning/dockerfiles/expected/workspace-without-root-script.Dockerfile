# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
FROM docker.io/library/node:22-slim

# Where packages come from; the registries of the world where nobody says it.
ARG NPM_CONFIG_REGISTRY

# yarn is not a part of the image.
RUN npm install --global --force yarn@1.22.22

# It runs as a user without rights, by its number, who owns its own files.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /app/packages/storefront /home/app \
    && chown -R 10001:10001 /app /home/app
ENV HOME=/home/app \
    NPM_CONFIG_UPDATE_NOTIFIER=false \
    NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
USER 10001:10001

# Dependencies come first: a change of the sources alone installs nothing.
COPY --chown=10001:10001 package.json yarn.lock /app/
COPY --chown=10001:10001 packages/storefront/package.json /app/packages/storefront/
COPY --chown=10001:10001 packages/eslint-config/package.json /app/packages/eslint-config/
COPY --chown=10001:10001 services/search/package.json /app/services/search/
RUN --mount=type=cache,target=/home/app/.cache/yarn,uid=10001,gid=10001 \
    yarn install --frozen-lockfile

# The sources.
COPY --chown=10001:10001 . /app/
WORKDIR /app/packages/storefront
RUN yarn astro build

# What it is told, where it listens, and how it is started.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4321
EXPOSE 4321
CMD ["yarn", "astro", "preview", "--host", "0.0.0.0"]
