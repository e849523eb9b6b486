"""Directories of the node that an operator names: what could harm the node is refused at start (ENV-005, OPS-5)."""

import pytest

from worker.directories import check_apart, check_directory

pytestmark = pytest.mark.spec("ENV-005", "OPS-5")


@pytest.mark.parametrize("path", ["/home/ada/shop", "/srv/shop", "/opt/a b/shop", "/root/shop"])
def test_a_directory_of_a_project_is_taken_as_it_is(path: str) -> None:
    assert check_directory(path) == path


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("home/ada", "absolute"),
        ("", "absolute"),
        ("~/shop", "absolute"),
        ("/home/../etc/shop", "absolute"),
        ("/home/ada/", "slash at its end"),
        ("/home/./ada", "absolute"),
        ("//home/ada", "absolute"),
        ("/", "more than one project"),
        ("/home", "more than one project"),
        ("/etc/shop", "system of the node (/etc)"),
        ("/var/lib/kubelet", "system of the node (/var)"),
        ("/proc/self/root", "system of the node (/proc)"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(path: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
        check_directory(path)


def test_no_project_works_in_another_ones_directory() -> None:
    apart = {"acme-shop": "/srv/shop", "acme-shopping": "/srv/shopping"}
    assert check_apart(apart) == apart
    for other in ("/srv/shop", "/srv/shop/web"):
        with pytest.raises(ValueError, match="is in the directory of"):
            check_apart({"acme-shop": "/srv/shop", "acme-web": other})
