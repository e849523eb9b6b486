"""What the Kubernetes API says no with becomes one of our own failures, without internal addresses."""

import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from kubernetes.aio.client.exceptions import ApiException

from activities import kube
from activities.kube.errors import translated
from workflows.errors import ClusterError


def make_answer(status: int, **body: Any) -> ApiException:
    return ApiException(status=status, reason="No", body=json.dumps(body))


def raised(error: Exception) -> ClusterError:
    with pytest.raises(ClusterError) as found, translated(30.0):
        raise error
    assert found.value.__cause__ is error
    return found.value


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, kube.InvalidError),
        (403, kube.ForbiddenError),
        (404, kube.NotFoundError),
        (409, kube.ConflictError),
        (410, kube.ExpiredError),
        (422, kube.InvalidError),
        (401, kube.KubeError),
        (429, kube.KubeError),
        (503, kube.KubeError),
    ],
)
def test_each_answer_has_its_own_error(status: int, expected: type[kube.KubeError]) -> None:
    found = raised(make_answer(status, message="no such thing", reason="Why"))
    assert type(found) is expected
    assert isinstance(found, kube.KubeError)
    assert (found.status, found.reason) == (status, "Why")
    assert "no such thing" in str(found)


@pytest.mark.spec("FR-008")
def test_the_details_of_a_refusal_can_be_asked_for() -> None:
    cause = {
        "reason": "NamespaceTerminating",
        "message": "namespace x is being terminated",
        "field": "metadata.namespace",
    }
    found = raised(make_answer(403, details={"causes": [cause]}))
    assert isinstance(found, kube.ForbiddenError)
    assert found.cause_reasons == ("NamespaceTerminating",)
    assert found.causes == ("metadata.namespace: namespace x is being terminated",)


@pytest.mark.spec("FR-011")
def test_an_overloaded_api_says_when_to_come_back() -> None:
    assert raised(make_answer(429, details={"retryAfterSeconds": 7})).retry_after == timedelta(
        seconds=7
    )


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ClientConnectionError("cannot connect to api.internal.example:6443"),
        ConnectionResetError("peer 10.1.2.3 went away"),
        json.JSONDecodeError("Expecting value", "<html>", 0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_api_that_cannot_be_reached_is_the_platforms_trouble(error: Exception) -> None:
    found = raised(error)
    assert type(found) is ClusterError
    assert "cannot be reached" in str(found)
    assert "internal" not in str(found)
    assert "10.1.2.3" not in str(found)


@pytest.mark.spec("FR-018")
def test_an_api_that_does_not_answer_is_told_with_the_time() -> None:
    assert "within 30 s" in str(raised(TimeoutError()))


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize("body", [None, "<html>bad gateway</html>", "[1]", b"\xff"])
def test_an_answer_of_something_else_in_between_is_understood_as_far_as_it_goes(
    body: object,
) -> None:
    found = raised(ApiException(status=502, reason="Bad Gateway", body=body))  # type: ignore[arg-type]  # as proxies answer
    assert "502: Bad Gateway" in str(found)


@pytest.mark.spec("FR-009")
@pytest.mark.invariant(4)
def test_secrets_in_an_answer_are_masked() -> None:
    assert "hunter22x" not in str(raised(make_answer(422, message="password=hunter22x is bad")))


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (("v1", "Pod", "shop"), "/api/v1/namespaces/shop/pods"),
        (("v1", "Namespace", ""), "/api/v1/namespaces"),
        (("networking.k8s.io/v1", "NetworkPolicy", "a"), "/apis/networking.k8s.io/v1/namespaces/a/networkpolicies"),
        (("networking.k8s.io/v1", "Ingress", "a"), "/apis/networking.k8s.io/v1/namespaces/a/ingresses"),
        (("gateway.networking.k8s.io/v1", "HTTPRoute", "a"), "/apis/gateway.networking.k8s.io/v1/namespaces/a/httproutes"),
        (("v1", "Endpoints", "a"), "/api/v1/namespaces/a/endpoints"),
        (("v1", "Pod", "../x"), "/api/v1/namespaces/..%2Fx/pods"),
    ],
)  # fmt: skip
def test_a_kinds_path_follows_from_its_name(wanted: tuple[str, str, str], path: str) -> None:
    assert kube.collection_path(*wanted) == path


def test_an_objects_path_follows_from_the_object() -> None:
    wanted = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "catalyst", "namespace": "shop"},
    }
    assert kube.path_of(wanted) == "/api/v1/namespaces/shop/resourcequotas/catalyst"
