"""Alive: the process answers. Ready: deliveries can be taken, and if not, why."""

import asyncio
from dataclasses import dataclass

from activities.cluster_reader import ClusterReader
from activities.store import Store
from api.failures import UnreachableError
from api.temporal import Gateway
from workflows.errors import ClusterError, StoreError
from workflows.models import Payload


class Check(Payload):
    """One thing this process needs."""

    name: str
    is_fine: bool
    is_needed: bool
    """False where deliveries are taken without it, so that an outage there loses none."""
    reason: str = ""


class ReadinessReport(Payload):
    ready: bool
    checks: tuple[Check, ...]


@dataclass
class Readiness:
    store: Store
    gateway: Gateway
    cluster: ClusterReader
    schema_trouble: str = "the database's schema has not been brought up to date yet"
    """Empty once the migrations have run."""

    async def report(self) -> ReadinessReport:
        checks = await asyncio.gather(self._temporal(), self._database(), self._cluster())
        is_ready = all(check.is_fine for check in checks if check.is_needed)
        return ReadinessReport(ready=is_ready, checks=tuple(checks))

    async def _temporal(self) -> Check:
        try:
            await self.gateway.check()
        except UnreachableError as error:
            return Check(name="temporal", is_fine=False, is_needed=True, reason=str(error))
        return Check(name="temporal", is_fine=True, is_needed=True)

    async def _database(self) -> Check:
        reason = self.schema_trouble
        if not reason:
            try:
                await self.store.ping()
            except StoreError as error:
                reason = str(error)
        return Check(name="database", is_fine=not reason, is_needed=True, reason=reason)

    async def _cluster(self) -> Check:
        if not self.cluster.is_configured:
            reason = "no kubeconfig is configured: pages show neither logs nor namespaces"
            return Check(name="cluster", is_fine=False, is_needed=False, reason=reason)
        try:
            await self.cluster.check()
        except ClusterError as error:
            return Check(name="cluster", is_fine=False, is_needed=False, reason=str(error))
        return Check(name="cluster", is_fine=True, is_needed=False)
