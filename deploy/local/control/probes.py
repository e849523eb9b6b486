"""Small questions to our own processes: does it answer, and what."""

import httpx

_TIMEOUT = 2.0
"""Seconds; everything asked here is on this machine."""


async def answers(url: str, *, status: int = 200) -> bool:
    """Say whether the address answers with that status; refusing or hanging is a no."""
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            return (await client.get(url)).status_code == status
    except httpx.HTTPError:
        return False


async def why_not_ready(url: str) -> str:
    """Return what a readiness endpoint gives as its reasons; empty when it is ready."""
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        return type(error).__name__
    return "" if answer.is_success else answer.text[:300]
