"""What Compose mounts and the image may have already."""

import pytest

from workflows.planning.compose.translation.copying import is_copied


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("dockerfile", "context", "path", "expected"),
    [
        ("FROM x\nCOPY . .\n", ".", "src", True),
        ("FROM x\nCOPY . .\n", "web", "web/src", True),
        ("FROM x\nCOPY . .\n", "web", "api", False),
        ("FROM x\nCOPY src ./src\n", ".", "src", True),
        ("FROM x\nCOPY src/ ./src\n", ".", "src/main.py", True),
        ("FROM x\nCOPY src/app ./src\n", ".", "src", True),
        ("FROM x\nCOPY package.json ./\n", ".", "src", False),
        ("FROM x\nCOPY package.json yarn.lock ./\n", ".", ".", False),
        ("FROM x\nCOPY src ./src\n", ".", ".", True),
        ("FROM x\nCOPY --from=build /src /src\n", ".", "src", False),
        ("FROM x\nCOPY --chown=1:1 src \\\n  lib /app/\n", ".", "lib", True),
        ('FROM x\nCOPY ["src", "/app"]\n', ".", "src", True),
        ("FROM x\nADD *.py /app/\n", ".", "src", True),
        ("FROM x\nCOPY $WHAT /app/\n", ".", "src", True),
        ("FROM x\nCOPY conf* /etc/\n", ".", "config", True),
        ("", ".", "src", True),
    ],
)
def test_whether_a_dockerfile_copies_it(
    dockerfile: str, context: str, path: str, expected: bool
) -> None:
    assert is_copied(dockerfile, context, path) is expected
