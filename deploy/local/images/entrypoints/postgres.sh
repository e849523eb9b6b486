#!/bin/bash
# Stands in for the entrypoint of the image `postgres`: the same variables and directories, as far as anything asks for them.
set -euo pipefail

if [ $# = 0 ] || [ "${1#-}" != "$1" ]; then
  set -- postgres "$@"
fi
if [ "$1" != postgres ]; then
  exec "$@"
fi

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
fi

from_file() {
  local name="$1" file="$1_FILE"
  if [ -n "${!file:-}" ]; then
    export "$name=$(< "${!file}")"
    unset "$file"
  fi
}

run_sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password "$@"
}

run_file() {
  echo "running $1"
  case "$1" in
    *.sh)
      if [ -x "$1" ]; then
        "$1"
      else
        # shellcheck disable=SC1090
        . "$1"
      fi
      ;;
    *.sql) run_sql --dbname "$POSTGRES_DB" --file "$1" ;;
    *.sql.gz) gunzip --stdout "$1" | run_sql --dbname "$POSTGRES_DB" ;;
    *) echo "ignoring $1" ;;
  esac
}

begin() {
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD.' >&2
    exit 1
  fi
  export POSTGRES_USER="${POSTGRES_USER:-postgres}"
  export POSTGRES_DB="${POSTGRES_DB:-$POSTGRES_USER}"
  # shellcheck disable=SC2086
  initdb --username "$POSTGRES_USER" --pwfile <(printf '%s\n' "${POSTGRES_PASSWORD:-}") ${POSTGRES_INITDB_ARGS:-}
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
  export PGPASSWORD="${POSTGRES_PASSWORD:-}"
  # On its socket only: nobody else gets in before the last script has run.
  pg_ctl --wait --options "-c listen_addresses=''" start
  if [ "$POSTGRES_DB" != postgres ]; then
    run_sql --dbname postgres --set name="$POSTGRES_DB" <<< 'CREATE DATABASE :"name";'
  fi
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    [ -e "$file" ] && run_file "$file"
  done
  pg_ctl --mode fast --wait stop
  unset PGPASSWORD
}

from_file POSTGRES_PASSWORD
from_file POSTGRES_USER
from_file POSTGRES_DB
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  begin
fi
exec "$@"
