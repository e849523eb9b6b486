#!/bin/sh
# Runs each migration once, in the order of their names; a failing one changes nothing.
set -eu
export PGOPTIONS='--client-min-messages=warning'
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

sql --command 'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, ran timestamptz DEFAULT now())'
for file in migrations/*.sql; do
  name=$(basename "$file")
  if [ -z "$(sql --command "SELECT 1 FROM migrations WHERE name = '$name'")" ]; then
    echo "running $name"
    sql --single-transaction --file "$file" --command "INSERT INTO migrations (name) VALUES ('$name')"
  fi
done
