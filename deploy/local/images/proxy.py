"""Stand-in of the image that forwards to approved hosts outside: Squid, from Debian's packages."""

import shutil
from collections.abc import Sequence

from deploy.local.images import rootfs, standins
from deploy.local.images.oci import Settings, write_layer
from deploy.local.images.variants import Making, StandIn, Variant

REPOSITORY = "ubuntu/squid"
"""The one that Canonical keeps; Catalyst starts its program by name."""
_SQUID = ("squid",)


async def _make_squid(making: Making) -> Sequence[Variant]:
    tree = making.target / "squid"
    await rootfs.add_packages(making.base_tree, _SQUID, tree, making.cache, making.context)
    layer = await write_layer(tree, making.target)
    shutil.rmtree(tree)
    settings = Settings(command=("squid", "-N"), labels=standins.standin_labels("squid"))
    return [Variant((f"{REPOSITORY}:latest",), (making.base, layer), settings)]


SQUID = StandIn("squid", _make_squid, ("1", *_SQUID))
