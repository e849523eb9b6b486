"""Short and long ways to write one thing in a compose file -> the long one. Raises ValueError in words for people."""

import re
import shlex
from decimal import Decimal
from typing import Any

MAX_PORTS = 100
"""Of one range."""
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)")
_SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_BYTES = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_PORT = re.compile(
    r"(?:(?:\[[0-9a-fA-F:]+\]|[0-9]+(?:\.[0-9]+){3}|localhost)?:(?=[0-9-]*:))?"
    r"(?:([0-9-]*):)?([0-9-]+)(?:/(tcp|udp|sctp))?",
    re.IGNORECASE,
)
_OPTIONS = (
    *("ro", "rw", "nocopy"),
    *("z", "Z", "cached", "delegated", "consistent"),
    *("rshared", "rslave", "rprivate", "shared", "slave", "private"),
)
"""Of the short form of a mount. Those below the first line are about files of a machine, so they say nothing here."""
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0", "")


def words(value: Any) -> Any:
    """A command: a list as it is, a text split as a shell would, without its variables and pipes."""
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(map(scalar, value))
    if not isinstance(value, str):
        raise ValueError("must be text or a list of texts")  # noqa: TRY004  (pydantic takes ValueErrors)
    try:
        return tuple(shlex.split(value))
    except ValueError:
        raise ValueError("holds a quote that is not closed") from None


def scalar(value: Any) -> str:
    """Texts as they are; numbers and booleans as Compose writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("must be text, not a list or keys and values")


def texts(value: Any) -> Any:
    """A list of texts, or one alone."""
    if value is None:
        return ()
    return tuple(map(scalar, value)) if isinstance(value, list) else (scalar(value),)


def assignments(value: Any) -> Any:
    """`A: b`, or a list of `A=b`; None where there is no value, so that it comes from outside."""
    if value is None:
        return {}
    if isinstance(value, list):
        pairs = (scalar(each).partition("=") for each in value)
        return {name.strip(): text if equals else None for name, equals, text in pairs}
    if not isinstance(value, dict):
        raise ValueError("must be `NAME: value` lines, or a list of `NAME=value`")  # noqa: TRY004
    return {name: None if text is None else scalar(text) for name, text in value.items()}


def names(value: Any) -> Any:
    """A list of names as a mapping of them."""
    if value is None:
        return {}
    if isinstance(value, list):
        return {scalar(each): {} for each in value}
    if isinstance(value, dict):
        return {name: {} if each is None else each for name, each in value.items()}
    raise ValueError("must be a list of names, or names with their settings")


def duration(value: Any) -> Any:
    """Seconds of `1m30s`."""
    if isinstance(value, float):  # a default of ours
        return value
    text = value.replace(" ", "") if isinstance(value, str) else ""
    parts = _DURATION.findall(text)
    if not text or "".join(number + unit for number, unit in parts) != text or len(text) > 40:
        raise ValueError("must be a duration with units such as `30s` or `1m30s`")
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def size(value: Any) -> Any:
    """Bytes of `512m`; units are powers of 1024, as everywhere in Compose."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _BYTES.fullmatch(scalar(value).strip()[:40])
    if found is None:
        raise ValueError("must be a number of bytes with its unit such as `512m` or `2g`")
    return int(Decimal(found[1]) * 1024 ** _POWERS[found[2].lower()])


def number(value: Any) -> Any:
    """`2` where variables have been filled in."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value.strip()):
        return int(value)
    return value


def decimal(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value.strip()):
        return float(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def flag(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() in (*_TRUE, *_FALSE):
        return value.strip().lower() in _TRUE
    return value


def mode(value: Any) -> Any:
    """Permissions of a file: a text is octal, and a number is what YAML made of it."""
    if not isinstance(value, str):
        return value
    digits = value.strip().removeprefix("0o")
    if not re.fullmatch(r"[0-7]{1,5}", digits):
        raise ValueError("must be an octal number such as `0755`")
    return int(digits, 8)


def ports(value: Any) -> Any:
    """Each port once, ranges spread out."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("must be a list")  # noqa: TRY004
    return tuple(port for each in value for port in _ports(each))


def _ports(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        targets = _range(scalar(value.get("target", "")))
        rest = {key: each for key, each in value.items() if key not in ("target", "published")}
        published = _range(scalar(value["published"])) if value.get("published") else [0]
        return _spread(targets, published, rest)
    found = _PORT.fullmatch(scalar(value).strip())
    if found is None:
        raise ValueError(f"`{scalar(value)[:60]}` is no port; write `8080:80` or `80`")
    outer, inner, protocol = found.groups()
    of = {"protocol": protocol.lower()} if protocol else {}
    return _spread(_range(inner), _range(outer) if outer else [0], of)


def _spread(targets: list[int], published: list[int], rest: dict[str, Any]) -> list[dict[str, Any]]:
    if len(published) != len(targets):  # several hosts' ports for one: any will do
        published = [published[0]] * len(targets)
    return [
        {**rest, "target": inner, "published": outer}
        for inner, outer in zip(targets, published, strict=True)
    ]


def _range(text: str) -> list[int]:
    first, _, last = text.strip().partition("-")
    if not first.isdigit() or (last and not last.isdigit()) or len(text) > 11:
        raise ValueError(f"`{text[:60]}` is no port")
    numbers = range(int(first), int(last or first) + 1)
    if not 0 < len(numbers) <= MAX_PORTS or not 0 < numbers[0] <= numbers[-1] <= 65535:
        raise ValueError(f"`{text[:60]}` is no range of at most {MAX_PORTS} ports from 1 to 65535")
    return list(numbers)


def mount(value: Any) -> Any:
    """`source:target:options`, or only a target."""
    if not isinstance(value, str):
        return value
    parts = value.split(":")
    if len(parts) > 3 or not all(parts[:2]):
        raise ValueError(f"`{value[:80]}` is no volume; write `name:/path` or `./folder:/path:ro`")
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}
    source, target = parts[:2]
    options = parts[2].split(",") if len(parts) == 3 else []
    if unknown := [each for each in options if each not in _OPTIONS]:
        raise ValueError(
            f"`{value[:80]}` has an option `{unknown[0][:40]}`, which is none; there are `ro`, `rw` and `nocopy`"
        )
    return {
        "type": "bind" if source.startswith((".", "/", "~")) else "volume",
        "source": source,
        "target": target,
        "read_only": "ro" in options,
        **({"volume": {"nocopy": True}} if "nocopy" in options else {}),
    }


def granted(value: Any) -> Any:
    """A config or secret by its name."""
    return {"source": value} if isinstance(value, str) else value


def build(value: Any) -> Any:
    return {"context": value} if isinstance(value, str) else value


def env_file(value: Any) -> Any:
    """One path, a list of them, or such with settings."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return tuple({"path": each} if isinstance(each, str) else each for each in listed)


def test(value: Any) -> Any:
    """A check's command: `("NONE",)`, `("CMD", …)`, or `("CMD-SHELL", text)`."""
    if isinstance(value, str):
        return ("CMD-SHELL", value)
    if not isinstance(value, list) or not value:
        raise ValueError("must be text, or a list that begins with `NONE`, `CMD` or `CMD-SHELL`")
    found = tuple(map(scalar, value))
    if found[0] not in ("NONE", "CMD", "CMD-SHELL"):
        raise ValueError("must begin with `NONE`, `CMD` or `CMD-SHELL`")
    if found[0] != "NONE" and len(found) < 2:
        raise ValueError("names no command")
    return found
