"""Secrets and machinery never reach a reader; everything a reader needs does."""

import base64
from textwrap import wrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.masking import (
    HIDDEN,
    INTERNAL_HOST,
    STACK_LEFT_OUT,
    mask,
    mask_lines,
    mask_secrets,
)

pytestmark = [pytest.mark.spec("FR-009"), pytest.mark.invariant(4)]

_JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0In0.c2lnbmF0dXJlLW9mLWEta2V5"
_KEY_BODY = "MIIEowIBAAKCAQEAu5t1mQy8kPzX0oR7cV2d9wLhJ3fTn6bGsYaEqKiUxWvNpZr4"
_PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{_KEY_BODY}\nAbCdEf0123456789==\n-----END RSA PRIVATE KEY-----"


def _encoded(kind: str) -> str:
    """A private key as a kubeconfig holds it."""
    label = f"{kind}PRIVATE KEY"
    pem = f"-----BEGIN {label}-----\n{_KEY_BODY}\n-----END {label}-----\n"
    return base64.b64encode(pem.encode()).decode()


_CERTIFICATE = base64.b64encode(f"-----BEGIN CERTIFICATE-----\n{_KEY_BODY}".encode()).decode()

SECRETS = [
    (
        "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
        "remote: ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    ),
    (_JWT, f"ghs_4711_{_JWT}"),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_16C7e42F292c6912E7710c838347Ae178B4a,"),
    ("11ABCDEFG0abcdefghijkl", "github_pat_11ABCDEFG0abcdefghijkl_0123456789"),
    (_JWT, f"got a token {_JWT} from GitHub"),
    ("hunter2", "fatal: could not read https://alice:hunter2@git.example.com/a/b.git"),
    ("p@ss:w0rd", "postgres://app:p@ss:w0rd@db.example.com:5432/shop"),
    ("c3VwZXI6c2VjcmV0", "AUTHORIZATION: basic c3VwZXI6c2VjcmV0"),
    ("c3VwZXI6c2VjcmV0", "http.extraheader=Authorization: Basic c3VwZXI6c2VjcmV0"),
    ("abcdefgh12345678", "curl -H 'Authorization: Bearer abcdefgh12345678' https://example.com"),
    ("sessionid=1a2b3c", "Set-Cookie: sessionid=1a2b3c; Path=/"),
    ("hunter2", "DB_PASSWORD=hunter2"),
    ("hunter2", "connecting with password=hunter2 host=db"),
    ("hunter 2", 'password = "hunter 2"'),
    ("hunter2", '{"user": "app", "password": "hunter2"}'),
    ("hunter2", r"{\"password\":\"hunter2\"}"),
    ("hunter2", "  POSTGRES_PASSWORD: hunter2"),
    ("hunter2", "Server=db;User Id=sa;Pwd=hunter2;"),
    ("0f9e8d7c", "GET /callback?token=0f9e8d7c&state=1"),
    ("0f9e8d7c", "mysql --password 0f9e8d7c shop"),
    ("s3cr3tvalue", "client_secret=s3cr3tvalue"),
    ("s3cr3tvalue", "api-key: s3cr3tvalue"),
    ("wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("AKIAIOSFODNN7EXAMPLE", "using AKIAIOSFODNN7EXAMPLE for the bucket"),
    ("dXNlcjpwYXNz", '{"auths": {"registry.example.com": {"auth": "dXNlcjpwYXNz"}}}'),
    (_KEY_BODY, f"key:\n{_PEM}\ndone"),
    (_KEY_BODY, f"-----BEGIN PRIVATE KEY-----\n{_KEY_BODY}"),
    (_KEY_BODY, _KEY_BODY),
    (_KEY_BODY, f"#8 1.234 {_KEY_BODY}"),
    ("AbCdEf0123456789==", _PEM.partition(_KEY_BODY)[2]),
    ("AbCdEf01==", "#8 1.2 AbCdEf01==\n#8 1.2 -----END RSA PRIVATE KEY-----"),
    *(
        (_encoded(kind)[40:80], text)
        for kind in ("", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH ")
        for text in (f"    client-key-data: {_encoded(kind)}", f"{_encoded(kind)} in a line")
    ),
    (_encoded("EC ")[80:140], "$ base64 key.pem\n" + "\n".join(wrap(_encoded("EC "), 76))),
]


@pytest.mark.parametrize(("secret", "text"), SECRETS)
def test_a_secret_never_stays_in_a_text(secret: str, text: str) -> None:
    masked = mask(text)
    assert secret not in masked
    assert HIDDEN in masked


@pytest.mark.parametrize(
    "line",
    [
        "SyntaxError: Unexpected token: }",
        "SyntaxError: Unexpected token '<' at line 3",
        'Error: secrets "db-credentials" not found',
        "Error: secret not found: default/registry",
        "#8 [web 3/5] RUN npm ci --omit=dev",
        "#8 12.34 added 57 packages, and audited 58 packages in 3s",
        "max_tokens=100 tokenizer=cl100k",
        "token=$GITHUB_TOKEN password=${DB_PASSWORD}",
        'env: {"PASSWORD": null}',
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  app.tar",
        "integrity sha512-2Rv5vQ0vTf0Zl6n9rC4r7uTqgT2A7m1xJwQYx9sVJ3yZP0oW5cFhKkLmNbVcXzAsDfGh",
        "listening on http://0.0.0.0:8080/",
        "GET /home/alice/products/3 200 12ms",
        "GET https://shop.example.com/tmp/x/y 404",
        "go version go1.26.8 linux/amd64, kubernetes v1.34.2, image 1.2.3.4",
        "ls: cannot access '/app/dist/server.js': No such file or directory",
        "PWD=/code",
        f"    certificate-authority-data: {_CERTIFICATE}",
        "-----BEGIN PUBLIC KEY-----",
        "done\n-----END CERTIFICATE-----",
        "git@github.com:acme/shop.git",
        "if (token === undefined) return",
        '2026-01-02T03:04:05Z level=info msg="ready" port=8080',
        'Error: chart/templates/web.yaml:12:4: executing "web" at <.Values.x>: nil pointer',
        "exec /docker-entrypoint.sh: no such file or directory",
        "OOMKilled: limit 512Mi",
        "look at the app at startup",
    ],
)
def test_an_ordinary_line_stays_as_it_is(line: str) -> None:
    assert mask(line) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dial tcp 10.96.0.1:443: refused", f"dial tcp {INTERNAL_HOST}: refused"),
        (
            "lookup db.shop-pr-1.svc.cluster.local:5432 failed",
            f"lookup {INTERNAL_HOST} failed",
        ),
        ("http://registry.catalyst-system.svc/v2/", f"http://{INTERNAL_HOST}/v2/"),
        ("open /home/alice/src/app/main.go: denied", "open …/main.go: denied"),
        ("cannot stat /var/lib/kubelet/pods/1/volumes/x", "cannot stat …/x"),
        ("file:///tmp/catalyst-1/repo/Chart.yaml", "…/Chart.yaml"),
        (r"open C:\Users\alice\app\main.cs", "open …/main.cs"),
    ],
)
def test_hosts_and_paths_of_the_machinery_are_named_without_telling_where(
    text: str, expected: str
) -> None:
    assert mask(text) == expected


def test_a_stack_trace_is_left_out_and_its_cause_stays() -> None:
    text = (
        "starting\n"
        "Traceback (most recent call last):\n"
        '  File "/app/main.py", line 3, in <module>\n'
        "    run()\n"
        "    ~~~^^\n"
        '  File "/app/run.py", line 9, in run\n'
        "    raise ValueError(secret)\n"
        "ValueError: port is missing\n"
        "bye"
    )
    assert mask(text) == f"starting\n{STACK_LEFT_OUT}\nValueError: port is missing\nbye"


def test_frames_of_node_and_java_are_left_out_and_the_cause_stays() -> None:
    node = (
        "#9 0.51 Error: Cannot find module 'express'\n"
        "#9 0.51     at Module._load (node:internal/modules/cjs/loader:1225:15)\n"
        "#9 0.51     at /app/server.js:3:17\n"
        "#9 0.52 Node.js v22.1.0"
    )
    assert mask(node) == (
        f"#9 0.51 Error: Cannot find module 'express'\n#9 0.51 {STACK_LEFT_OUT}\n#9 0.52 Node.js v22.1.0"
    )
    java = "java.lang.Error: no\n\tat com.acme.Shop.main(Shop.java:3)\n\tat a.B.c(D.java:4)"
    assert mask(java) == f"java.lang.Error: no\n{STACK_LEFT_OUT}"


def test_a_single_frame_of_a_cut_log_is_left_out_too() -> None:
    assert mask('  File "/app/main.py", line 3, in <module>') == STACK_LEFT_OUT


def test_lines_are_masked_as_one_text() -> None:
    lines = ["before", *_PEM.splitlines(), "after"]
    assert mask_lines(lines) == ("before", HIDDEN, "after")


def test_a_log_of_our_own_loses_its_secrets_and_keeps_the_rest() -> None:
    text = 'File "/app/main.py", line 3, in run\n10.0.0.7 said password='
    assert mask_secrets(f"{text}hunter2") == f"{text}{HIDDEN}"


_FRAGMENTS = st.sampled_from(
    [text for _, text in SECRETS]
    + ["plain words", "10.0.0.7", "/home/al/b", "\n", " ", ": ", "=", '"']
)


@given(st.lists(_FRAGMENTS | st.text(max_size=20), max_size=8))
def test_masking_twice_changes_nothing_more(parts: list[str]) -> None:
    masked = mask(" ".join(parts))
    assert mask(masked) == masked


@given(
    secret=st.text("abcdefghijkmnopqrstuvwxyz0123456789", min_size=20, max_size=60),
    before=st.text("abc xyz\n\t:.,", max_size=30),
    after=st.sampled_from(["", " and more", "\nnext line", '"', "'", ",", ")"]),
)
@pytest.mark.parametrize("form", ["ghs_{}", "password={}", "https://x:{}@host/", "Bearer 0{}"])
def test_a_secret_is_found_wherever_it_stands(
    form: str, secret: str, before: str, after: str
) -> None:
    assert secret not in mask(f"{before} {form.format(secret)}{after}")


@pytest.mark.parametrize(
    "piece", ["a.", "/home/a/b", "eyJaaaa.", "    at ", "token ", "-----BEGIN PRIVATE KEY-----"]
)
@pytest.mark.timeout(10)
def test_hostile_text_does_not_keep_a_worker_busy(piece: str) -> None:
    assert mask(piece * (400_000 // len(piece)))
