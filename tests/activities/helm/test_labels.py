"""The post-renderer: labels on everything, and not a letter of the chart's own changed."""

import io
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.helm.failures import to_failure
from activities.helm.labels import (
    LABELS_VARIABLE,
    REFUSAL_VARIABLE,
    RefusedError,
    label_documents,
    main,
)
from workflows import naming
from workflows.errors import ForbiddenManifestError

LABELS = {
    "objects": {"catalyst.dev/commit": "0123456789"},
    "pods": {"catalyst.dev/team": "acme", "catalyst.dev/component": "web"},
    "volumes": {"catalyst.dev/team": "acme"},
}
ALL = {**LABELS["objects"], **LABELS["pods"]}


def labelled(text: str) -> list[dict[str, object]]:
    return list(yaml.safe_load_all(label_documents(text, LABELS)))


@pytest.mark.spec("ENV-021")
def test_an_object_keeps_its_labels_and_gets_catalysts() -> None:
    (found,) = labelled("kind: Service\nmetadata: {name: a, labels: {app: a}}\n")
    assert found["metadata"] == {"name": "a", "labels": {"app": "a", **ALL}}


@pytest.mark.spec("ENV-021")
def test_the_charts_own_component_is_the_component() -> None:
    (found,) = labelled(
        "kind: Service\nmetadata: {name: a, labels: {app.kubernetes.io/component: db}}\n"
    )
    assert isinstance(found["metadata"], dict)
    assert found["metadata"]["labels"]["catalyst.dev/component"] == "db"


@pytest.mark.spec("ENV-021")
def test_pods_are_labelled_without_the_commit_and_selectors_stay() -> None:
    (found,) = labelled(
        """
kind: Deployment
metadata: &shared {name: a, labels: &labels {app: a}}
spec:
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: *labels}
    spec: {containers: []}
"""
    )
    assert found["spec"] == {
        "selector": {"matchLabels": {"app": "a"}},
        "template": {
            "metadata": {"labels": {"app": "a", **LABELS["pods"]}},
            "spec": {"containers": []},
        },
    }


@pytest.mark.spec("ENV-021")
def test_jobs_of_a_cron_job_their_pods_and_claims_are_labelled() -> None:
    cron, stateful = labelled(
        """
kind: CronJob
metadata: {name: a}
spec: {jobTemplate: {spec: {template: {spec: {containers: []}}}}}
---
kind: StatefulSet
metadata: {name: a}
spec: {volumeClaimTemplates: [{metadata: {name: data}}]}
"""
    )
    assert cron["spec"] == {
        "jobTemplate": {
            "metadata": {"labels": LABELS["pods"]},
            "spec": {
                "template": {"metadata": {"labels": LABELS["pods"]}, "spec": {"containers": []}}
            },
        }
    }
    assert stateful["spec"] == {
        "volumeClaimTemplates": [{"metadata": {"name": "data", "labels": LABELS["volumes"]}}]
    }


def test_items_of_a_list_are_labelled_each() -> None:
    (found,) = labelled("kind: List\nitems: [{kind: Service, metadata: {name: a}}]\n")
    assert found["items"] == [{"kind": "Service", "metadata": {"name": "a", "labels": ALL}}]


def test_labels_that_came_by_a_merge_key_are_kept() -> None:
    (found,) = labelled(
        "base: &b {app: a}\nkind: Service\nmetadata: {name: a, labels: {<<: *b, x: 'y'}}\n"
    )
    assert isinstance(found["metadata"], dict)
    assert found["metadata"]["labels"] == {"app": "a", "x": "y", **ALL}


@pytest.mark.spec("ENV-026")
def test_no_object_of_a_chart_passes_itself_off_as_catalysts() -> None:
    (found,) = labelled(
        "kind: Job\nmetadata: {name: a, labels: {app.kubernetes.io/managed-by: catalyst}}\n"
    )
    assert isinstance(found["metadata"], dict)
    assert found["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"


@pytest.mark.parametrize(
    "scalar",
    ["yes", "on", "0o17", "010", "12:30:45", "2026-01-01", "1e3", "~", "'1'", '"a: b"', "1_000"],
)
def test_what_looks_like_another_type_stays_the_very_text(scalar: str) -> None:
    text = label_documents(f"kind: ConfigMap\ndata:\n  a: {scalar}\n", LABELS)
    assert f"\n  a: {scalar}\n" in text


@settings(deadline=None)  # a busy machine is no failure
@given(st.dictionaries(st.text("abc"), st.text() | st.integers() | st.booleans(), max_size=5))
def test_only_labels_are_added(data: dict[str, object]) -> None:
    text = yaml.safe_dump({"kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
    (found,) = labelled(text)
    assert found == {
        "kind": "ConfigMap",
        "metadata": {"name": "a", "labels": ALL},
        "data": yaml.safe_load(text)["data"],
    }


@pytest.mark.spec("ENV-014")
def test_without_labels_for_pods_their_templates_and_claims_stay_untouched() -> None:
    spec = (
        "  selector: {matchLabels: {app: a}}\n  template:\n    metadata:\n"
        "      labels: {app: a, app.kubernetes.io/component: api}\n    spec: {}\n"
        "  volumeClaimTemplates:\n  - spec: {}\n"
    )
    text = f"kind: StatefulSet\nmetadata: {{labels: {{app.kubernetes.io/component: api}}}}\nspec:\n{spec}"
    labels = {"objects": {"catalyst.dev/team": "acme"}, "pods": {}, "volumes": {}}
    (found,) = yaml.safe_load_all(label_documents(text, labels))
    assert found["metadata"]["labels"] == {
        "app.kubernetes.io/component": "api",
        "catalyst.dev/team": "acme",
    }
    assert {"spec": found["spec"]} == yaml.safe_load(f"spec:\n{spec}")
    assert "metadata" not in found["spec"]["volumeClaimTemplates"][0]


@pytest.mark.parametrize("text", ['{"kind": "Service"}', '--- {"kind": "Service"}'])
def test_an_object_in_the_style_of_json_begins_on_a_line_of_its_own(text: str) -> None:
    written = label_documents(f"{text}\n---\nkind: Pod\n", LABELS)
    assert written.startswith('---\n"kind": "Service"\n')


def test_documents_without_an_object_pass_through() -> None:
    assert label_documents("", LABELS) == ""
    assert label_documents("# a comment\n", LABELS) == "# a comment\n"


def test_the_program_reads_and_writes_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LABELS_VARIABLE, json.dumps(LABELS))
    target = io.BytesIO()
    main(io.BytesIO("kind: ConfigMap\ndata: {a: grüß dich}\n".encode()), target)
    assert yaml.safe_load(target.getvalue().decode())["data"] == {"a": "grüß dich"}


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"


@pytest.mark.spec("ENV-026")
@pytest.mark.parametrize(
    "text",
    [
        f"{SERVICE}spec: {{externalIPs: [10.0.0.1]}}\n",
        f'{SERVICE}"spec": {{"externalIPs": ["10.0.0.1"]}}\n',
        f"{SERVICE}spec: {{externalIPs: 10.0.0.1}}\n",
        f"{SERVICE}spec: {{externalIPs: [], externalIPs: [10.0.0.1]}}\n",
        f"{SERVICE}spec: {{}}\nspec: {{externalIPs: [10.0.0.1]}}\n",
        f"kind: ConfigMap\n{SERVICE}spec: {{externalIPs: [10.0.0.1]}}\n",
        f"x: &x {{externalIPs: [10.0.0.1]}}\n{SERVICE}spec: {{<<: *x}}\n",
        "kind: List\nitems:\n- kind: Service\n  metadata: {name: a}\n  spec: {externalIPs: [1.1.1.1]}\n",
    ],
)
def test_a_service_that_takes_over_addresses_is_refused_by_name(text: str) -> None:
    with pytest.raises(RefusedError, match=r'^Service "a" is forbidden: spec\.externalIPs'):
        label_documents(text, LABELS)


@pytest.mark.spec("FR-013", "T-5")
@pytest.mark.parametrize("account", [naming.HELM_SERVICE_ACCOUNT, naming.OWNER_SERVICE_ACCOUNT])
def test_nothing_of_a_chart_gets_an_identity_of_catalysts_own(account: str) -> None:
    pod = f"spec: {{serviceAccountName: {account}}}"
    for kind, spec in (
        ("Pod", pod),
        ("Pod", f"spec: {{serviceAccount: {account}}}"),
        ("Pod", f"spec: {{serviceAccountName: default, serviceAccountName: {account}}}"),
        ("Deployment", f"spec: {{template: {{{pod}}}}}"),
        ("CronJob", f"spec: {{jobTemplate: {{spec: {{template: {{{pod}}}}}}}}}"),
    ):
        with pytest.raises(RefusedError, match=f'^{kind} "a" is forbidden: .* {account}$'):
            labelled(f"kind: {kind}\nmetadata: {{name: a}}\n{spec}\n")
    token = f"annotations: {{kubernetes.io/service-account.name: {account}}}"
    with pytest.raises(RefusedError, match=f'^Secret "a" is forbidden: .* a token of {account}$'):
        labelled(f"kind: Secret\nmetadata: {{name: a, {token}}}\n")
    labelled("kind: Pod\nmetadata: {name: a}\nspec: {serviceAccountName: default}\n")


@pytest.mark.parametrize("none", ["[]", "null", "~", ""])
def test_a_service_that_names_no_address_passes(none: str) -> None:
    (found,) = labelled(f"{SERVICE}spec:\n  externalIPs: {none}\n")
    assert found["spec"] in ({"externalIPs": []}, {"externalIPs": None})


@pytest.mark.spec("ENV-026")
def test_the_program_says_in_a_file_what_it_refuses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(LABELS_VARIABLE, json.dumps(LABELS))
    monkeypatch.setenv(REFUSAL_VARIABLE, str(tmp_path / "refusal"))
    target = io.BytesIO()
    with pytest.raises(SystemExit):
        main(io.BytesIO(f"{SERVICE}spec: {{externalIPs: [10.0.0.1]}}\n".encode()), target)
    assert target.getvalue() == b""
    failure = to_failure((tmp_path / "refusal").read_text())
    assert isinstance(failure, ForbiddenManifestError)
    assert 'Service "a" is not allowed: spec.externalIPs' in str(failure)
