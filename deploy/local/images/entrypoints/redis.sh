#!/bin/sh
# Stands in for the entrypoint of the image `redis`.
set -e

if [ $# = 0 ] || [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
  set -- redis-server "$@"
fi
if [ "$1" = redis-server ]; then
  if [ "$(id -u)" = 0 ]; then
    find . ! -user redis -exec chown redis:redis {} +
    exec setpriv --reuid=redis --regid=redis --init-groups -- "$0" "$@"
  fi
  # As the image it stands for, which leaves it to networks who may connect.
  set -- "$@" --protected-mode no
fi
exec "$@"
