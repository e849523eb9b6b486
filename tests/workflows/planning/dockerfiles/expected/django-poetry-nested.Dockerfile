# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
FROM docker.io/library/python:3.12-slim

# Where packages come from; the registries of the world where nobody says it.
ARG PIP_INDEX_URL PIP_TRUSTED_HOST POETRY_PYPI_MIRROR_URL

# poetry is not a part of the image.
RUN python -m venv /opt/poetry \
    && /opt/poetry/bin/pip install --no-cache-dir 'poetry>=2,<3' ${POETRY_PYPI_MIRROR_URL:+poetry-plugin-pypi-mirror} \
    && ln -s /opt/poetry/bin/poetry /usr/local/bin/poetry

# It runs as a user without rights, by its number, who owns its own files.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /app /home/app /opt/venv \
    && chown -R 10001:10001 /app /home/app /opt/venv
ENV HOME=/home/app \
    VIRTUAL_ENV=/opt/venv \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    POETRY_VIRTUALENVS_CREATE=false
ENV PATH="/opt/venv/bin:$PATH"
WORKDIR /app
USER 10001:10001
RUN python -m venv /opt/venv

# Dependencies come first: a change of the sources alone installs nothing.
COPY --chown=10001:10001 pyproject.toml poetry.lock /app/
RUN --mount=type=cache,target=/home/app/.cache/pypoetry,uid=10001,gid=10001 \
    poetry install --no-root

# The sources.
COPY --link --chown=10001:10001 . /app/

# What it is told, where it listens, and how it is started.
ENV PYTHONPATH=/app \
    PORT=8000
EXPOSE 8000
CMD ["poetry", "run", "python", "backoffice/manage.py", "runserver", "0.0.0.0:8000", "--noreload"]
