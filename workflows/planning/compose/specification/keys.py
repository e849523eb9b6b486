"""Keys of compose files that change nothing in a preview, and those that no preview can have."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from workflows.planning.compose.reading.parts import Part
from workflows.planning.compose.specification.forms import flag
from workflows.planning.detection.interest import words

QUIET = words(
    "init tty stdin_open labels label_file annotations logging attach develop pull_policy cap_drop "
    "storage_opt oom_score_adj oom_kill_disable"
)
"""Without effect, and nobody would expect one: told in one sentence."""
IGNORED = words(
    "stop_signal platform runtime sysctls ulimits extra_hosts external_links dns dns_opt dns_search domainname "
    "group_add mac_address mem_swappiness memswap_limit pids_limit cpu_count cpu_percent cpu_period cpu_quota "
    "cpu_rt_period cpu_rt_runtime cpu_shares cpuset cgroup_parent blkio_config isolation credential_spec uts "
    "post_start pre_stop provider_options gw_priority"
)
"""Without effect, and somebody may count on it: a warning."""
QUIET_OF_BUILD = words("labels tags cache_from cache_to no_cache pull provenance sbom platforms")
IGNORED_OF_BUILD = words("network shm_size ulimits isolation extra_hosts no_cache_filter")
QUIET_OF_DEPLOY = words(
    "labels update_config rollback_config restart_policy placement endpoint_mode"
)

_SOCKET = "a preview has no Docker to talk to"
_NODE = "a preview never gets hold of the machine that it runs on"


@dataclass(frozen=True)
class Refused:
    """A key that a preview cannot have."""

    reason: str
    is_harmless: Callable[[Part], bool] = lambda part: (
        flag(part.value) in (None, False, "") or part.value == ()
    )
    """Whether the value asks for nothing."""
    told: tuple[str, ...] = ()
    """Values that are no danger, and have no effect."""


def _no_host(part: Part) -> bool:
    return part.value in (None, "", "private", "shareable", "none")


def _usual_network(part: Part) -> bool:
    return part.value in (None, "", "bridge", "default")


def _no_new_privileges(part: Part) -> bool:
    return all(each.text.startswith("no-new-privileges") for each in part.items)


REFUSED = {
    "privileged": Refused(_NODE),
    "network_mode": Refused(
        "every service of a preview has a network address of its own", _usual_network, ("none",)
    ),
    "pid": Refused(_NODE, _no_host),
    "ipc": Refused(_NODE, _no_host),
    "userns_mode": Refused(_NODE),
    "cgroup": Refused(_NODE, _no_host),
    "cap_add": Refused("a preview gets no further capabilities"),
    "devices": Refused(_NODE),
    "device_cgroup_rules": Refused(_NODE),
    "gpus": Refused("previews have no devices of the machine"),
    "security_opt": Refused("only `no-new-privileges` can be set", _no_new_privileges),
    "volumes_from": Refused(
        "a volume belongs to those services that name it; list it under `volumes`"
    ),
    "use_api_socket": Refused(_SOCKET),
    "provider": Refused("only containers run in a preview"),
    "models": Refused("previews run no models"),
}
REFUSED_OF_BUILD = {
    "additional_contexts": Refused("an image is built from one directory of the repository"),
    "ssh": Refused("builds have no keys; give them a secret of the project under `secrets`"),
    "privileged": Refused(_NODE),
    "entitlements": Refused(_NODE),
}

Way = tuple[str, ...]
"""Keys that lead to a mapping; `*` stands for every entry of a list or mapping."""


@dataclass(frozen=True)
class Rules:
    """Which keys of a mapping become nothing; its extensions do not either."""

    quiet: Collection[str] = ()
    ignored: Collection[str] = ()
    refused: Mapping[str, Refused] = field(default_factory=dict)


_OWNER = Rules(words("uid gid"))
RULES: Mapping[Way, Rules] = {
    (): Rules(QUIET, IGNORED, REFUSED),
    ("build",): Rules(QUIET_OF_BUILD, IGNORED_OF_BUILD, REFUSED_OF_BUILD),
    ("build", "secrets", "*"): Rules(words("uid gid mode")),
    ("configs", "*"): _OWNER,
    ("secrets", "*"): Rules(words("uid gid mode")),
    ("depends_on", "*"): Rules(words("restart")),
    ("deploy",): Rules(QUIET_OF_DEPLOY),
    ("deploy", "resources", "limits"): Rules((), words("pids")),
    ("networks", "*"): Rules(
        words("driver_opts gw_priority interface_name link_local_ips mac_address priority"),
        words("ipv4_address ipv6_address"),
    ),
    ("ports", "*"): Rules(words("app_protocol host_ip mode")),
    ("volumes", "*"): Rules(words("bind consistency")),
    ("volumes", "*", "tmpfs"): Rules(words("mode")),
    ("volumes", "*", "volume"): Rules(words("labels")),
}
"""Of a service."""
NETWORK = Rules(
    words("attachable driver driver_opts enable_ipv4 enable_ipv6 labels name"), words("ipam")
)
VOLUME = Rules(words("labels name"))
CONTENT = Rules(words("labels"), words("driver driver_opts template_driver"))
"""Of what stands under the top-level `networks`, `volumes`, and `configs` or `secrets`."""
SAID_OF_NETWORKS = ("internal", "external")
SAID_OF_VOLUMES = ("external", "driver", "driver_opts")
"""Keys that are told only where their values ask for something."""
