"""Texts of files come out of a release as they were written, with secrets and addresses where they are asked for."""

import pytest

from tests.workflows.values import A
from workflows.planning.compose.translation.special import (
    literal,
    of_placeholder,
    of_secret,
    readable,
    secrets_in,
)
from workflows.values import ValueFacts, fill

FACTS = ValueFacts(
    commit=A,
    url="https://shop.example",
    inner_url="http://shop",
    host="shop.example",
    namespace="n",
    environment="e",
    project="p",
)


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    "text",
    [
        "redir https://{host}{uri}",
        "{url}",
        "{{url}}",
        "{left_brace}",
        "{image.web} {commit}",
        '{"host": "x", "a": {"url": 1}}',
        "$host ${x} $(pwd)",
        "",
    ],
)
def test_nothing_of_a_file_is_taken_for_a_placeholder(text: str) -> None:
    assert fill(FACTS, literal(text), "x") == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("$(date)", "$$(date)"),
        ("$$", "$$$"),
        ("$$(x)", "$$$$(x)"),
        ("$HOME ${HOME} 5$", "$HOME ${HOME} 5$"),
    ],
)
def test_kubernetes_fills_in_nothing_that_was_not_asked_for(text: str, escaped: str) -> None:
    assert literal(text, is_expanded=True) == escaped


@pytest.mark.invariant(4)
def test_a_secret_becomes_a_reference_and_an_address_a_placeholder() -> None:
    text = f"https://u:{of_secret('TOKEN')}@{of_placeholder('host')}/$(x)"
    assert literal(text, is_expanded=True) == "https://u:$(TOKEN)@{host}/$$(x)"
    assert secrets_in(text) == ("TOKEN",)
    assert readable(text) == "https://u:$TOKEN@$host/$(x)"
