"""How what runs once waits in its own pod until a service is reached from there.

A new pod may be told "connection refused" by a network that does not know it yet, and a job is not tried a second time.
"""

from typing import Final

from pydantic import JsonValue

SECONDS: Final = 60
"""Networks need a few. Whoever does not listen by then, or not by TCP, is the job's own to speak of."""
_SCRIPT: Final = (
    'timeout "$1" /bin/sh -c "$0" "$2" "$3" || echo "$2:$3 is not reached after $1 seconds" >&2'
)
_REACHED: Final = 'until nc -z -w 2 "$0" "$1" || timeout 2 bash -c \': < "/dev/tcp/$0/$1"\' "$0" "$1"; do sleep 0.2; done 2> /dev/null'
"""BusyBox's `nc` as Alpine makes it, on which BuildKit's own image stands (Debian's knows no `-z`), or bash, as in every
Debian. Nothing is sent, and nothing read."""


def until_reached(host: str, port: int) -> dict[str, JsonValue]:
    """For `waitFor` of Catalyst's chart: ends once a TCP port accepts connections, and never fails.

    In the operator's image, as nobody knows whether those of service and job have a shell.
    """
    command: list[JsonValue] = [
        *("/bin/sh", "-c", _SCRIPT, _REACHED, str(SECONDS)),
        *(host, str(port)),
    ]
    return {"image": "{tools_image}", "command": command}
