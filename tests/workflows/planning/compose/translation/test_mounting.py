"""Files of the repository in a container: configs, secrets, and what the image does not have of its own context."""

import pytest

from tests.workflows.planning.compose.repository import planned, web
from tests.workflows.planning.plans.cases import problems_of
from workflows.models import Template
from workflows.planning.compose.translation.mounts import MAX_TEXTS

pytestmark = pytest.mark.spec("ENV-012")


def service(text: str, rest: str = "") -> str:
    return f"services:\n  web: {{{text}, ports: ['80']}}\n{rest}"


def test_a_config_whose_file_is_not_there_is_refused() -> None:
    text = service("image: nginx, configs: [main]", "configs: {main: {file: ./no.conf}}\n")
    (problem,) = problems_of({"compose.yaml": text})
    assert "the config `main`, whose content is not in the repository" in problem


def test_more_text_than_kubernetes_keeps_is_refused() -> None:
    names = [f"c{at}" for at in range(MAX_TEXTS // 100_000 + 1)]
    text = service(
        f"image: nginx, configs: [{', '.join(names)}]",
        "configs:\n" + "".join(f"  {name}: {{file: {name}.txt}}\n" for name in names),
    )
    files = {f"{name}.txt": "x" * 100_000 for name in names}
    found = problems_of({"compose.yaml": text, **files})
    assert any(f"more than {MAX_TEXTS // 1024} KiB" in each for each in found)


def test_a_directory_with_more_text_than_kubernetes_keeps_is_refused() -> None:
    text = service("image: nginx, volumes: ['./site:/site:ro']")
    files = {f"site/f{at}.txt": "x" * 100_000 for at in range(MAX_TEXTS // 100_000 + 1)}
    found = problems_of({"compose.yaml": text, **files})
    assert any(f"more than {MAX_TEXTS // 1024} KiB" in each for each in found)


def test_a_file_whose_name_kubernetes_does_not_take_is_refused() -> None:
    text = service("image: nginx, volumes: ['./site:/site:ro']")
    (problem,) = problems_of({"compose.yaml": text, "site/our prices.txt": "1 crown\n"})
    assert "mounts a file called `our prices.txt`; only letters" in problem


def test_one_file_that_the_image_does_not_copy_is_mounted() -> None:
    text = service("build: ., volumes: ['./shop.conf:/etc/shop.conf:ro']")
    files = {"Dockerfile": "FROM nginx\nCOPY site /site\nEXPOSE 80\n", "shop.conf": "a = 1\n"}
    (volume,) = web(text, files)["volumes"].values()
    assert volume["files"] == {"shop.conf": "a = 1\n"}
    files["Dockerfile"] = "FROM nginx\nCOPY . .\nEXPOSE 80\n"
    assert "volumes" not in web(text, files)


def test_a_secret_that_a_command_names_becomes_a_variable() -> None:
    text = service("image: nginx, command: ['serve', '--key=${API_KEY}']")
    found = web(text, template=Template(type="auto", secrets=("API_KEY",)))
    assert found["args"] == ["serve", "--key=$(API_KEY)"]
    assert "API_KEY" in found["secretEnv"]


def test_a_warning_that_two_services_cause_is_given_once() -> None:
    text = (
        "services:\n"
        "  web: {image: nginx, ports: ['80'], env_file: large.env}\n"
        "  other: {image: redis, env_file: large.env}\n"
    )
    plan = planned(text, {"large.env": "A=" + "x" * 2_000_000})
    told = [each for each in plan.warnings if "`large.env`" in each]
    assert len(told) == 1
