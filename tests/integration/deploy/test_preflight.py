"""A port that somebody else has is not taken."""

import socket
from pathlib import Path

from deploy.local.instance import derive, settle
from deploy.local.preflight import is_place_free


def test_a_place_with_a_port_in_use_is_none_until_it_is_free(tmp_path: Path) -> None:
    places = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    instance = settle(derive(tmp_path / "checkout", places), is_place_free)
    with socket.socket() as other:
        other.bind(("127.0.0.1", instance.ports.github))
        other.listen()
        assert not is_place_free(instance)
    assert is_place_free(instance)
