"""The door for GitHub: a verified event goes in, one call goes out, 202 says that it is in Temporal's hands.

401 for a bad signature, 413 for a body too large, 503 while Temporal or the database is down: GitHub then lists
the delivery as failed, and the reconcile asks for it again (EC-9).
"""

import logging
from http import HTTPStatus

from fastapi import APIRouter

from api.dependencies import DeliveriesDep, EventDep
from api.schemas import Receipt

log = logging.getLogger(__name__)
router = APIRouter()


@router.post("/webhooks/github", status_code=HTTPStatus.ACCEPTED, include_in_schema=False)
async def receive(event: EventDep, deliveries: DeliveriesDep) -> Receipt:
    receipt = await deliveries.take(event)
    log.info(
        "delivery=%s event=%s action=%s repository=%s pull_request=%s decision=%s: %s",
        event.delivery,
        event.event,
        event.action,
        event.repository,
        event.number,
        receipt.decision,
        receipt.reason,
    )
    return receipt
