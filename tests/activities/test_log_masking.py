"""Masking a long log gives way to others and hides the same as masking it whole."""

import asyncio

import pytest

from activities import log_masking
from activities.log_masking import mask_log


@pytest.mark.invariant(4)
async def test_a_secret_in_any_piece_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_masking, "PIECE", 100)
    lines = [f"line {number} password=hunter{number}" for number in range(100)]
    masked = await mask_log(lines)
    assert masked == tuple(f"line {number} password=***" for number in range(100))


async def test_others_go_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_masking, "PIECE", 10)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    await mask_log(["ten letters"] * 50)
    running.cancel()
    assert turns >= 50


async def test_an_empty_log_stays_empty() -> None:
    assert await mask_log([]) == ()
    assert await mask_log([""]) == ("",)
