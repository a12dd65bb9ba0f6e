"""The send loop: claim a slice of due messages in the tenant's scope, commit, call Meta, record.

A slice is small, so that what a dying worker leaves unknown is little and an opt-out is heeded within seconds; the
outbox calls again while there is more. A message is `sending` before the call: if nobody lives to record what came of
it, it becomes `unknown` and is never blindly repeated.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed
from uuid import UUID

import structlog

from messaging import lifecycle
from messaging.claiming import Call, Slice, claim
from messaging.models import Channel
from messaging.records import record_outcome
from messaging.whatsapp.errors import GatewayError, OutcomeUnknown
from messaging.whatsapp.gateway import Accepted, WhatsAppGateway
from messaging.whatsapp.guard import refuse_inside_transaction
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

CONNECTIONS = 8


def send_due(*, tenant: UUID) -> bool:
    """Send one slice for each live channel of the tenant; True when there is more to send now."""
    with tenant_scope(tenant):
        lifecycle.settle(tenant)
        live = list(
            Channel.objects.filter(status=Channel.Status.LIVE)
            .order_by("connected_at", "id")
            .values_list("id", flat=True)
        )
    has_more = False
    for channel in live:
        claimed = claim(tenant=tenant, channel=channel)
        if claimed is not None:
            _send(tenant, claimed)
            has_more = has_more or claimed.has_more
    return has_more


def _send(tenant: UUID, claimed: Slice) -> None:
    """Call Meta for each message and record each answer as it comes."""
    if not claimed.calls:
        return
    refuse_inside_transaction()
    gateway = WhatsAppGateway(claimed.credentials)
    with ThreadPoolExecutor(max_workers=min(CONNECTIONS, len(claimed.calls)), thread_name_prefix="whatsapp") as pool:
        pending = {pool.submit(_attempt, gateway, call): call for call in claimed.calls}
        for done in as_completed(pending):
            call = pending[done]
            try:
                record_outcome(
                    tenant=tenant,
                    channel=claimed.channel,
                    message=call.message,
                    contact=call.contact,
                    outcome=done.result(),
                )
            except Exception:  # its lease runs out and it becomes unknown; the others are recorded all the same
                log.exception("message.not_recorded", message=str(call.message))


def _attempt(gateway: WhatsAppGateway, call: Call) -> Accepted | GatewayError:
    try:
        return gateway.send(call.payload)
    except GatewayError as error:
        return error
    except Exception as error:  # whatever broke, the request may have gone out
        log.exception("message.send_broke", message=str(call.message))
        return OutcomeUnknown(type(error).__name__)
