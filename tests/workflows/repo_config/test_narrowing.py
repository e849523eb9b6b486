"""A config can only take less than its project grants."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from activities.documents import read_document
from tests.workflows.repo_config.configs import FULL, parse
from workflows.models import Quota
from workflows.repo_config import Grants, RepoConfig, narrow, parse_config
from workflows.repo_config.egress import covers
from workflows.repo_config.problems import key_of
from workflows.repo_config.quantities import quantity, smaller

GRANTS = Grants(
    templates=("development", "production"),
    quota=Quota(cpu="4", memory="8Gi", storage="20Gi", pods=50),
    ttl=timedelta(days=7),
    secrets=("STRIPE_KEY", "NPM_TOKEN", "OTHER"),
    egress=("api.stripe.com", "*.example.com", "192.0.2.0/23"),
)


@pytest.mark.spec("EC-6")
def test_a_config_within_the_grant_gets_what_it_asks_for() -> None:
    narrowed = narrow(GRANTS, parse(FULL))
    assert narrowed.problems == ()
    assert (narrowed.quota.cpu, narrowed.quota.memory, narrowed.quota.pods) == ("2", "4Gi", 10)
    assert narrowed.ttl == timedelta(days=3)
    assert narrowed.secrets == ("STRIPE_KEY",)
    assert narrowed.egress == ("api.stripe.com", "*.example.com", "192.0.2.0/24")


@pytest.mark.spec("EC-6")
def test_a_config_that_says_nothing_gets_what_is_granted() -> None:
    narrowed = narrow(GRANTS, RepoConfig(version=1))
    assert narrowed.quota == GRANTS.quota
    assert narrowed.ttl == GRANTS.ttl
    assert narrowed.secrets == GRANTS.secrets
    assert narrowed.egress == GRANTS.egress
    assert narrow(Grants(), RepoConfig(version=1)).ttl is None


@pytest.mark.spec("EC-6")
def test_empty_lists_ask_for_nothing() -> None:
    narrowed = narrow(GRANTS, parse("version: 1\nsecrets: []\negress: []\n"))
    assert narrowed.secrets == ()
    assert narrowed.egress == ()


@pytest.mark.spec("EC-6")
def test_everything_beyond_the_grant_is_named_once_at_its_place() -> None:
    text = """\
version: 1
template: developmnt
resources:
  cpu: 5
  memory: 9Gi
  storage: 21Gi
  pods: 51
ttl: 8d
secrets: [STRIPE_KEY, PRODUCTION_DB]
builds:
  web: {secrets: [ROOT_KEY]}
egress: [api.stripe.com, example.com, 10.0.0.0/8]
"""
    document = read_document(text, ".catalyst.yaml")
    config = parse_config(document.value, document.mark, document.written)
    narrowed = narrow(GRANTS, config, document.mark)
    assert [str(problem) for problem in narrowed.problems] == [
        "2:1: the project has no template `developmnt` that this file may choose; did you mean `development`?",
        "4:3: `resources.cpu` asks for 5; the project grants at most 4",
        "5:3: `resources.memory` asks for 9Gi; the project grants at most 8Gi",
        "6:3: `resources.storage` asks for 21Gi; the project grants at most 20Gi",
        "7:3: `resources.pods` asks for 51; the project grants at most 50",
        "8:1: `ttl` asks for 8d; the project grants at most 7d",
        "9:23: the project does not grant the secret `PRODUCTION_DB` to previews",
        "11:19: the project does not grant the secret `ROOT_KEY` to previews",
        "12:26: the project does not grant egress to `example.com`",
        "12:39: the project does not grant egress to `10.0.0.0/8`",
    ]
    assert narrowed.quota == GRANTS.quota
    assert narrowed.ttl == GRANTS.ttl
    assert narrowed.secrets == ("STRIPE_KEY",)
    assert narrowed.egress == ("api.stripe.com",)
    assert narrowed.problems[6].key == "secrets[1]"


@pytest.mark.spec("FR-010")
def test_defaults_of_containers_shrink_with_the_limits() -> None:
    narrowed = narrow(Grants(), parse("version: 1\nresources: {cpu: 40m, memory: 100Mi}\n"))
    assert narrowed.quota.default_cpu == "40m"
    assert narrowed.quota.default_memory == "100Mi"
    assert narrowed.quota.default_cpu_request == "40m"
    assert narrowed.quota.default_memory_request == "100Mi"


def test_without_a_limit_of_the_project_any_lifetime_is_fine() -> None:
    narrowed = narrow(Grants(), parse("version: 1\nttl: 300d\n"))
    assert narrowed.ttl == timedelta(days=300)
    assert narrowed.problems == ()


@pytest.mark.parametrize(
    ("granted", "asked", "is_covered"),
    [
        ("api.x.org", "api.x.org", True),
        ("api.x.org", "b.api.x.org", False),
        ("*.x.org", "api.x.org", True),
        ("*.x.org", "a.b.x.org", True),
        ("*.x.org", "*.b.x.org", True),
        ("*.x.org", "*.x.org", True),
        ("*.x.org", "x.org", False),
        ("*.x.org", "evilx.org", False),
        ("*.b.x.org", "*.x.org", False),
        ("x.org", "*.x.org", False),
        ("10.0.0.0/8", "10.1.0.0/16", True),
        ("10.1.0.0/16", "10.0.0.0/8", False),
        ("10.0.0.0/8", "10.0.0.1", True),
        ("2001:db8::/32", "2001:db8:1::/48", True),
        ("2001:db8::/32", "10.0.0.0/8", False),
        ("0.0.0.0/0", "2001:db8::/32", False),
        ("0.0.0.0/0", "x.org", False),
        ("x.org", "10.0.0.1", False),
    ],
)
def test_egress_is_covered_by_host_by_domain_or_by_network(
    granted: str, asked: str, is_covered: bool
) -> None:
    assert covers(granted, asked) is is_covered


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"),
        ("500m", "0.5"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("1k", "1000"),
        ("1e3", "1000"),
        ("12E-1", "1.2"),
        ("1E", "1000000000000000000"),
        ("100n", "0.0000001"),
        ("-1", "-1"),
    ],
)
def test_quantities_are_those_of_kubernetes(text: str, number: str) -> None:
    assert quantity(text) == Decimal(number)


def test_what_is_no_quantity_is_refused() -> None:
    with pytest.raises(ValueError, match="not a Kubernetes quantity"):
        quantity("1 Gi")
    assert smaller("1Gi", "1024Mi") == "1Gi"
    assert smaller("2", "1500m") == "1500m"


def test_keys_are_named_as_people_write_them() -> None:
    assert key_of(("routes", 0, "port")) == "routes[0].port"
    assert key_of(()) == ""


CPUS = st.sampled_from(["10m", "500m", "1", "2.5", "4", "64"])
SIZES = st.sampled_from(["100M", "100Mi", "1Gi", "8Gi", "1Ti"])
NAMES = st.sampled_from(["A", "B", "C", "D"])
HOSTS = st.sampled_from(
    ["a.x.org", "*.x.org", "x.org", "*.a.x.org", "10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"]
)
TTLS = st.integers(15, 60_000).map(lambda minutes: timedelta(minutes=minutes))
GRANTED = st.builds(
    Grants,
    templates=st.just(("development",)),
    quota=st.builds(
        Quota,
        cpu=CPUS,
        memory=SIZES,
        storage=SIZES,
        pods=st.integers(1, 100),
        default_cpu=CPUS,
        default_memory=SIZES,
        default_cpu_request=CPUS,
        default_memory_request=SIZES,
    ),
    ttl=st.none() | TTLS,
    secrets=st.lists(NAMES, unique=True).map(tuple),
    egress=st.lists(HOSTS, unique=True).map(tuple),
)
ASKED = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "template": st.sampled_from(["development", "other"]),
        "ttl": TTLS.map(lambda ttl: f"{int(ttl.total_seconds()) // 60}m"),
        "secrets": st.lists(NAMES, unique=True),
        "egress": st.lists(HOSTS, unique=True),
        "resources": st.fixed_dictionaries(
            {},
            optional={"cpu": CPUS, "memory": SIZES, "storage": SIZES, "pods": st.integers(1, 100)},
        ),
        "builds": st.fixed_dictionaries(
            {"web": st.fixed_dictionaries({"secrets": st.lists(NAMES, unique=True)})}
        ),
    },
)
QUANTITIES = [
    "cpu",
    "memory",
    "storage",
    "default_cpu",
    "default_memory",
    "default_cpu_request",
    "default_memory_request",
]


@pytest.mark.spec("EC-6")
@given(GRANTED, ASKED)
def test_no_config_ever_widens_what_is_granted(grants: Grants, asked: dict[str, object]) -> None:
    config = parse_config(asked)  # type: ignore[arg-type]
    narrowed = narrow(grants, config)
    for name in QUANTITIES:
        assert quantity(getattr(narrowed.quota, name)) <= quantity(getattr(grants.quota, name))
    assert narrowed.quota.pods <= grants.quota.pods
    assert grants.ttl is None or (narrowed.ttl is not None and narrowed.ttl <= grants.ttl)
    assert set(narrowed.secrets) <= set(grants.secrets)
    for host in narrowed.egress:
        assert any(covers(granted, host) for granted in grants.egress)


@given(GRANTED, ASKED)
def test_without_a_problem_the_environment_gets_exactly_what_was_asked(
    grants: Grants, asked: dict[str, object]
) -> None:
    config = parse_config(asked)  # type: ignore[arg-type]
    narrowed = narrow(grants, config)
    assume(not narrowed.problems)
    wanted = config.resources
    assert quantity(narrowed.quota.cpu) == quantity(wanted.cpu or grants.quota.cpu)
    assert quantity(narrowed.quota.memory) == quantity(wanted.memory or grants.quota.memory)
    assert narrowed.ttl == (config.ttl or grants.ttl)
    assert narrowed.secrets == (grants.secrets if config.secrets is None else config.secrets)
    assert narrowed.egress == (grants.egress if config.egress is None else config.egress)


@given(GRANTED, ASKED)
def test_to_narrow_twice_changes_nothing(grants: Grants, asked: dict[str, object]) -> None:
    config = parse_config(asked)  # type: ignore[arg-type]
    once = narrow(grants, config)
    again = narrow(
        Grants(
            templates=grants.templates,
            quota=once.quota,
            ttl=once.ttl,
            secrets=once.secrets,
            egress=once.egress,
        ),
        config,
    )
    assert (again.quota, again.ttl, again.secrets, again.egress) == (
        once.quota,
        once.ttl,
        once.secrets,
        once.egress,
    )
