"""Chart repositories: which may be asked, and what Helm 4.3 says when one does not give a chart."""

import pytest

from activities.helm.repositories import ChartRepositories, RemoteChart, to_failure
from workflows.errors import HelmError, ManifestError

ANY = ChartRepositories(plain_hosts={"127.0.0.1:5000"})
URL = "https://charts.example.com"


def chart(repository: str = URL, name: str = "redis", version: str = "1.2.3") -> RemoteChart:
    return RemoteChart(repository, name, version, "chart/Chart.yaml:5")


@pytest.mark.spec("OPS-7")
@pytest.mark.parametrize(
    "asked",
    [
        chart(),
        chart(f"{URL}/stable/"),
        chart("oci://ghcr.io/acme/charts"),
        chart("http://127.0.0.1:5000/charts"),
        chart("oci://127.0.0.1:5000"),
        chart(version=">=1.2.0 <2.0.0-0 || ^3.x"),
        chart(version=""),
    ],
)
def test_public_repositories_may_be_asked(asked: RemoteChart) -> None:
    ANY.check(asked)


@pytest.mark.spec("OPS-7", "EC-2")
@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (chart("http://charts.example.com"), "a chart repository is https:// or oci://"),
        (chart("file:///etc"), "is no URL of a chart repository"),
        (chart("@stable"), "a name that only your own Helm knows"),
        (chart("alias:stable"), "a name that only your own Helm knows"),
        (chart("https://me:secret@charts.example.com"), "holds a user name or a password"),
        (chart("https://charts.example.com/../x"), "is no URL of a chart repository"),
        (chart("https://charts.example.com/a b"), "is no URL of a chart repository"),
        (chart("--repo-config=/etc/passwd"), "is no URL of a chart repository"),
        (chart(name="--help"), "`--help` is no name for a chart"),
        (chart(name="../redis"), "`../redis` is no name for a chart"),
        (chart(version="--devel"), "`--devel` is no version of a chart"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(asked: RemoteChart, problem: str) -> None:
    with pytest.raises(ManifestError) as caught:
        ANY.check(asked)
    assert str(caught.value).startswith("chart/Chart.yaml:5: ")
    assert problem in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.spec("OPS-7")
@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        (URL, True),
        (f"{URL}/stable", True),
        (f"{URL}.evil.test", False),
        ("oci://ghcr.io/acme", True),
        ("oci://ghcr.io/acme-evil", False),
        ("oci://ghcr.io", False),
    ],
)
def test_an_operator_may_allow_some_repositories_alone(url: str, *, is_allowed: bool) -> None:
    some = ChartRepositories(allowed=[f"{URL}/", "oci://ghcr.io/acme"])
    if is_allowed:
        some.check(chart(url))
        return
    with pytest.raises(
        ManifestError, match="not among those that Catalyst's operator allows"
    ) as no:
        some.check(chart(url))
    assert URL in no.value.hint


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        (
            f'Error: chart "redis" version "1.2.3" not found in {URL} repository',
            f"{URL} has no chart `redis` in version `1.2.3`",
        ),
        (
            'Error: failed to perform "FetchReference" on source: ghcr.io/acme/redis:1.2.3: not found',
            f"{URL} has no chart `redis` in version `1.2.3`",
        ),
        (
            (
                f'Error: looks like "{URL}" is not a valid chart repository or cannot be reached:'
                f" failed to fetch {URL}/index.yaml : 404 Not Found"
            ),
            f"there is no chart repository at {URL}",
        ),
        (
            f"Error: failed to fetch {URL}/index.yaml : 401 Unauthorized",
            f"{URL} does not give chart `redis` to everybody, and Catalyst has no password for it",
        ),
        (
            "fatal error: runtime: cannot allocate memory",
            f"chart `redis` of {URL} is larger than Catalyst takes",
        ),
        ("Error: improper constraint: nonsense", "`1.2.3` is no version of a chart"),
    ],
)
def test_what_the_user_must_correct_is_told_with_its_place(stderr: str, message: str) -> None:
    failure = to_failure(stderr, chart())
    assert isinstance(failure, ManifestError)
    assert str(failure) == f"chart/Chart.yaml:5: {message}"


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    "stderr",
    [
        'Get "https://charts.example.com/index.yaml": dial tcp 192.0.2.1:443: connect: connection refused',
        'Get "https://charts.example.com/index.yaml": dial tcp: lookup charts.example.com: no such host',
        "failed to fetch https://charts.example.com/index.yaml : 503 Service Unavailable",
        'Get "https://10.0.0.1:5000/v2/redis/manifests/1": http: server gave HTTP response to HTTPS client',
        "something new",
    ],
)
def test_a_repository_that_does_not_answer_is_asked_again(stderr: str) -> None:
    failure = to_failure(f"Error: {stderr}\n", chart())
    assert isinstance(failure, HelmError)
    assert str(failure) == f"the chart repository {URL} does not answer"
