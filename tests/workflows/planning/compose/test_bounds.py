"""What a compose file must not be: endless, in a circle, too large, or a contradiction; each in words, with its place."""

import pytest

from tests.workflows.planning.compose.repository import GO, planned
from tests.workflows.planning.plans.cases import component, problems_of
from workflows.models import Quota, Template

pytestmark = pytest.mark.spec("ENV-012")


def problems(text: str, **files: str) -> list[str]:
    return problems_of({"compose.yaml": text, "Dockerfile": GO, **files})


def chained(length: int) -> str:
    """Each service extends the one after it."""
    services = [f"  s{at}: {{extends: {{service: s{at + 1}}}}}" for at in range(length)]
    return "\n".join(["services:", *services, f"  s{length}: {{image: nginx, ports: ['80']}}", ""])


def test_a_long_chain_of_services_that_extend_each_other_is_cut() -> None:
    assert any("extend others are too many" in each for each in problems(chained(20)))
    assert planned(chained(3)).release.name


def test_more_files_than_anybody_has_are_not_read() -> None:
    files = {f"c{at}.yaml": "services: {}\n" for at in range(101)}
    included = ", ".join(files)
    text = f"include: [{included}]\nservices: {{web: {{image: nginx, ports: ['80']}}}}\n"
    assert "More than 100 compose files belong to each other." in problems(text, **files)


def test_more_services_than_anybody_has_are_refused_before_they_are_read() -> None:
    services = "\n".join(f"  s{at}: {{image: nginx}}" for at in range(201))
    (problem,) = problems(f"services:\n{services}\n")
    assert "there are more than 200 services" in problem


def test_variables_that_grow_too_large_together_are_said_once() -> None:
    rows = "\n".join(f"      V{at}: ${{BIG}}" for at in range(80))
    text = f"services:\n  web:\n    image: nginx\n    ports: ['80']\n    environment:\n{rows}\n"
    found = problems(text, **{".env": f"BIG={'x' * 60_000}\n"})
    assert sum("all variables together grow too large" in each for each in found) == 1


def test_of_many_variables_that_are_not_set_some_are_named() -> None:
    rows = "\n".join(f"      V{at}: ${{NOT_{at}}}" for at in range(10))
    plan = planned(
        f"services:\n  web:\n    image: nginx\n    ports: ['80']\n    environment:\n{rows}\n"
    )
    assert "2 more variables are not set; empty texts take their places." in plan.warnings


@pytest.mark.parametrize(
    ("service", "problem"),
    [
        ("{environment: {'a b': c}}", "`a b` of `web` is no name of a variable"),
        ('{environment: {A: "b\\0"}}', "`A` holds the character NUL"),
        ("{env_file: ../x.env}", "the file of variables `../x.env` is outside of the repository"),
        ("{working_dir: app}", "`working_dir` of `web` must begin with `/`"),
        ("{tmpfs: /}", "mounts something at `/`, which is no path to mount at"),
        ("{configs: [a]}", "`web` uses the config `a`, which the file does not describe under"),
        ("{extends: {service: b, file: ../b.yaml}}", "the file of `extends` is outside of the"),
        ("{extends: {service: b}}", "`extends` names the service `b`, which is not in"),
    ],
)
def test_what_a_service_cannot_say_is_told_with_its_place(service: str, problem: str) -> None:
    text = f"services:\n  web: {{image: nginx, ports: ['80'], {service[1:]}\n"
    (found,) = problems(text)
    assert problem in found
    assert found.startswith("compose.yaml:")


def test_two_public_services_contradict_each_other() -> None:
    public = "{image: nginx, ports: ['80'], x-catalyst: {public: true}}"
    (found,) = problems(f"services:\n  a: {public}\n  b: {public}\n")
    assert "`a`, `b` are all `public`; one of them can be." in found


def test_a_size_is_written_as_people_write_it() -> None:
    service = "{image: nginx, ports: ['80'], shm_size: %s}"
    large = Template(type="auto", quota=Quota(memory="8Gi"))
    for size, written in (("2gb", "2Gi"), ("64mb", "64Mi"), ("100kb", "100Ki")):
        plan = planned(f"services:\n  web: {service % size}\n", template=large)
        assert written in str(component(plan)["volumes"]), size
