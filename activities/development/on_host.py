"""Scripts for code that is somebody's own directory of the node: a checkout where it is empty, and else nothing is written to
it (ENV-005). What Catalyst has to keep is on the volume beside it."""

from typing import Final

from activities.development.scripts import BUSY, GIT
from workflows.planning.plans.development.places import CODE, STATE_ON_HOST

_BEGUN = f"{STATE_ON_HOST}/checking-out"
"""There from the first file of a checkout to its last: one that was cut off is done again."""

LOOK: Final = f"""
{GIT}
if test -e {_BEGUN} || test -z "$(ls -A {CODE} | grep -vx lost+found)"; then echo empty; exit 0; fi
cd {CODE}
echo "holds $(git --no-optional-locks rev-parse --quiet --verify HEAD 2> /dev/null)"
"""
"""Says `empty`, or `holds` with the commit that is checked out there, if any."""

LAY_OUT: Final = f"""
set -eu
commit=$1 branch=$2 size=$3 turn=$4 mode=$5
shift 5
{GIT}
mkdir -p {STATE_ON_HOST}
exec 9> {STATE_ON_HOST}/lock
flock -w 30 9 || exit {BUSY}
names=''
for each in "$@"; do
  dd bs=1 count="${{each##*:}}" of={STATE_ON_HOST}/"${{each%%:*}}.new" 2> /dev/null
  names="$names ${{each%%:*}}"
done
if test "$size" -gt 0; then
  cd {CODE}
  # Somebody may have begun to work there since it was looked at.
  if test ! -e {_BEGUN} && test -n "$(ls -A . | grep -vx lost+found)"; then exit {BUSY}; fi
  touch {_BEGUN}
  git init --quiet --template=
  rm -f .git/index.lock
  head -c "$size" | git index-pack --stdin > /dev/null
  grep -qx "$commit" .git/shallow 2> /dev/null || echo "$commit" >> .git/shallow
  git checkout --quiet --force --detach "$commit"
  git update-ref "refs/heads/$branch" "$commit" 2> /dev/null && git symbolic-ref HEAD "refs/heads/$branch" || true
  # Of whoever the directory is.
  chown -R --reference=. . 2> /dev/null || true
  rm {_BEGUN}
  echo laid-out
fi
if test "$mode" = anew; then rm -f {STATE_ON_HOST}/once-* {STATE_ON_HOST}/installed; fi
for each in $names; do mv {STATE_ON_HOST}/"$each.new" {STATE_ON_HOST}/"$each"; done
echo "$commit" > {STATE_ON_HOST}/commit.new
mv {STATE_ON_HOST}/commit.new {STATE_ON_HOST}/commit
echo "$turn $mode" > {STATE_ON_HOST}/turn.new
mv {STATE_ON_HOST}/turn.new {STATE_ON_HOST}/turn
"""
"""Arguments: commit, branch, bytes of the pack (0 for a directory that holds something), turn, mode, and `name:bytes` of each
file that comes before the pack. Says `laid-out` after a checkout."""


def reasons_on_host(commit: str, held: str | None) -> tuple[str, ...]:
    """`held` is the commit that was there before: None for nothing at all, empty for files without one."""
    if held is None:
        return (
            f"The project's directory of the node was empty, and got a checkout of {commit[:7]}.",
        )
    there = f", at {held[:7]}," if held else ""
    return (
        f"The project's directory of the node{there} is left as it is: no push, `redeploy` or `retry` changes a file there.",
    )
