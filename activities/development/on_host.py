"""Scripts for code that is somebody's own directory of the node: a checkout where it is empty, and else nothing is written to
it (ENV-005). What Catalyst has to keep is on the volume beside it."""

from typing import Final

from activities.development.scripts import BUSY, GIT, begin_turn, receive_files
from workflows.planning.plans.development.places import CODE, STATE_ON_HOST

_BEGUN = f"{STATE_ON_HOST}/checking-out"
"""There from the first file of a checkout to its last, with the turn. One that was cut off is done again by the same turn,
within minutes; a later one cannot tell its files from what somebody has made of them."""
_IS_BEGUN = f'test "$(cat {_BEGUN} 2> /dev/null)" = "$turn"'
_IS_EMPTY = f'test -z "$(ls -A {CODE} | grep -vx lost+found)"'

LOOK: Final = f"""
turn=$1
{GIT}
if {_IS_BEGUN} || {_IS_EMPTY}; then echo empty; exit 0; fi
if test -e {_BEGUN}; then echo cut-off; exit 0; fi
cd {CODE}
echo "holds $(git --no-optional-locks rev-parse --quiet --verify HEAD 2> /dev/null)"
"""
"""Argument: turn. Says `empty`, `cut-off` where a checkout was not done to its end, or `holds` with the commit that is
checked out there, if any."""

LAY_OUT: Final = f"""
set -eu
commit=$1 branch=$2 size=$3 turn=$4 mode=$5
shift 5
{GIT}
mkdir -p {STATE_ON_HOST}
exec 9> {STATE_ON_HOST}/lock
flock -w 30 9 || exit {BUSY}
{receive_files(STATE_ON_HOST)}if test "$size" -gt 0; then
  cd {CODE}
  # Somebody may have begun to work there since it was looked at.
  {_IS_BEGUN} || {_IS_EMPTY} || exit {BUSY}
  echo "$turn" > {_BEGUN}
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
{begin_turn(STATE_ON_HOST)}"""
"""Arguments: commit, branch, bytes of the pack (0 for a directory that holds something), turn, mode, and `name:bytes` of each
file that comes before the pack. Says `laid-out` after a checkout."""


def reasons_on_host(commit: str, looked: str) -> tuple[str, ...]:
    """`looked` is what was said of the directory before."""
    word, _, held = looked.partition(" ")
    if word == "empty":
        return (
            f"The project's directory of the node was empty, and got a checkout of {commit[:7]}.",
        )
    if word == "cut-off":
        told = (
            "An earlier checkout into the project's directory of the node was not done to its end, and is left as it is: empty "
            "the directory and `redeploy` for a whole one."
        )
        return (told,)
    there = f", at {held[:7]}," if held else ""
    return (
        f"The project's directory of the node{there} is left as it is: no push, `redeploy` or `retry` changes a file there.",
    )
