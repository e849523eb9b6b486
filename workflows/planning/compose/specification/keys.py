"""Keys of compose files that change nothing in a preview, and those that no preview can have."""

from collections.abc import Callable
from dataclasses import dataclass

from workflows.planning.compose.reading.parts import Part
from workflows.planning.detection.interest import words

QUIET = words(
    "init tty stdin_open labels label_file annotations logging attach develop pull_policy cap_drop "
    "storage_opt oom_score_adj oom_kill_disable"
)
"""Without effect, and nobody would expect one."""
IGNORED = words(
    "stop_signal platform runtime sysctls ulimits extra_hosts external_links dns dns_opt dns_search domainname "
    "group_add mac_address mem_swappiness memswap_limit pids_limit cpu_count cpu_percent cpu_period cpu_quota "
    "cpu_rt_period cpu_rt_runtime cpu_shares cpuset cgroup_parent blkio_config isolation credential_spec uts "
    "post_start pre_stop provider_options gw_priority"
)
"""Without effect, and told."""
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
        part.value in (None, False, "") or part.value == ()
    )
    """Whether the value asks for nothing."""


def _no_host(part: Part) -> bool:
    return part.value in (None, "", "private", "shareable", "none")


def _usual_network(part: Part) -> bool:
    return part.value in (None, "", "bridge", "default", "none")


def _no_new_privileges(part: Part) -> bool:
    return all(each.text.startswith("no-new-privileges") for each in part.items)


REFUSED = {
    "privileged": Refused(_NODE),
    "network_mode": Refused(
        "every service of a preview has a network address of its own", _usual_network
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
