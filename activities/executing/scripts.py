"""What runs around a command in its container. Nothing of a user's is ever part of a script: it comes as an argument
or over standard input."""

from typing import Final

from workflows.planning.plans.development.places import CODE

_MARK: Final = "CATALYST_EXECUTION"
"""Variable that a command and all that it starts have: by it they are found, whatever group or session they moved to."""
NOWHERE: Final = 125
"""Exit code of the script where there is no such directory; the mark is then all that it says."""

_END = """
# The names are there before the search is, which so never finds itself.
hunt() {
  what=$2 found=''
  set -- /proc/[0-9]*/"$1"
  if printf 'a\\0b' | grep -qF b; then
    found=$(grep -lsF "$what" "$@")
  else
    # BusyBox's looks no further than the first variable.
    for each; do
      if tr '\\0' '\\n' < "$each" | grep -qxF "$what"; then found="$found $each"; fi
    done
  fi
  [ -n "$found" ]
}
end() {
  tries=30
  while hunt "$1" "$2"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    signal=KILL
    if [ $tries -gt 19 ]; then signal=TERM; fi
    for each in $found; do
      each=${each#/proc/}
      kill -$signal "${each%%/*}"
    done
    sleep 0.2
  done
}
"""

RUN: Final = f"""{_END}
mark=${{0#run-}} left=$1 directory=$2 size=$3 main=$$
shift 3
if [ -n "$directory" ] || [ -d {CODE} ]; then
  if ! cd "{CODE}/$directory" 2> /dev/null; then
    echo "$mark" >&2
    exit {NOWHERE}
  fi
fi
# Whoever asked may be gone when its time is up. Not a child of the command, which may wait for all that it has.
( (while [ $left -gt 0 ] && kill -0 $main; do sleep 1; left=$((left - 1)); done
   [ $left -gt 0 ] || end environ "{_MARK}=$mark") > /dev/null 2>&1 < /dev/null & )
export {_MARK}="$mark"
if [ "$size" -gt 0 ]; then
  head -c "$size" | "$@"
  exit
fi
exec "$@"
"""
"""Arguments: as the name `run-MARK`; seconds, directory below the code, bytes of standard input, and the command."""

END: Final = f"""exec 2> /dev/null
mark=$1
{_END}
# The command, then whoever watches over its time, and then a command that was about to begin meanwhile: from then on
# nobody is left who could begin one.
end environ "{_MARK}=$mark" && end cmdline "run-$mark" && end environ "{_MARK}=$mark"
"""
"""Argument: the mark. Fails when something of the command is left after six seconds."""
