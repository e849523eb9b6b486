"""Values that an environment was given are found in what its programs print, whatever they look like (invariant 4)."""

import json
import time
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest

from activities.known_secrets import LEFT_OUT, KnownSecrets

pytestmark = [pytest.mark.invariant(4), pytest.mark.spec("FR-009")]

VALUE = 'correct "horse"/battery+?é'


@pytest.mark.parametrize(
    "printed",
    [
        VALUE,
        json.dumps({"api": VALUE}),
        f"https://shop.test/?key={quote(VALUE, safe='')}",
        f"https://shop.test/{quote(VALUE)}",
        f"key={quote_plus(VALUE)}",
        b64encode(VALUE.encode()).decode(),
        b64encode(f"{VALUE}\n".encode()).decode(),
        urlsafe_b64encode(VALUE.encode()).decode(),
    ],
)
def test_a_value_is_hidden_in_every_way_it_is_written(printed: str) -> None:
    known = KnownSecrets([f"{VALUE}\n".encode()])
    (shown,) = known.hide([f"before {printed} after"])
    assert "***" in shown
    assert "horse" not in shown
    assert printed not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


def test_each_line_of_a_long_value_is_hidden_on_its_own_and_short_ones_stay() -> None:
    known = KnownSecrets([b"first line\n}\nlast line\n", b"abc", b""])
    assert known.hide(["12:00 last line", "}", "abc", "12:01 first line"]) == [
        "12:00 ***",
        "}",
        "abc",
        "12:01 ***",
    ]


def test_a_value_that_is_a_part_of_another_leaves_nothing_of_that_one() -> None:
    known = KnownSecrets([b"blue", b"blue-whale", b"deep-blue-whale"])
    assert known.hide(["deep-blue-whale blue-whale blue"]) == ["*** *** ***"]


def test_bytes_that_are_no_text_are_found_in_base64() -> None:
    raw = bytes(range(250, 256)) * 3
    assert KnownSecrets([raw]).hide([b64encode(raw).decode()]) == ["***"]


def test_where_the_values_are_not_known_nothing_a_program_said_is_shown() -> None:
    unknown = KnownSecrets(None)
    assert unknown.hide(["one", "two"]) == [LEFT_OUT]
    assert unknown.hide([]) == KnownSecrets([b"value"]).hide([]) == []
    said = "container web of pod web-1 is not ready: HTTP probe failed: hunter2"
    assert unknown.hide_words(said) == "container web of pod web-1 is not ready"
    assert KnownSecrets([b"hunter2"]).hide_words(said).endswith("HTTP probe failed: ***")


def test_a_line_longer_than_anybody_reads_is_cut_between_two_words() -> None:
    known = KnownSecrets([b"open-sesame"])
    words, token = "word " * 198, "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
    began = time.thread_time()
    (cut, whole, endless) = known.shown(
        [f"{words}{token} and more", f"{words}open-sesame", "x" * 4_000_000]
    )
    assert time.thread_time() - began < 1
    assert (cut, whole, endless) == (f"{words}…", f"{words}***", " …")


async def test_a_log_is_hidden_in_pieces() -> None:
    lines = [f"{number} the value is open-sesame" for number in range(5_000)]
    hidden = await KnownSecrets([b"open-sesame"]).hide_log(lines)
    assert hidden == [f"{number} the value is ***" for number in range(5_000)]
    assert await KnownSecrets(None).hide_log([]) == []


def test_nothing_of_it_shows() -> None:
    assert "open-sesame" not in repr(KnownSecrets([b"open-sesame"]))
