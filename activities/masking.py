"""What must never be read by others, taken out of texts that people will read (FR-009, invariant 4).

Comments, pages, logs and workflow histories are read by more people than the machine they came from. Secrets
are recognised by their form, since the text comes from programs that we do not know; what only looks
unusual stays, because a log that says nothing helps nobody.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable

HIDDEN = "***"
"""Stands for a secret."""
INTERNAL_HOST = "[internal host]"
STACK_LEFT_OUT = "[stack trace left out]"


Replacement = str | Callable[[re.Match[str]], str]

# Quantifiers are bounded and never nested: hostile logs must not make a worker think for minutes.
_SENSITIVE = (
    r"(?:pass(?:word|wd|phrase)|secret|token|credentials?|(?<=_)pwd"
    r"|(?:api|access|secret|private|encryption|signing|account)[_-]?key)"
)
_PLACEHOLDER = (
    r"(?!\\?[\"']?(?:\*\*\*|null\b|none\b|nil\b|undefined\b|true\b|false\b|\$|\{\{|<|\[))"
)
"""References and absent values reveal nothing and tell the reader much."""
_VALUE = r"(?:\"[^\"\n]{1,4096}\"|'[^'\n]{1,4096}'|\\\"[^\"\n]{1,4096}\\\"|[^\s,;&\"'\\{}\[\]()<>]{1,4096})"
_FRAME = (
    r"(?:[ \t]*File \"[^\"\n]{1,400}\", line \d{1,7}(?:, in [^\n]{1,200})?"
    r"|[ \t]{1,40}at [^\n]{1,400}(?::\d{1,7}:\d{1,7}\)?|\([^()\n]{1,200}\))"
    r"|goroutine \d{1,9} \[[^\]\n]{1,60}\]:)"
)
_PREFIX = r"(?:#\d{1,4} \d{1,6}\.\d{1,6} )?"
"""BuildKit puts step and seconds before each line of a build's output."""

_PRIVATE_KEY = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----BEGIN)){0,16000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:(?:\s|\\n){0,4}[A-Za-z0-9+/=]{24,76}){0,400})"
)
_KEY_KINDS = ("", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ")
_ENCODED_BEGINNINGS = "|".join(
    re.escape(b64encode(f"-----BEGIN {kind}PRIVATE".encode()).decode()[: (18 + len(kind)) // 3 * 4])
    for kind in _KEY_KINDS
)
_ENCODED_PRIVATE_KEY = (
    rf"\b(?:{_ENCODED_BEGINNINGS})[A-Za-z0-9+/=]{{0,16000}}"
    r"(?:\n[A-Za-z0-9+/=]{60,76}(?=\n|$)){0,400}"
)
_KEY_END = rf"(?<![\w+/=])[A-Za-z0-9+/=]{{2,76}}(?:\s|\\n){{1,4}}{_PREFIX}-----END [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----"
_HOST_PATH = (
    r"(?<![\w./:%@…-])(?<!GET )(?<!PUT )(?<!POST )(?<!HEAD )(?<!PATCH )(?<!DELETE )"
    r"(?:file://)?/(?:root|home/[\w.-]{1,64}|Users/[\w.-]{1,64}|tmp|private/(?:tmp|var)|run"
    r"|var/(?:lib|run|tmp|folders|log|cache))(?:/[\w.@+=%~-]{1,255}){0,40}/([\w.@+=%~-]{1,255})/?"
)

_SECRETS: tuple[tuple[str, Replacement], ...] = (
    # Private keys, also when the end was cut off.
    (_PRIVATE_KEY, HIDDEN),
    # A private key as kubeconfigs and Secrets hold it, in base64 once more; certificates are for everybody.
    (_ENCODED_PRIVATE_KEY, HIDDEN),
    # The end of one whose beginning was cut off: its last line is shorter than the others.
    (_KEY_END, HIDDEN),
    # A line of a private key on its own: 64 characters of base64. Digests are lower-case hexadecimal.
    (
        r"(?<![\w+/=-])(?=[a-z0-9+/]{0,63}[A-Z])(?=[A-Z0-9+/]{0,63}[a-z])[A-Za-z0-9+/]{64}(?![\w+/=-])",
        HIDDEN,
    ),
    # GitHub: classic, fine-grained, and the long installation form ghs_<app>_<JWT>.
    (r"\bgh[opsur]_[A-Za-z0-9_.-]{16,}", HIDDEN),
    (r"\bgithub_pat_[A-Za-z0-9_]{16,}", HIDDEN),
    # Tokens of other services that announce themselves.
    (r"\bglpat-[\w-]{16,128}", HIDDEN),
    (r"\bxox[abeoprs]-[\w-]{10,256}", HIDDEN),
    (r"\b(?:npm|dckr_pat|hf)_[A-Za-z0-9_-]{20,128}", HIDDEN),
    (r"\b(?:sk|rk|pk)_(?:live|test)_\w{10,128}", HIDDEN),
    (r"\bsk-[\w-]{20,256}", HIDDEN),
    (r"\bAIza[\w-]{35}", HIDDEN),
    (r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b", HIDDEN),
    # JSON Web Tokens.
    (r"\beyJ[\w-]{6,8192}\.[\w-]{4,8192}(?:\.[\w-]{0,8192})?", HIDDEN),
    # https://user:password@host, and a lone token before the host.
    (
        r"(\b[A-Za-z][A-Za-z0-9+.-]{1,20}://)[^\s/?#@:\"'<>]{0,256}:[^\s/?#\"'<>]{1,1024}@",
        rf"\1{HIDDEN}@",
    ),
    (r"(\b[A-Za-z][A-Za-z0-9+.-]{1,20}://)[^\s/?#@:\"'<>]{20,1024}@", rf"\1{HIDDEN}@"),
    # Headers.
    (
        rf"(?i)((?:proxy-)?authorization[\"']?\s{{0,4}}[:=]\s{{0,4}}[\"']?)(?:(?:basic|bearer|token)\s{{1,4}})?{_PLACEHOLDER}[^\s\"',]{{1,8192}}",
        rf"\1{HIDDEN}",
    ),
    (
        r"(?i)\b(bearer|basic)[ \t]{1,4}(?=[^\s\"']{0,200}[0-9=])[A-Za-z0-9._~+/=-]{16,}",
        rf"\1 {HIDDEN}",
    ),
    (r"(?im)\b((?:set-)?cookie[ \t]{0,4}:[ \t]{0,4})(?!\*\*\*)\S[^\n]{0,8192}", rf"\1{HIDDEN}"),
    (rf"(\"auth\"\s{{0,4}}:\s{{0,4}}){_PLACEHOLDER}\"[^\"\n]{{1,4096}}\"", rf'\1"{HIDDEN}"'),
    # KEY=value, "key": "value", --key value.
    (
        rf"(?i)({_SENSITIVE}\\?[\"']?[ \t]{{0,4}}(?::=|=>|=(?!=)))([ \t]{{0,4}}){_PLACEHOLDER}{_VALUE}",
        rf"\1\2{HIDDEN}",
    ),
    (r"(\b[Pp]wd=)(?!\*\*\*)[^\s;&\"']{1,256}", rf"\1{HIDDEN}"),
    (rf"(?i)({_SENSITIVE}\\?[\"'][ \t]{{0,4}}:[ \t]{{0,4}}){_PLACEHOLDER}{_VALUE}", rf"\1{HIDDEN}"),
    (
        rf"(?im)(^[ \t]{{0,80}}(?:- )?[\w.-]{{0,64}}?{_SENSITIVE}:[ \t]{{1,40}}){_PLACEHOLDER}{_VALUE}",
        rf"\1{HIDDEN}",
    ),
    (
        rf"(?i)(\bpass(?:word|wd|phrase)[ \t]{{0,4}}:[ \t]{{0,4}}){_PLACEHOLDER}{_VALUE}",
        rf"\1{HIDDEN}",
    ),
    (
        rf"(?i)({_SENSITIVE}[ \t]{{0,4}}:[ \t]{{0,4}}){_PLACEHOLDER}(?=[^\s\"']{{0,200}}\d)[\w.~+/=-]{{8,4096}}",
        rf"\1{HIDDEN}",
    ),
    (
        rf"(?i)((?:^|\s)--?[\w-]{{0,40}}?{_SENSITIVE}[ \t]{{1,4}})(?!-){_PLACEHOLDER}{_VALUE}",
        rf"\1{HIDDEN}",
    ),
)

_MACHINERY: tuple[tuple[str, Replacement], ...] = (
    # Stack traces: the whole block where it is whole, else frame by frame; the cause below them stays.
    (
        rf"(?m)^({_PREFIX})(?:Traceback \(most recent call last\):)(?:\n{_PREFIX}[ \t]+[^\n]{{0,2000}})*",
        rf"\1{STACK_LEFT_OUT}",
    ),
    (rf"(?m)^({_PREFIX}){_FRAME}$(?:\n{_PREFIX}{_FRAME}$)*", rf"\1{STACK_LEFT_OUT}"),
    # Names and addresses that mean something inside the cluster or its network alone.
    (
        r"(?i)\b(?:[a-z0-9-]{1,63}\.){1,8}(?:svc(?:\.[a-z0-9.-]{1,120}local)?|cluster\.local|(?:ec2|compute|c)\.internal)\b(?::\d{1,5})?",
        INTERNAL_HOST,
    ),
    (
        r"(?<![\w.])(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}(?![\w]|\.\d)(?::\d{1,5})?",
        INTERNAL_HOST,
    ),
    # Paths of the machine that did the work; the last part tells which file it was.
    (_HOST_PATH, r"…/\1"),
    (r"\b[A-Za-z]:\\(?:[\w. @+=%~-]{1,255}\\){1,40}([\w.@+=%~-]{1,255})", r"…/\1"),
)

_RULES: tuple[tuple[re.Pattern[str], Replacement], ...] = tuple(
    (re.compile(pattern), replacement) for pattern, replacement in (*_SECRETS, *_MACHINERY)
)


def mask(text: str) -> str:
    """`text` without credentials, internal hosts, host paths and stack traces.

    Pure and idempotent. Give it whole texts where there are any (`mask_lines` for lines): a private key or a
    stack trace is recognised better as one piece.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def mask_secrets(text: str) -> str:
    """`text` without credentials only: for a program's own log, where its people need stack traces and addresses.

    Pure and idempotent, as `mask`.
    """
    for pattern, replacement in _RULES[: len(_SECRETS)]:
        text = pattern.sub(replacement, text)
    return text


def mask_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines, masked as one text: there may be fewer of them afterwards."""
    return tuple(mask("\n".join(lines)).splitlines())
