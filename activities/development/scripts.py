"""What runs beside the development server, in the container that takes the code in. Nothing of a user's is ever part
of a script: it comes as an argument or over standard input."""

from typing import Final

from workflows.planning.plans.development.places import CODE, RUN, STATE

BUSY: Final = 75
"""Exit code: an earlier attempt still takes code in."""
INCOMPLETE: Final = 76
"""Exit code: something that was thought to be there is not."""

HELD: Final = f"cat {STATE}/commit 2> /dev/null || true"
"""The commit whose files are all there; nothing where there is none."""

GIT: Final = f"""
export HOME=/tmp LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
export GIT_AUTHOR_NAME=Catalyst GIT_AUTHOR_EMAIL=catalyst@localhost
export GIT_COMMITTER_NAME=Catalyst GIT_COMMITTER_EMAIL=catalyst@localhost
git() {{
  command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c gc.auto=0 -c safe.directory={CODE} \\
    -c advice.detachedHead=false -c core.fileMode=true "$@"
}}
"""
"""Nothing of the repository's own is ever run by it."""


def receive_files(state: str) -> str:
    """Reads from standard input each file that the arguments name as `name:bytes`, under names of its own until its turn."""
    return f"""names=''
for each in "$@"; do
  dd bs=1 count="${{each##*:}}" of={state}/"${{each%%:*}}.new" 2> /dev/null
  names="$names ${{each%%:*}}"
done
"""


def begin_turn(state: str) -> str:
    """What was received takes its place, the turn's own mark last: the supervisor begins by it."""
    return f"""# A database that is empty may have been filled by any of them.
if test "$mode" = anew; then rm -f {state}/once-* {state}/installed; fi
for each in $names; do mv {state}/"$each.new" {state}/"$each"; done
echo "$commit" > {state}/commit.new
mv {state}/commit.new {state}/commit
echo "$turn $mode" > {state}/turn.new
mv {state}/turn.new {state}/turn
"""


TAKE_IN: Final = f"""
set -eu
held=$1 commit=$2 branch=$3 size=$4 turn=$5 mode=$6
shift 6
{GIT}
# Git puts a new file in the place of one that has changed, and watchers that follow the old one hear of no change after
# it: so what has changed is written into the very file. `git checkout` then finds it as it should be.
rewrite() {{
  stage={RUN}/stage
  rm -rf "$stage"
  GIT_INDEX_FILE={STATE}/index git read-tree "$2"
  git diff --name-only -z --no-renames --diff-filter=M "$1" "$2" > {RUN}/changed
  GIT_INDEX_FILE={STATE}/index git checkout-index -z --stdin --prefix="$stage/" < {RUN}/changed
  test -d "$stage" || return 0
  find "$stage" -type l -exec rm {{}} +
  cp -R "$stage/." {CODE}/
  rm -rf "$stage"
  GIT_LITERAL_PATHSPECS=1 git reset --quiet --pathspec-from-file={RUN}/changed --pathspec-file-nul "$2"
}}
cd {CODE}
test -d .git || git init --quiet --template=
mkdir -p {STATE}
exec 9> {STATE}/lock
flock -w 30 9 || exit {BUSY}
synced=$(git rev-parse --quiet --verify refs/catalyst/synced || true)
# What comes is only what that commit lacks.
test -z "$held" || test "$synced" = "$held" || exit {INCOMPLETE}
rm -f .git/index.lock
{receive_files(STATE)}if test "$size" -gt 4194304; then
  head -c "$size" | git index-pack --stdin > /dev/null
elif test "$size" -gt 0; then
  head -c "$size" | git unpack-objects -q
fi
grep -qx "$commit" .git/shallow 2> /dev/null || echo "$commit" >> .git/shallow
git cat-file -e "$commit^{{tree}}" 2> /dev/null || exit {INCOMPLETE}
head=$(git rev-parse --quiet --verify HEAD || true)
if test "$synced" != "$commit" || test "$head" != "$commit"; then
  if test -n "$head"; then
    if test "$head" != "$synced"; then
      git update-ref "refs/heads/kept-$(echo "$head" | cut -c1-7)" "$head"
      echo "kept $head"
    fi
    if test -n "$(git status --porcelain --untracked-files=no --ignore-submodules=all)"; then
      git stash push --quiet -m "before $commit"
      # Git has put other files in their place, of which a watcher may not hear.
      mode=restart
      echo stashed
    fi
  fi
  if test -n "$synced" && test "$head" = "$synced"; then rewrite "$synced" "$commit" 2> {RUN}/rewrite || true; fi
  if ! git checkout --quiet --detach "$commit" 2> {RUN}/checkout; then
    grep -q 'unable to read\\|missing blob\\|unable to checkout' {RUN}/checkout && exit {INCOMPLETE}
    # Files that nobody had committed stand in the way of some that somebody has.
    if ! git stash push --quiet --include-untracked -m "before $commit"; then
      cat {RUN}/checkout >&2
      exit 1
    fi
    echo stashed
    git checkout --quiet --detach "$commit"
  fi
  git update-ref "refs/heads/$branch" "$commit" 2> /dev/null && git symbolic-ref HEAD "refs/heads/$branch" || true
  git update-ref refs/catalyst/synced "$commit"
  git diff --quiet || git checkout --quiet --force -- .
fi
{begin_turn(STATE)}"""
"""Arguments: the commit that is there (empty where all of it comes), commit, branch, bytes of the pack, turn, mode (`keep`,
`restart`, or `anew` where the installation and steps that run once run again), and `name:bytes` of each file that comes before the pack.

Lines of its output: `stashed`, `kept HASH`. What the repository ignores is left alone.
"""

AWAIT: Final = f"""
turn=$1 port=$(printf '%04X' "$2") left=$(($3 * 5)) silent=$(($4 * 5))
# On an address that others reach, so not on the loopback's own.
listens() {{
  cat /proc/net/tcp /proc/net/tcp6 2> /dev/null | grep -Ev ': 0100007F:|: 0{{24}}01000000:' |
    grep -Eq "^ *[0-9]+: [0-9A-F]+:$port [0-9A-F]+:0000 0A "
}}
last=''
while :; do
  found='' word='' step='' code=''
  {{ read -r found word step code < {RUN}/status; }} 2> /dev/null
  if [ "$found" != "$turn" ]; then word=waiting step=''; fi
  if [ "$word" != "$last" ]; then last=$word; echo "$word $step $code"; fi
  if [ "$word" = failed ]; then exit 0; fi
  if [ "$word" = serving ]; then
    if listens; then echo listening; exit 0; fi
    silent=$((silent - 1))
    if [ $silent -le 0 ]; then echo silent; exit 0; fi
  fi
  left=$((left - 1))
  if [ $left -le 0 ]; then echo "slow $word $step"; exit 0; fi
  sleep 0.2
done
"""
"""Arguments: turn, port, seconds in all, seconds for a server that was started. The last line of its output tells."""

RUN_JOBS: Final = f"""
turn=$1 left=$(($2 * 5)) last=''
while :; do
  found='' word='' step='' code=''
  {{ read -r found word step code < {RUN}/status; }} 2> /dev/null
  if [ -n "$found" ] && [ "$found" != "$turn" ]; then echo superseded; exit 0; fi
  if [ "$word" != "$last" ]; then last=$word; echo "$word $step $code"; fi
  if [ "$word" = done ] || [ "$word" = failed ]; then exit 0; fi
  if [ "$word" = serving ] && [ ! -e {RUN}/after ]; then
    echo "$turn" > {RUN}/after.new
    mv {RUN}/after.new {RUN}/after
  fi
  left=$((left - 1))
  if [ $left -le 0 ]; then rm -f {RUN}/after; echo "slow $word $step"; exit 0; fi
  sleep 0.2
done
"""
"""Arguments: turn, seconds. Asks for the jobs that run once the URL answers, unless they have run; the last line of its
output tells. A job that takes longer is ended."""

END_JOBS: Final = f"""
rm -f {RUN}/after
"""
"""Ends those jobs, as if nobody had asked."""
