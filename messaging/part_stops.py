"""What Meta's word about a part of a number does to the message that met it. Inside the tenant's scope."""

from uuid import UUID

import structlog

from messaging import blocks, breakers, lifecycle
from messaging.models import Message
from messaging.sending_rules import MARKETING

log = structlog.get_logger(__name__)


def wait_for_meta(row: Message, channel: UUID, *, code: int | None, details: str) -> None:
    """Meta stopped all that costs, or, for spam, the offers: such messages wait, and one of them tries later.

    What would wait past its end is failed.
    """
    is_offer = code != breakers.BILLING_CODE and row.category == MARKETING
    part = breakers.OFFERS if is_offer else breakers.PAID
    until = breakers.note_stop(row.tenant_id, channel, part, code)
    log.error("channel.part_stopped", channel=str(channel), part=part, code=code)
    reason = blocks.why_resting(part, code)
    if row.expires_at is not None and until >= row.expires_at:
        lifecycle.fail(row, reason, code=code, details=details)
    else:
        row.error_code, row.error_details, row.remote_id = code, details[:300], ""
        lifecycle.postpone(row, until, reason)
