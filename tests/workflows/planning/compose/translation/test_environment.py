"""Variables of services: where they come from, and what is said of those that cannot be had."""

import pytest

from tests.workflows.planning.compose.repository import planned, web
from tests.workflows.planning.plans.cases import component, problems_of


@pytest.mark.spec("ENV-012")
def test_files_of_variables_come_before_one_another_and_after_the_file_itself() -> None:
    text = """
services:
  web:
    image: nginx
    ports: [80]
    env_file: [a.env, {path: b.env, required: true}, {path: gone.env, required: false}, {path: raw.env, format: raw}]
    environment: {C: file, OUT: , GONE: }
"""
    files = {
        "a.env": "A=1\nB=$A${OUT}\nC=a\nOUT\nNOWHERE\n",
        "b.env": "B=${B}2\nnot a line\n",
        "raw.env": "R='$A'\n",
        ".env": "OUT=side\n",
    }
    assert web(text, files)["env"] == {
        "A": "1",
        "B": "1side2",
        "C": "file",
        "OUT": "side",
        "R": "'$A'",
    }
    assert "`b.env:2` is no line `NAME=value`." in planned(text, files).warnings


def test_a_file_that_cannot_be_read_is_told() -> None:
    text = "services: {web: {image: nginx, ports: [80], env_file: big.env}}\n"
    warnings = planned(text, {"big.env": "\0"}).warnings
    assert "The file of variables `big.env` is binary, not text." in warnings


def test_ports_of_the_machine_are_told_where_another_service_listens_there() -> None:
    text = """
services:
  web:
    image: nginx
    ports: [80]
    environment: {OWN: "http://localhost:80", OTHER: "http://localhost:9000", NOBODY: "http://localhost:9999"}
  api: {image: nginx, ports: ["9000:80"]}
"""
    told = [each for each in planned(text).warnings if "of the machine" in each]
    assert len(told) == 1
    assert "`OTHER` names port 9000 of the machine, where `api` listens" in told[0]


def test_what_is_set_for_the_environment_comes_before_a_secret() -> None:
    text = (
        "services: {web: {build: ., ports: [80], environment: {KEY: '${KEY}', CATALYST_URL: x}}}\n"
    )
    assert web(text, variables={"KEY": "mine"})["env"] == {"KEY": "mine"}


def test_names_that_no_environment_can_have_are_refused() -> None:
    text = "services: {web: {image: x, ports: [80], environment: {'a b': 1}}}\n"
    [problem] = problems_of({"compose.yaml": text})
    assert problem == "compose.yaml:1: `a b` of `web` is no name of a variable."


@pytest.mark.spec("ENV-007", "ENV-012")
@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("image: postgres", {"DATABASE_URL": "postgresql://postgres@db:5432/postgres"}),
        (
            "image: 'mysql:8', environment: {MYSQL_ROOT_PASSWORD: 'a/b', MYSQL_DATABASE: shop}",
            {"DATABASE_URL": "mysql://root:a%2Fb@db:3306/shop"},
        ),
        (
            "image: mariadb, environment: {MARIADB_USER: u, MARIADB_PASSWORD: p, MARIADB_DATABASE: d}",
            {"DATABASE_URL": "mysql://u:p@db:3306/d"},
        ),
        ("image: mysql", {}),
        ("image: redis", {"REDIS_URL": "redis://db:6379/0"}),
        ("image: redis, command: --requirepass x", {}),
        ("image: postgres, environment: {POSTGRES_PASSWORD: '$$(x)'}", {}),
        ("image: memcached", {}),
    ],
)
def test_an_application_beside_databases_is_told_where_they_are(
    service: str, expected: dict[str, str]
) -> None:
    plan = planned(f"services: {{db: {{{service}}}}}\n", {"Dockerfile": "FROM x\nCMD serve\n"})
    env = component(plan)["env"]
    assert {name: env[name] for name in env if name.endswith("_URL")} == expected
