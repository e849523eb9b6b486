"""The client's part about webhooks that went out and faults that are to come."""

from __future__ import annotations

from tests.support.github.client_base import Connection
from tests.support.github.client_models import Delivery
from tests.support.github.faults import Fault


class FaultsClient(Connection):
    """Bad days, and what was delivered meanwhile."""

    async def set_webhook(self, url: str) -> None:
        """Where the App's webhooks go from now on; empty sends none."""
        await self.control("PUT", "/hook", {"url": url})

    async def deliveries(self, event: str = "", *, wait: float = 10.0) -> list[Delivery]:
        """All attempts, oldest first, after `wait` seconds at most for those still on their way.

        `event` is such as `push` or `pull_request.closed`.
        """
        found = (await self.control("GET", f"/deliveries?wait={wait}"))["deliveries"]
        deliveries = [Delivery.model_validate(one) for one in found]
        return [one for one in deliveries if event in ("", one.event, one.name)]

    async def arm(self, fault: Fault) -> None:
        """Let this fault happen to the next requests or deliveries that match."""
        await self.control("POST", "/faults", fault.model_dump(mode="json"))

    async def spent_faults(self) -> list[Fault]:
        """Those that happened as often as they were asked to."""
        return [Fault.model_validate(f) for f in (await self.control("GET", "/faults"))["spent"]]

    async def disarm(self, fault: Fault) -> None:
        """This fault happens no more, and is forgotten."""
        await self.control("DELETE", f"/faults?id={fault.id}")

    async def clear_faults(self) -> None:
        await self.control("DELETE", "/faults")

    async def expire_tokens(self) -> int:
        """Every installation token stops working now; returns how many there were."""
        return int((await self.control("DELETE", "/tokens"))["expired"])

    async def set_token_life(self, seconds: float) -> None:
        """Of installation tokens minted from now on."""
        await self.control("PUT", "/token-life", {"token_seconds": seconds})

    async def set_rate_limit(self, requests_an_hour: int) -> None:
        """The primary limit, for everyone, counted from zero."""
        await self.control("PUT", "/limits", {"requests_an_hour": requests_an_hour})

    async def reset(self) -> None:
        """Forget everything but the App, its key and its webhook."""
        await self.control("POST", "/reset")
        self._tokens.clear()
