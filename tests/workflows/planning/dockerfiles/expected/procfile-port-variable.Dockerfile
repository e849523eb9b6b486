# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
FROM docker.io/library/buildpack-deps:bookworm

# It runs as a user without rights, by its number, who owns its own files.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /app /home/app \
    && chown -R 10001:10001 /app /home/app
ENV HOME=/home/app
WORKDIR /app
USER 10001:10001

# The sources.
COPY --link --chown=10001:10001 . /app/

# What it is told, where it listens, and how it is started.
ENV PORT=8080
EXPOSE 8080
CMD ["sh", "-c", "exec ./bin/serve --port $PORT"]
