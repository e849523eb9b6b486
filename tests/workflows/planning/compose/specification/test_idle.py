"""Keys that change nothing in a preview are told, each with its line, and none is dropped without a word."""

import pytest

from tests.workflows.planning.compose.repository import planned, web
from tests.workflows.planning.plans.cases import problems_of
from workflows.planning.compose.specification.idle import Idle

pytestmark = pytest.mark.spec("ENV-012")
START = "services:\n  web:\n    image: nginx\n    ports: [80]\n"


def reason(text: str) -> str:
    """The one sentence of what nobody will miss."""
    found = [each for each in planned(text).reasons if each.startswith("Left aside")]
    return found[0] if found else ""


def warning(text: str) -> str:
    found = [each for each in planned(text).warnings if each.startswith("Without effect")]
    return found[0] if found else ""


def test_what_nobody_will_miss_is_told_in_one_sentence() -> None:
    text = f"{START}    tty: true\n    init: true\n  other:\n    image: x\n    tty: true\n"
    assert reason(text) == (
        "Left aside, for a preview has no use for it: `init` (compose.yaml:6), `tty` (compose.yaml:5, 9)."
    )
    assert warning(text) == ""
    assert reason(START) == ""


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("pull_policy: always", "pull_policy"),
        ("build: {context: ., no_cache: true}", "build.no_cache"),
        ("deploy: {restart_policy: {condition: any}}", "deploy.restart_policy"),
        ("deploy: {placement: {}}", "deploy.placement"),
        ("networks: {default: {mac_address: x}}", "networks.mac_address"),
        ("depends_on: {other: {restart: true}}", "depends_on.restart"),
        ("volumes: [{type: tmpfs, target: /a, tmpfs: {mode: 0700}}]", "volumes.tmpfs.mode"),
        ("volumes: [{type: tmpfs, target: /a, consistency: cached}]", "volumes.consistency"),
        ("volumes: [{type: tmpfs, target: /a, bind: {selinux: z}}]", "volumes.bind"),
        ("configs: [{source: main, uid: '1', mode: 0440}]", "configs.mode"),
        ("configs: [{source: main, gid: '1'}]", "configs.gid"),
    ],
)
def test_keys_below_others_are_told_too(line: str, key: str) -> None:
    text = f"{START}    {line}\n  other: {{image: x}}\nconfigs: {{main: {{content: a}}}}\n"
    assert f"`{key}` (compose.yaml:5)" in reason(text)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("networks: {default: {ipv4_address: 10.0.0.2}}", "networks.ipv4_address"),
        ("deploy: {resources: {limits: {pids: 5}}}", "deploy.resources.limits.pids"),
        ("network_mode: none", "network_mode: none"),
        ("build: {context: ., shm_size: 1g}", "build.shm_size"),
    ],
)
def test_what_somebody_may_count_on_is_a_warning(line: str, key: str) -> None:
    assert (
        warning(f"{START}    {line}\n") == f"Without effect in a preview: `{key}` (compose.yaml:5)."
    )


def test_networks_are_one() -> None:
    text = f"{START}networks:\n  a: {{internal: true, driver: bridge}}\n  b:\n  c: {{external: true}}\n"
    assert "`networks.driver` (compose.yaml:6)" in reason(text)
    assert warning(text) == (
        "Without effect in a preview: `networks.external` (compose.yaml:8), `networks.internal` (compose.yaml:6)."
    )
    plan = planned(text)
    assert (
        "Networks are one in a preview, where each service reaches every other: `a`, `b`, `c`."
        in plan.reasons
    )
    assert not any("Networks" in each for each in planned(f"{START}networks: {{a: }}\n").reasons)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            f"{START}    networks: {{default: {{alias: [a]}}}}\n",
            "compose.yaml:5: unknown key `services.web.networks.default.alias`.",
        ),
        (
            f"{START}networks: {{a: {{intern: true}}}}\n",
            "compose.yaml:5: unknown key `intern` in `a`; did you mean `internal`?",
        ),
        (
            f"{START}volumes: {{data: {{x-catalyst: {{siz: 2g}}}}}}\n",
            "compose.yaml:5: unknown key `volumes.data.x-catalyst.siz`; did you mean `size`?",
        ),
        (
            f"{START}    volumes: ['data:/data:or']\nvolumes: {{data: }}\n",
            "compose.yaml:5: `services.web.volumes[0]` `data:/data:or` has an option `or`, which is none; there are `ro`, `rw` and `nocopy`.",
        ),
        (
            f"{START}    configs: [{{source: main, mode: rwx}}]\nconfigs: {{main: {{content: a}}}}\n",
            "compose.yaml:5: `services.web.configs[0].mode` must be an octal number such as `0755`.",
        ),
    ],
)
def test_mistakes_are_refused(text: str, problem: str) -> None:
    assert problems_of({"compose.yaml": text}) == [problem]


@pytest.mark.parametrize(("mode", "is_run"), [("'0755'", True), ("0755", True), ("0444", False)])
def test_a_config_that_may_be_run_can_be_run(mode: str, is_run: bool) -> None:
    text = (
        f"{START}    configs: [{{source: main, mode: {mode}}}]\nconfigs: {{main: {{content: a}}}}\n"
    )
    assert web(text)["volumes"]["main"].get("executable", False) is is_run
    assert ("configs.mode" in reason(text)) is not is_run


def test_the_short_form_of_a_volume_may_forbid_to_fill_it() -> None:
    text = "services: {web: {build: ., ports: [80], volumes: ['data:/data:nocopy,z']}}\nvolumes: {data: }\n"
    assert "fromImage" not in web(text, {"Dockerfile": "FROM alpine\nCMD x\n"})["volumes"]["data"]


def test_volumes_of_somebody_else_are_new_ones() -> None:
    text = f"{START}volumes:\n  data:\n    external: true\n    driver: nfs\n    driver_opts: {{share: x}}\n  other: {{driver: local}}\n"
    assert warning(text) == (
        "Without effect in a preview: `volumes.driver` (compose.yaml:8), `volumes.driver_opts` (compose.yaml:9)."
    )
    assert (
        "compose.yaml:7: the volume `data` is `external`; a preview cannot reach what it holds elsewhere, and begins with a "
        "new one." in planned(text).warnings
    )


def test_very_many_of_them_do_not_flood_a_plan() -> None:
    keys = "".join(f"  n{number}: {{labels: {{}}}}\n" for number in range(70))
    told = reason(f"{START}networks:\n{keys}")
    assert "(compose.yaml:6, 7, 8, " in told
    assert told.endswith(", 64, 65, and 10 more).")
    idle = Idle([], quiet={f"key{number}": ["a:1"] for number in range(70)})
    assert idle.reasons()[0].endswith(", and 10 more.")


def test_lines_of_several_files_stand_behind_each_file() -> None:
    idle = Idle([], quiet={"tty": ["a.yaml:1", "a.yaml:2", "b.yaml:2", "a.yaml:9", "a.yaml:1"]})
    assert "(a.yaml:1, 2, b.yaml:2, a.yaml:9)" in idle.reasons()[0]


def test_what_the_whole_file_says_for_compose_is_told_too() -> None:
    told = reason(f"version: '3.8'\nname: shop\n{START}")
    assert "`name` (compose.yaml:2), `version` (compose.yaml:1)" in told


def test_a_service_that_stays_is_restarted_whatever_it_says() -> None:
    assert "`restart` (compose.yaml:5)" in reason(f"{START}    restart: 'no'\n")
    assert reason(f"{START}    restart: always\n") == ""
    job = "  once: {image: x, restart: 'no'}\n"
    assert reason(START + job) == "", "that is what makes it a job"


def test_one_pod_for_each_machine_is_one_pod() -> None:
    text = f"{START}    deploy: {{mode: global}}\n"
    assert warning(text) == "Without effect in a preview: `deploy.mode: global` (compose.yaml:5)."


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("1000:staff", "with its image's own group: `staff` is a name"),
        ("app:staff", "as its image's own user: `app` is a name"),
    ],
)
def test_a_user_or_group_with_a_name_is_told(user: str, words: str) -> None:
    found = [each for each in planned(f"{START}    user: {user}\n").warnings if words in each]
    assert len(found) == 1
    assert found[0].startswith("compose.yaml:5: `web` runs ")


def test_where_a_port_is_published_is_told() -> None:
    text = START.replace("[80]", "[{target: 80, host_ip: 127.0.0.1, mode: host}]")
    assert "`ports.host_ip` (compose.yaml:4), `ports.mode` (compose.yaml:4)" in reason(text)
