# Written by Catalyst, because the repository has no Dockerfile.
# `catalyst eject` puts it into the repository; from then on it is yours to change.
FROM docker.io/library/golang:1.24 AS build

# It runs as a user without rights, by its number, who owns its own files.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /app /home/app \
    && chown -R 10001:10001 /app /home/app
ENV HOME=/home/app \
    GOPATH=/home/app/go \
    CGO_ENABLED=0
WORKDIR /app
USER 10001:10001

# Dependencies come first: a change of the sources alone installs nothing.
COPY --chown=10001:10001 go.mod go.sum /app/
RUN go mod download

# What the code imports, once for all changes that import nothing else.
RUN go build github.com/gin-gonic/gin os || true

# The sources.
COPY --chown=10001:10001 . /app/
RUN go build -o bin/app ./cmd/server
RUN mkdir -p /home/app/made \
    && cp ./bin/app /home/app/made/

# The program, with what its directory holds besides: templates, migrations, files.
FROM docker.io/library/busybox:1.37

# It runs as a user without rights, by its number, who owns its own files.
RUN echo 'app:x:10001:10001:app:/home/app:/bin/sh' >> /etc/passwd \
    && echo 'app:x:10001:' >> /etc/group \
    && mkdir -p /app /home/app \
    && chown -R 10001:10001 /app /home/app
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV HOME=/home/app
WORKDIR /app
USER 10001:10001
COPY --link --chown=10001:10001 . /app/
COPY --link --from=build --chown=10001:10001 /home/app/made/ bin/

# What it is told, where it listens, and how it is started.
ENV PORT=8085
EXPOSE 8085
CMD ["./bin/app"]
