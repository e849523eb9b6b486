"""The script that is the container's first process: it runs step after step, and stays when one fails (ENV-010)."""

from typing import Final

from workflows.planning.plans.development.places import CACHE, CODE, RUN, STATE

LOST: Final = 137
"""128 + SIGKILL: what a process ends with that used more memory than it may."""
OVERDUE: Final = "overdue"
"""Instead of an exit code: a step was ended because its own time was up."""

SCRIPT: Final = f"""\
#!/bin/sh
# Runs the branch's code. Whoever brings a commit in writes what is to be run to {STATE}, and then, into the file
# "turn", a new word and whether a server that runs may go on ("keep") or not ("restart"). The file {RUN}/status says
# how far it is: turn, word (running, serving, done, failed), step, exit code or "{OVERDUE}". What runs once the URL answers begins when
# the file {RUN}/after has the turn, and ends early when that file goes: then it is as if nobody had asked.
code={CODE} state={STATE} run={RUN}
turn='' next='' mode='' dev='' told='' ran=''
export HOME={CACHE} PATH="{CACHE}/npm/bin:{CACHE}/venv/bin:$PATH"
group=$(command -v setsid) || group=''

tell() {{
  printf '%s %s %s %s\\n' "$turn" "$1" "$2" "${{3:-0}}" > "$run/status.new"
  mv "$run/status.new" "$run/status"
}}
say() {{ printf 'catalyst: %s\\n' "$*"; }}
pause() {{ sleep 0.2 & wait $!; }}
look() {{ {{ read -r next mode < "$state/turn"; }} 2> /dev/null || next=''; }}
text() {{ cat "$1" 2> /dev/null; }}
is_asked() {{ asked=''; {{ read -r asked < "$run/after"; }} 2> /dev/null; [ -n "$turn" ] && [ "$asked" = "$turn" ]; }}

# A process group of its own where that is possible, and a file with the exit code.
launch() {{
  rm -f "$run/$1.ended"
  (cd "$code/$(text "$state/$2")" || exit 1
   exec $group sh -c 'sh "$1"; echo $? > "$2.new"; mv "$2.new" "$2"' sh "$3" "$run/$1.ended") &
  pid=$!
}}
# To the whole group, which is not there yet in the first moment; or to the process alone.
signal() {{ kill "-$1" "${{group:+-}}$2" 2> /dev/null || kill "-$1" "$2" 2> /dev/null; }}
end() {{
  [ -n "$1" ] || return 0
  signal TERM "$1"
  left=50
  while [ $left -gt 0 ] && signal 0 "$1"; do
    left=$((left - 1))
    # A process that was waited for is gone; one that was not still answers.
    wait "$1" 2> /dev/null
    sleep 0.1
  done
  signal KILL "$1"
  wait "$1" 2> /dev/null
}}
end_dev() {{ end "$dev"; dev=''; }}
trap 'end_dev; exit 0' TERM INT

# Until it has ended; fails when it failed, when its own time is up, when another commit is there, or when nobody waits
# for it any more.
step() {{
  tell running "$1"
  say "$1"
  launch "$1" "$2" "$3"
  of_step=$pid
  limit=$(text "${{3%.sh}}.limit")
  begun=$(date +%s)
  while [ ! -e "$run/$1.ended" ]; do
    look
    if [ "$next" != "$turn" ] || {{ [ "$1" = post-deploy ] && ! is_asked; }}; then end "$of_step"; return 1; fi
    if [ -n "$limit" ] && [ $(($(date +%s) - begun)) -ge "$limit" ]; then
      end "$of_step"
      say "$1 was ended after $limit s; the container stays"
      tell failed "$1" {OVERDUE}
      return 1
    fi
    pause
  done
  wait "$of_step"
  ended=$(text "$run/$1.ended")
  [ "$ended" = 0 ] && return 0
  say "$1 failed with exit code $ended; the container stays"
  tell failed "$1" "$ended"
  return 1
}}

needs() {{
  cd "$code" || return
  {{ cat "$state/install.sh"; while read -r each; do echo "$each"; cat "$each"; done < "$state/inputs"; }} \\
    2> /dev/null | cksum
}}

bring_up() {{
  rm -f "$run/after"
  ran=''
  wanted=$(needs)
  if [ "$wanted" != "$(text "$state/installed")" ]; then
    end_dev
    rm -f "$state/installed"
    step dependencies install_in "$state/install.sh" || return
    printf '%s' "$wanted" > "$state/installed"
  fi
  if [ -s "$state/post-build.sh" ]; then step post-build workdir "$state/post-build.sh" || return; fi
  if [ -s "$state/migrate.sh" ]; then step migrations workdir "$state/migrate.sh" || return; fi
  if [ -z "$dev" ] || [ -e "$run/dev.ended" ] || [ "$mode" != keep ] || \\
     [ "$(text "$state/dev.sh")" != "$(text "$run/dev.sh")" ]; then
    end_dev
    cp "$state/dev.sh" "$run/dev.sh"
    say "starting the development server"
    launch dev workdir "$run/dev.sh"
    dev=$pid
  fi
  told=''
  tell serving dev
}}

after_health() {{
  ran=$turn
  if step post-deploy workdir "$state/post-deploy.sh"; then
    tell done post-deploy
  elif [ "$next" = "$turn" ] && ! is_asked; then
    ran=''
    tell serving dev
  fi
}}

look
word=''
{{ read -r turn word what _ < "$run/status"; }} 2> /dev/null
if [ -n "$next" ] && [ -n "$word" ] && [ "$word" != failed ]; then
  # The container itself was killed, and started again by Kubernetes: what did that would do so again.
  [ "$word" = done ] && what=dev
  [ "$turn" = "$next" ] && tell failed "$what" {LOST}
else
  turn=''
  say "waiting for the code"
fi
while :; do
  look
  if [ -n "$next" ] && [ "$next" != "$turn" ]; then
    turn=$next
    bring_up
  elif [ -n "$dev" ] && [ -z "$told" ] && [ -e "$run/dev.ended" ]; then
    ended=$(text "$run/dev.ended")
    say "the development server has ended with exit code $ended; the container stays"
    tell failed dev "$ended"
    told=yes
  elif [ -n "$dev" ] && [ "$ran" != "$turn" ] && is_asked; then
    after_health
  fi
  pause
done
"""


def supervisor(state: str) -> str:
    """The script, with what is to be run in that directory."""
    return SCRIPT.replace(STATE, state)
