"""The script that makes one backup, for `sh` in the database's own image.

What it needs is in variables: those of libpq (the password comes from a Secret and stands nowhere else), `BACKUP_OF`,
the service's name, and `BACKUP_KEEP`. A backup gets its name once it has been read from its beginning to its end and is
on the disk; so whatever has a name is whole. What there is afterwards is left as the pod's last word, newest first: `TIME BYTES` in each line.
"""

DIRECTORY = "/backups"
SUFFIX = ".dump"
SCRIPT = r"""
set -eu
umask 077
cd "${BACKUP_DIRECTORY:-/backups}"
settle() { sync "$1" 2> /dev/null || sync; }
listed() { ls -1 | grep -E "^$BACKUP_OF-[0-9]{8}T[0-9]{6}Z\.dump$" | sort -r; }
left=60
until pg_isready --quiet --timeout=3; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then echo "the database does not answer" >&2; exit 1; fi
  sleep 1
done
# Of Jobs that were killed; one may take an hour.
find . -name '.unfinished-*' -mmin +120 -exec rm -f {} +
part=".unfinished-${HOSTNAME:-pod}"
trap 'rm -f "$part"' EXIT
pg_dump --format=custom --file="$part"
pg_restore --file=/dev/null "$part"
settle "$part"
name="$BACKUP_OF-$(date -u +%Y%m%dT%H%M%SZ).dump"
while [ -e "$name" ]; do
  sleep 1
  name="$BACKUP_OF-$(date -u +%Y%m%dT%H%M%SZ).dump"
done
mv "$part" "$name"
settle .
listed | tail -n "+$((BACKUP_KEEP + 1))" | while read -r old; do rm -f "$old"; done
listed | while read -r each; do
  stamp="${each%.dump}"
  echo "${stamp#"$BACKUP_OF-"} $(wc -c < "$each")"
done > "${BACKUP_RECORD:-/dev/termination-log}"
echo "made $name"
"""
