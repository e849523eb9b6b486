"""What runs around a command in its container. Nothing of a user's is ever part of a script: it comes as an argument
or over standard input."""

from typing import Final

from workflows.planning.plans.development.places import CODE

_MARK: Final = "CATALYST_EXECUTION"
"""Variable that a command and all that it starts have: by it they are found, whatever group or session they moved to."""
NOWHERE: Final = 125
"""Exit code of the script where there is no such directory; the mark is then all that it says."""

_END = f"""
hunt() {{
  found=''
  for each in /proc/[0-9]*; do
    if tr '\\0' '\\n' 2> /dev/null < "$each/environ" | grep -qx "{_MARK}=$mark"; then found="$found ${{each#/proc/}}"; fi
  done
  [ -n "$found" ]
}}
end() {{
  tries=30
  while hunt; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    signal=KILL
    if [ $tries -gt 19 ]; then signal=TERM; fi
    kill -$signal $found
    sleep 0.2
  done
}}
"""

RUN: Final = f"""{_END}
mark=$1 left=$2 directory=$3 size=$4 main=$$
shift 4
if [ -n "$directory" ] || [ -d {CODE} ]; then
  if ! cd "{CODE}/$directory" 2> /dev/null; then
    echo "$mark" >&2
    exit {NOWHERE}
  fi
fi
# Whoever asked may be gone when its time is up. Not a child of the command, which may wait for all that it has.
( (while [ $left -gt 0 ] && kill -0 $main; do sleep 1; left=$((left - 1)); done
   [ $left -gt 0 ] || end) > /dev/null 2>&1 < /dev/null & )
export {_MARK}="$mark"
if [ "$size" -gt 0 ]; then
  head -c "$size" | "$@"
  exit
fi
exec "$@"
"""
"""Arguments: mark, seconds, directory below the code, bytes of standard input, and the command."""

END: Final = f"""exec 2> /dev/null
mark=$1
{_END}
end
"""
"""Argument: mark. Fails when something of the command is left after six seconds."""
