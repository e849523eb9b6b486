"""The scripts that bring a backup back, for `sh` in the database's own image.

First everything of it goes into a fresh database beside the one in use; only when that is whole the two change their
names, in one transaction. So whatever fails leaves the data as it was, and nobody ever sees half of a backup. The same
transaction writes down at the database which restore it has, so that no attempt ever does one again.

Their own exit codes lie above those of psql.

What they need is in variables: those of libpq, `RESTORE_FROM` and `RESTORE_MARK`, which tells this restore from others.
"""

UNKNOWN = 10
"""Exit code: there is no such backup; the last word names those there are."""
UNREADABLE = 11
"""Exit code: it cannot be read, or the database does not take it."""
IN_USE = 12
"""Exit code: somebody held on to the database for too long."""

_COMMON = r"""
set -eu
cd /backups
ask() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=postgres --command="$1"
}
left=60
until pg_isready --quiet --timeout=3; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then echo "the database does not answer" >&2; exit 1; fi
  sleep 1
done
fresh="catalyst_restored_$RESTORE_MARK"
old="catalyst_replaced_$RESTORE_MARK"
said="catalyst: $RESTORE_MARK"
restored="$(ask "SELECT count(*) FROM pg_database WHERE datname = '$PGDATABASE' AND shobj_description(oid, 'pg_database') = '$said'")"
if [ "$restored" = 1 ]; then
  ask "DROP DATABASE IF EXISTS \"$old\"" || true
  exit 0  # an earlier attempt has done it
fi
"""
LOAD = "".join(
    (
        _COMMON,
        r"""
file="$RESTORE_FROM.dump"
if [ ! -f "$file" ]; then
  ls -1 | grep -E '^[a-z0-9-]+-[0-9]{8}T[0-9]{6}Z\.dump$' | sort -r | head -n 30 | sed 's/\.dump$//' > /dev/termination-log
  exit 10
fi
pg_restore --list "$file" > /dev/null || exit 11
# What an earlier restore has left is nobody's any more.
for each in $(ask "SELECT datname FROM pg_database WHERE starts_with(datname, 'catalyst_restored_') OR starts_with(datname, 'catalyst_replaced_')"); do
  ask "DROP DATABASE \"$each\""
done
ask "CREATE DATABASE \"$fresh\" TEMPLATE template0"
if ! pg_restore --exit-on-error --dbname="$fresh" "$file"; then
  ask "DROP DATABASE IF EXISTS \"$fresh\"" || true
  exit 11
fi
""",
    )
)
EXCHANGE = "".join(
    (
        _COMMON,
        r"""
left=20
until ask "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('$PGDATABASE', '$fresh')" > /dev/null &&
  ask "BEGIN; ALTER DATABASE \"$PGDATABASE\" RENAME TO \"$old\"; ALTER DATABASE \"$fresh\" RENAME TO \"$PGDATABASE\"; COMMENT ON DATABASE \"$PGDATABASE\" IS '$said'; COMMIT"
do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then exit 12; fi
  sleep 1
done
ask "DROP DATABASE IF EXISTS \"$old\"" || true
""",
    )
)
