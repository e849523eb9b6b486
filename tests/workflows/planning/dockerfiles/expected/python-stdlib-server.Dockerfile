# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
FROM docker.io/library/python:3.13-slim

# Where packages come from; the registries of the world where nobody says it.
ARG PIP_INDEX_URL PIP_TRUSTED_HOST

# It runs as a user without rights, by its number, who owns its own files.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /app /home/app /opt/venv \
    && chown -R 10001:10001 /app /home/app /opt/venv
ENV HOME=/home/app \
    VIRTUAL_ENV=/opt/venv \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
ENV PATH="/opt/venv/bin:$PATH"
WORKDIR /app
USER 10001:10001
RUN python -m venv /opt/venv

# The sources.
COPY --link --chown=10001:10001 . /app/

# What it is told, where it listens, and how it is started.
ENV PYTHONPATH=/app \
    PORT=8765 \
    HOST=0.0.0.0
EXPOSE 8765
CMD ["python", "-m", "echo"]
