"""`.catalyst.yaml` is read strictly: everything that is wrong with it is said at once, at its place."""

from datetime import timedelta

import pytest

from tests.workflows.repo_config.configs import (
    FULL,
    one_problem,
    parse,
    problems,
)
from workflows.repo_config import RepoConfig, parse_config


@pytest.mark.spec("ENV-011", "ENV-030", "EC-6")
def test_a_config_says_everything_about_a_preview() -> None:
    config = parse(FULL)
    assert config.template == "development"
    assert config.workdir == "web"
    assert config.commands.dev == "npm run dev"
    assert config.builds["web"].target == "runtime"
    assert config.routes[1].path == "/api"
    assert config.health.timeout.total_seconds() == 90
    assert config.secrets == ("STRIPE_KEY",)
    assert config.builds["web"].secrets == ("NPM_TOKEN",)
    assert config.ttl is not None
    assert config.ttl.days == 3
    assert config.resources.cpu == "2"
    assert config.egress == ("api.stripe.com", "*.example.com", "192.0.2.0/24")


@pytest.mark.spec("ENV-030")
def test_variables_are_the_texts_that_were_written() -> None:
    config = parse(FULL)
    assert config.variables == {
        "PYTHON": "3.10",
        "ZIP": "01234",
        "SWITCH": "on",
        "ENABLED": "true",
    }
    assert config.builds["web"].args == {"NODE": "22", "TAG": "1.10", "DEBUG": "true"}
    assert config.services["db"].version == "16"
    assert config.services["search"].variables == {"HEAP": "512"}
    assert config.jobs["migrate"].timeout == timedelta(minutes=10)
    assert config.jobs["seed"].run == "once"
    assert config.processes["mail"].schedule is None
    assert config.processes["report"].schedule == "0 6 * * 1-5"


def test_a_config_that_was_not_read_from_a_text_keeps_its_numbers_too() -> None:
    config = parse_config({"version": 1, "variables": {"A": 8080, "B": True, "C": 1.5}})
    assert config.variables == {"A": "8080", "B": "true", "C": "1.5"}


def test_the_version_alone_is_a_config() -> None:
    assert parse("version: 1\n") == RepoConfig(version=1)


def test_a_config_can_be_made_without_a_text() -> None:
    assert RepoConfig(version=1, ttl=timedelta(days=3)) == parse("version: 1\nttl: 72h\n")


def test_a_config_survives_its_way_through_json() -> None:
    for config in (parse(FULL), parse("version: 1\n")):
        assert RepoConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty; it needs at least `version: 1`"),
        ("- a", "1:1: the file must hold keys and values, such as `version: 1`"),
        ("text", "1:1: the file must hold keys and values, such as `version: 1`"),
        ("ttl: 3d", "1:1: `version` is missing: write `version: 1`"),
        ("version: 2", "1:1: `version` is `2`; this Catalyst reads version 1"),
        ("version: [1]", "1:1: `version` is a list; this Catalyst reads version 1"),
        ("version: '1'", "1:1: `version` must be a whole number: write `version: 1`"),
        ("version: 1.0", "1:1: `version` must be a whole number: write `version: 1`"),
        ("version: true", "1:1: `version` must be a whole number: write `version: 1`"),
    ],
)
def test_the_version_comes_first(text: str, problem: str) -> None:
    assert [str(found) for found in problems(text)] == [problem]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("templte: x", "template"),
        ("TTL: 3d", "ttl"),
        ("envVars: {}", "variables"),
        ("env: {}", "variables"),
        ("devCommand: npm run dev", "commands.dev"),
        ("dev: npm run dev", "commands.dev"),
        ("startCommand: x", "commands.start"),
        ("build: {}", "builds"),
        ("dockerfile: x", "builds"),
        ("healthcheck: /", "health"),
        ("working_directory: x", "workdir"),
        ("ports: [1]", "port"),
        ("timeout: 3s", "health.timeout"),
        ("qqqqqq: 1", ""),
        ("? ''\n: 1", ""),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest_key(text: str, meant: str) -> None:
    [problem] = problems(f"version: 1\n{text}\n")
    assert problem.line == 2
    assert "unknown key" in problem.message
    assert problem.nearest == meant
    assert str(problem).endswith(f"; did you mean `{meant}`?" if meant else "`")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("routes: [{prot: 1}]", "2:11: unknown key `prot` in `routes[0]`; did you mean `port`?"),
        (
            "builds:\n  web: {docker_file: x}",
            "3:9: unknown key `docker_file` in `builds.web`; did you mean `dockerfile`?",
        ),
        ("paths: {include: []}", "2:9: unknown key `include` in `paths`; did you mean `only`?"),
        (
            "jobs: {a: {onse: x, when: pre-deploy, command: x}}",
            "2:12: unknown key `onse` in `jobs.a`",
        ),
    ],
)
def test_unknown_keys_are_found_at_every_depth(text: str, problem: str) -> None:
    assert one_problem(text) == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("port: '80'", "`port` must be a whole number, not text"),
        ("port: 80.5", "`port` must be a whole number, not a number with a point"),
        ("port: true", "`port` must be a whole number, not true or false"),
        ("port: 0", "`port` must be at least 1"),
        ("port: 70000", "`port` must be at most 65535"),
        ("health: /", "`health` must be keys and values, not text"),
        ("builds: [web]", "`builds` must be keys and values, not a list"),
        ("secrets: A", "`secrets` must be a list, not text"),
        ("secrets: {A: 1}", "`secrets` must be a list, not keys and values"),
        ("template: 1", "`template` must be text, not a number"),
        ("template: a_b", "`template` must be lower-case letters, digits and `-`, with a letter"),
        ("template: ''", "`template` must be lower-case letters"),
        ("kind: nod", "`kind` is `nod`; it must be one of `compose`, `dockerfile`, `node`"),
        ("workdir: /etc", "`workdir` must be a path relative to the repository's root"),
        ("workdir: ''", "`workdir` must be a path relative to the repository's root"),
        ("workdir: a/../../b", "`workdir` must stay inside the repository"),
        ("workdir: a\\b", "`workdir` must be a path with `/` between its parts"),
        ("workdir: a/.git/hooks", "`workdir` must not lead into `.git`"),
        ("commands: {dev: ' '}", "`commands.dev` must be a command, not empty text"),
        ('commands: {dev: "a\\eb"}', "`commands.dev` must not hold control characters"),
        ('variables: {A: "a\\0b"}', "`variables.A` must not hold the character NUL"),
        ("variables: {A: [1]}", "`variables.A` must be text, not a list"),
        ("variables: {1A: x}", "the name `1A` under `variables` must be letters, digits and `_`"),
        ("variables: {catalyst_x: y}", "the name `catalyst_x` under `variables` is reserved"),
        ("builds: {Web: {}}", "the name `Web` under `builds` must be lower-case letters"),
        ("secrets: [CATALYST_URL]", "`secrets[0]` is reserved"),
        ("builds: {w: {target: ''}}", "`builds.w.target` must not be empty"),
        (f"builds: {{w: {{target: {'x' * 65}}}}}", "must have at most 64 characters"),
        (f"secrets: [{', '.join(f'A{n}' for n in range(101))}]", "must have at most 100 entries"),
        ("routes: [{path: api}]", "`routes[0].path` must be a path that begins with `/`"),
        ("routes: [{path: '/a?b'}]", "`routes[0].path` must be a path that begins with `/`"),
        ("resources: {cpu: lots}", "`resources.cpu` must be a number of cores such as `2`"),
        ("resources: {cpu: 0m}", "`resources.cpu` must be more than zero"),
        ("resources: {memory: 512}", "`resources.memory` must be text, not a number"),
        ("resources: {memory: '512'}", "`resources.memory` must be a number with its unit"),
        ("resources: {memory: 0Gi}", "`resources.memory` must be more than zero"),
        ("ttl: 3", "`ttl` must be a duration with units such as `3d`"),
        ("ttl: ''", "`ttl` must be a duration with units"),
        ("ttl: 3 days", "`ttl` must be a duration with units"),
        ("ttl: 1m", "`ttl` must be at least `15m` and at most `365d`"),
        ("ttl: 999999d", "`ttl` must be at least `15m` and at most `365d`"),
        ("health: {timeout: 31m}", "`health.timeout` must be at least `5s` and at most `30m`"),
        ("jobs: {a: {when: pre-deploy}}", "`jobs.a.command` is missing"),
        ("processes: {a: {}}", "`processes.a.command` is missing"),
        (
            "processes: {a: {command: x, schedule: hourly}}",
            "`processes.a.schedule` must be a schedule such as `0 3 * * *`",
        ),
        (
            "jobs: {a: {when: predeploy, command: x}}",
            "must be one of `post-build`, `pre-deploy`, `post-deploy`; did you mean `pre-deploy`?",
        ),
        ("services: {a: {image: ':x'}}", "`services.a.image` must be an image such as"),
        ("services: {a: {type: mysql}}", "`services.a.type` is `mysql`; it must be one of"),
        ("services: {a: {type: redis, version: a b}}", "must be the tag of an image such as"),
        ("services: {a: {image: x, volume: data}}", "must be a directory such as `/var/lib/data`"),
        ("services: {a: {type: redis, size: 5}}", "`services.a.size` must be text, not a number"),
        ("jobs: {a: {when: pre-deploy, command: x, run: twice}}", "`jobs.a.run` is `twice`"),
        (
            "jobs: {a: {when: pre-deploy, command: x, timeout: 2h}}",
            "`jobs.a.timeout` must be at least `5s` and at most `1h`",
        ),
        ("egress: ['https://x.org']", "`egress[0]` must be a host such as `api.example.com`"),
        ("egress: [10.0.0.1/8]", "`egress[0]` must be a host"),
        ("egress: [localhost]", "`egress[0]` must be a host"),
        ("paths: {only: ['']}", "`paths.only[0]` must be a pattern such as `docs/**`"),
        ("paths: {only: ['!a']}", "`paths.only[0]` must not begin with `!`"),
        ("paths: {only: ['**.md']}", "write `**/*.md`, not `**.md`"),
        ("paths: {only: [../a]}", "must be relative to the repository's root"),
        ("paths: {only: ['a\\b']}", "must have `/` between its parts"),
        (f"paths: {{only: [{'a/' * 40}b]}}", "must have at most 32 parts"),
    ],
)
def test_a_wrong_value_is_said_in_words(text: str, problem: str) -> None:
    assert problem in one_problem(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ttl:", "`ttl` has no value; write one, or leave the key out"),
        ("health:", "`health` has no value"),
        ("variables: {A: }", "`variables.A` has no value"),
        ("secrets: [~]", "`secrets[0]` has no value"),
        ("secrets: [A, B, A]", "`secrets` names `A` a second time"),
        ("egress: [a.org, a.org]", "`egress` names `a.org` a second time"),
        ("variables: {A: x}\nsecrets: [A]", "`A` is both a variable and a secret"),
        ("routes: [{}, {path: /}]", "`routes` leads the path `/` to two places"),
        ("services: {a: {}}", "`services.a` needs `type`, `image` or `chart`"),
        ("services: {a: {type: redis, image: x}}", "`services.a` has `type` and `image`; keep one"),
        ("services: {a: {chart: x, image: x}}", "`services.a` has `image` and `chart`; keep one"),
        ("services: {a: {type: redis, values: {b: 1}}}", "`services.a.values` goes with `chart`"),
        ("services: {a: {image: x, host: b, port: 1}}", "`services.a.host` goes with `chart`"),
        ("services: {a: {chart: x, variables: {A: b}}}", "`services.a.variables` goes with `type`"),
        ("services: {a: {chart: x, size: 1Gi}}", "a chart is told by its `values`"),
        ("services: {a: {chart: x, version: 1}}", "`services.a.version` needs `repository`"),
        ("services: {a: {chart: x, host: y}}", "`services.a.host` needs `port`"),
        (
            "services: {a: {chart: x, repository: 'https://b.org'}}",
            "`services.a.repository` needs `version`, so that one commit always means one release",
        ),
        (
            "services: {a: {chart: x, repository: b.org, version: 1.0.0}}",
            "`services.a.repository` must be a URL such as `https://charts.example.com`",
        ),
        ("services: {a: {chart: x, port: 1, host: B}}", "must be the name of a Service"),
        ("services: {a: {chart: ../x}}", "`services.a.chart` must stay inside the repository"),
        ("services: {a: {type: redis, port: 1}}", "`services.a.port` goes with `image`"),
        ("services: {a: {type: s3, volume: /data}}", "`services.a.volume` goes with `image`"),
        ("services: {a: {image: x, version: 1}}", "`services.a.version` goes with `type`"),
        (
            "services: {a: {type: redis, backups: {}}}",
            "`services.a.backups` goes with `type: postgres`",
        ),
        (
            "services: {a: {image: x, backups: {}}}",
            "`services.a.backups` goes with `type: postgres`",
        ),
        (
            "services: {a: {type: postgres, backups: {schedule: daily}}}",
            "`services.a.backups.schedule` must be a schedule such as `0 3 * * *`",
        ),
        ("services: {a: {type: postgres, backups: {keep: 0}}}", "must be at least 1"),
        ("services: {a: {type: postgres, backups: {keep: 101}}}", "must be at most 100"),
        ("services: {a: {type: postgres, backups: {keeps: 5}}}", "did you mean `keep`?"),
        ("services: {a: {image: x, size: 1Gi}}", "`services.a.size` needs `volume`"),
    ],
)
def test_what_is_missing_doubled_or_contradictory_is_said(text: str, problem: str) -> None:
    assert problem in one_problem(text)
