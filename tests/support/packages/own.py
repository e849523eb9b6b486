"""The packages that the applications of the tests depend on, one of them through the other."""

from pathlib import Path

from tests.support.packages.archives import make_tarball, make_wheel

GREETING = "A good evening to you from"
"""How every page begins; the words are in `catalyst-words`, which only `catalyst-greeting` asks for."""
_VERSION = "1.2.0"
_WORDS_JS = f"module.exports = '{GREETING}';\n"
_GREETING_JS = (
    "const words = require('catalyst-words');\nexports.greet = (who) => `${words} ${who}`;\n"
)
_WORDS_PY = f"WORDS = {GREETING!r}\n"
_GREETING_PY = """from catalyst_words import WORDS


def greet(who: str) -> str:
    return f"{WORDS} {who}"
"""


def write_own(folder: Path) -> None:
    """Put them there, under the names that registries give to such files."""
    for name, data in {
        f"catalyst-words-{_VERSION}.tgz": make_tarball("catalyst-words", _VERSION, _WORDS_JS),
        f"catalyst-greeting-{_VERSION}.tgz": make_tarball(
            "catalyst-greeting", _VERSION, _GREETING_JS, {"catalyst-words": "^1.0.0"}
        ),
        f"catalyst_words-{_VERSION}-py3-none-any.whl": make_wheel(
            "catalyst-words", _VERSION, _WORDS_PY
        ),
        f"catalyst_greeting-{_VERSION}-py3-none-any.whl": make_wheel(
            "catalyst-greeting", _VERSION, _GREETING_PY, ["catalyst-words>=1"]
        ),
    }.items():
        (folder / name).write_bytes(data)
