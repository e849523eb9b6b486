"""What a build is given: where it lies, who reads it, and that it shows nowhere else."""

import json
import os
import subprocess
import tempfile
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.build.content import content_tag, paths_of
from activities.build.inputs import BuildInputs, check_names, masking_script
from activities.build.manifests import BuildJob, make_job, make_secret
from activities.build.network import make_build_policy
from activities.build.scripts import build_arguments, buildkit_settings
from tests.activities.build.test_manifests import CONFIG, JOB, PLAN, TOKEN, request
from workflows.errors import PlanError
from workflows.models import BuildPlan
from workflows.planning.dockerfiles import Mirrors

VALUE = b"correct horse battery staple"
CREDENTIALS = '{"auths": {"registry.test": {"auth": "dXNlcjpwYXNz"}}}'
GENERATED = BuildPlan(
    component="web",
    context=".",
    dockerfile="Dockerfile",
    generated="FROM scratch\n",
    ignored=".git\n",
    secrets=("API_KEY", "PEM"),
)


def job(plan: BuildPlan = GENERATED, **inputs: Any) -> BuildJob:
    return replace(JOB, request=request(plan), inputs=BuildInputs(**inputs))


def given_everything() -> BuildJob:
    return job(secrets={"API_KEY": VALUE, "PEM": b"x\ny"}, registry=CREDENTIALS)


def parts(made: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Pod, fetching container, building container."""
    pod = made["spec"]["template"]["spec"]
    return pod, *pod["containers"]


@pytest.mark.spec("ENV-029", "ENV-019")
@pytest.mark.invariant(4)
def test_values_are_in_the_secret_alone() -> None:
    made, secret = make_job(given_everything(), CONFIG), make_secret(given_everything(), CONFIG, "")
    texts = json.dumps(made), repr(given_everything()), repr(given_everything().inputs)
    for hidden in (VALUE.decode(), "dXNlcjpwYXNz"):
        assert all(hidden not in text for text in texts)
    data = {key: b64decode(value) for key, value in secret["data"].items()}
    assert data["secret-0"] == VALUE
    assert data["config.json"] == CREDENTIALS.encode()
    assert data["Dockerfile"] == b"FROM scratch\n"
    assert data["Dockerfile.dockerignore"] == b".git\n"


@pytest.mark.invariant(4)
def test_each_container_sees_what_it_reads_and_nothing_else() -> None:
    pod, fetching, building = parts(make_job(given_everything(), CONFIG))
    keys = {
        volume["name"]: {item["key"] for item in volume["secret"]["items"]}
        for volume in pod["volumes"]
        if "secret" in volume
    }
    assert keys == {
        "git": {"authorization"},
        "dockerfile": {"Dockerfile", "Dockerfile.dockerignore"},
        "inputs": {"secret-0", "secret-1", "masks.sed"},
        "registry": {"config.json"},
    }
    assert {each["name"] for each in fetching["volumeMounts"]} & keys.keys() == {"git"}
    assert {each["name"] for each in building["volumeMounts"]} & keys.keys() == {
        *("dockerfile", "inputs", "registry")
    }
    assert {"name": "DOCKER_CONFIG", "value": "/registry"} in building["env"]
    places = {each["mountPath"]: each.get("subPath", "") for each in building["volumeMounts"][2:]}
    assert places == {
        "/dockerfile/Dockerfile": "Dockerfile",
        "/dockerfile/Dockerfile.dockerignore": "Dockerfile.dockerignore",
        "/inputs": "",
        "/registry": "",
    }


def test_a_build_that_is_given_nothing_mounts_nothing() -> None:
    pod, _, building = parts(make_job(JOB, CONFIG))
    assert [volume["name"] for volume in pod["volumes"]] == ["work", "state", "git"]
    assert [each["name"] for each in building["volumeMounts"]] == ["work", "state"]
    assert list(make_secret(JOB, CONFIG, TOKEN)["data"]) == ["authorization"]


@pytest.mark.spec("ENV-031")
def test_a_generated_dockerfile_is_read_from_its_own_place_with_the_repositorys_context() -> None:
    arguments = build_arguments(request(GENERATED), CONFIG, repository="r", tag="c-1")
    assert "--local=dockerfile=/dockerfile" in arguments
    assert "--opt=filename=Dockerfile" in arguments
    assert "--local=context=/build/source" in arguments


@pytest.mark.spec("ENV-029")
@pytest.mark.invariant(7)
def test_secrets_are_mounted_by_name_and_never_for_code_that_is_not_trusted() -> None:
    def told(*, is_trusted: bool) -> list[str]:
        asked = request(GENERATED, is_trusted=is_trusted)
        arguments = build_arguments(asked, CONFIG, repository="r", tag="c-1")
        return [each for each in arguments if each.startswith("--secret")]

    assert told(is_trusted=True) == [
        "--secret=id=API_KEY,src=/inputs/secret-0",
        "--secret=id=PEM,src=/inputs/secret-1",
    ]
    assert told(is_trusted=False) == []


@pytest.mark.parametrize("name", ["A,src=/etc/passwd", "", "a b", "-x", "x" * 300, "a\nb"])
def test_a_name_that_no_argument_can_carry_is_refused(name: str) -> None:
    with pytest.raises(PlanError, match="asks for a secret called"):
        check_names(PLAN.model_copy(update={"secrets": (name,)}))
    check_names(GENERATED)


def test_more_than_a_secret_can_hold_is_refused_with_the_component() -> None:
    with pytest.raises(PlanError, match="`web`"):
        make_secret(job(secrets={"API_KEY": b"x" * 500_000, "PEM": b"y" * 500_000}), CONFIG, "")


@pytest.mark.spec("ENV-031")
def test_the_generated_text_and_the_secrets_names_lead_to_another_image() -> None:
    assert paths_of(GENERATED) == (".",)
    tags = {
        content_tag(GENERATED.model_copy(update=change), ["a"])
        for change in (
            {},
            {"generated": "FROM x\n"},
            {"ignored": ""},
            {"secrets": ("API_KEY",)},
        )
    }
    assert len(tags) == 4


@pytest.mark.spec("FR-013")
def test_approved_sources_are_reached_and_over_http_where_they_say_so() -> None:
    config = replace(
        CONFIG, package_sources=("http://10.0.0.3:5001", "https://registry.example.test")
    )
    told = buildkit_settings(config)
    assert '[registry."10.0.0.3:5001"]\n  http = true' in told
    assert "registry.example.test" not in told
    ports = [
        port["port"]
        for rule in make_build_policy(config)["spec"]["egress"]
        for port in rule["ports"]
    ]
    assert sorted(ports) == [53, 53, 443, 3000, 5000, 5001]


@pytest.mark.spec("FR-013", "ENV-031")
def test_mirrors_of_packages_are_reached_and_told_to_every_build_unless_it_says_otherwise() -> None:
    mirrors = Mirrors(npm="http://10.0.0.3:4873/", pypi="https://pypi.example.test/simple/")
    config = replace(CONFIG, mirrors=mirrors)
    told = build_arguments(request(PLAN), config, repository="a/b", tag="c")
    assert "--opt=build-arg:NPM_CONFIG_REGISTRY=http://10.0.0.3:4873/" in told
    assert "--opt=build-arg:PIP_INDEX_URL=https://pypi.example.test/simple/" in told
    own = PLAN.model_copy(update={"args": {"PIP_INDEX_URL": "https://own.example.test/simple/"}})
    told = build_arguments(request(own), config, repository="a/b", tag="c")
    found = [each for each in told if "PIP_INDEX_URL" in each]
    assert found == ["--opt=build-arg:PIP_INDEX_URL=https://own.example.test/simple/"]
    egress = make_build_policy(config)["spec"]["egress"]
    assert 4873 in [port["port"] for rule in egress for port in rule["ports"]]


VALUES = st.binary(min_size=4, max_size=20).filter(lambda value: not set(value) & set(b"\0*"))


def masked(script: bytes, text: bytes) -> bytes:
    """What sed makes of a text, as in the build's container."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(script)
        file.flush()
        sed = ["sed", "-f", file.name]
        done = subprocess.run(
            sed, input=text, capture_output=True, check=True, env={**os.environ, "LC_ALL": "C"}
        )
    return done.stdout


@pytest.mark.invariant(4)
@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4), st.binary(max_size=6))
def test_a_log_shows_no_line_of_any_value(values: list[bytes], around: bytes) -> None:
    script = masking_script({str(number): value for number, value in enumerate(values)})
    lines = [line.strip() for value in values for line in value.split(b"\n")]
    hidden = [line for line in lines if len(line) >= 4]
    shown = masked(script, b"\n".join(around + line + around for line in hidden) + b"\n")
    assert not any(line in shown for line in hidden)


def test_what_is_no_secret_stays_and_short_values_hide_nothing() -> None:
    script = masking_script({"A": b"a.c*/[x]", "B": b"no", "C": b"first line\nsecond line\n"})
    text = b"key=a.c*/[x] abc no\nfirst line, then second line\n"
    assert masked(script, text) == b"key=*** abc no\n***, then ***\n"


def test_a_value_that_holds_another_is_hidden_as_a_whole() -> None:
    script = masking_script({"A": b"pass", "B": b"password-of-shop"})
    assert masked(script, b"password-of-shop\n") == b"***\n"
