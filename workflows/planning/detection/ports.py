"""Where an application listens, as far as commands and obvious code say it."""

import re

from workflows.planning.detection.interest import words
from workflows.planning.detection.shell import Call

_ELSEWHERE = words(
    "22 25 465 587 1025 1433 2379 3306 4317 4318 5432 5672 6379 8125 9042 9092 9200 9229 "
    "11211 15672 26379 27017 61616"
)
"""Ports of databases, caches, brokers and debuggers: code that names one of them calls it."""
_FLAGS = re.compile(
    r"-{1,2}(p|P|l|b|a|S|port|listen|bind|addr|address|http|dev-addr|server[.-]port|http-port|tcp-port)"
)
_POSITIONAL = frozenset(("runserver", "http.server"))
_VALUE = re.compile(r"(?:[\w.*\[\]/:-]*:)?(?:\$\{PORT:-)?(\d{2,5})\}?/?")
_ADDRESS = re.compile(r"(?:\d+\.\d+\.\d+\.\d+|localhost|\[::\d?\]|\*)?:(?:\$\{PORT:-)?(\d{2,5})\}?")
_USES_PORT = re.compile(r"\$\{?PORT\b")

_JAVASCRIPT = (
    r"process\.env(?:\.|\[['\"])\w{0,12}PORT(?:['\"]\])?[\s!,)]{0,6}(?:\|\||\?\?)\s*['\"]?(\d{2,5})\b",
    r"env\(\s*['\"]PORT['\"]\s*,\s*['\"]?(\d{2,5})\b",
    r"\.listen\(\s*(\d{2,5})\b",
    r"(?:(?:\.listen|\bserve)\(\s*|\bexport\s+default\s+)\{[^{}]{0,200}?\bport\s*:\s*(\d{2,5})\b",
    r"\b(?:const|let|var)\s+(?:PORT|port)\s*(?::\s*number\s*)?=\s*['\"]?(\d{2,5})\b",
)
_CONFIG = (r"\bport\s*:\s*(\d{2,5})\b",)
_PYTHON = (
    r"(?:environ(?:\.get)?|getenv|env|config)\s*[(\[]\s*['\"]PORT['\"]\s*,\s*(?:default\s*=\s*)?['\"]?(\d{2,5})\b",
    r"\b(?:run|run_app|run_server|serve|launch|create_server|start_server)\([^()]{0,300}?\b(?:server_)?port\s*=\s*(\d{2,5})\b",
    r"\b\w{0,30}Server\(\s*\(\s*['\"][^'\"\n]{0,60}['\"]\s*,\s*(\d{2,5})\b",
    r"\b(?:make_server|run_simple)\(\s*['\"][^'\"\n]{0,60}['\"]\s*,\s*(\d{2,5})\b",
    r"\.listen\(\s*(\d{2,5})\b",
    r"(?m)^[ \t]*(?:PORT|port)[ \t]*(?::[ \t]*int[ \t]*)?=[ \t]*(\d{2,5})\b",
)
_GO = (
    r"\"\w{0,12}PORT\"\s*,\s*\"?:?(\d{2,5})\b",
    r"(?:ListenAndServe(?:TLS)?\(|\bAddr\s*:|\.(?:Run|Start|Listen)\(|\bListen\(\s*\"tcp4?\"\s*,)\s*\"[\w.\-]{0,60}:(\d{2,5})\"",
    r"\b(?:port|addr|PORT|listenAddr|defaultPort|address)\s*(?:string\s*)?:?=\s*\"?(?:[\w.\-]{0,60}:)?(\d{2,5})\b",
    r"flag\.\w{3,8}\(\s*(?:&\w{1,30}\s*,\s*)?\"(?:port|addr|listen|http|p)\"\s*,\s*\"?(?:[\w.\-]{0,60}:)?(\d{2,5})\b",
)
_CODE = {
    "node": tuple(re.compile(each) for each in _JAVASCRIPT),
    "python": tuple(re.compile(each) for each in _PYTHON),
    "go": tuple(re.compile(each) for each in _GO),
    "config": tuple(re.compile(each) for each in _CONFIG),
}
_COMMENT = {"node": "//", "python": "#", "go": "//", "config": "//"}


def is_port(number: int) -> bool:
    return 0 < number <= 65535


def as_port(text: str) -> int:
    """The number in a text such as `8080` or `8080/tcp`; 0 when there is none."""
    digits = text.strip().partition("/")[0]
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 5
    return int(digits) if is_number and is_port(int(digits)) else 0


def port_of_call(call: Call) -> int:
    """The port that a command's variables, flags or addresses name; 0 when none does."""
    if port := as_port(call.variables.get("PORT", "")):
        return port
    previous = ""
    for word in call.arguments:
        flag, _, value = word.partition("=")
        if value and _FLAGS.fullmatch(flag):
            found = _VALUE.fullmatch(value)
        elif previous in _POSITIONAL or _FLAGS.fullmatch(previous):
            found = _VALUE.fullmatch(word)
        else:
            found = _ADDRESS.fullmatch(word)
        if found and (port := as_port(found[1])):
            return port
        previous = word
    return 0


def uses_port_variable(command: str) -> bool:
    return _USES_PORT.search(command) is not None


def port_in_code(text: str, language: str) -> int:
    """The port that a text of `node`, `python`, `go` or a `config` of JavaScript listens on; 0 when none is obvious."""
    comment = _COMMENT[language]
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(comment))
    for pattern in _CODE[language]:
        for match in pattern.finditer(code):
            port = as_port(match[1])
            if port and match[1] not in _ELSEWHERE:
                return port
    return 0
