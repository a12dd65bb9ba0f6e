"""The send loop: claim slices of due messages in the tenant's scope, commit, call Meta, record.

A turn claims hundreds of messages, a slice at a time: while one is called, answers are recorded together and the next
is claimed. A slice is small, so that what a dying worker leaves unknown is little and an opt-out is heeded within
seconds; a turn is short, so that no other brand waits for long; the outbox calls again while there is more. A message
is `sending` before the call: if nobody lives to record what came of it, it becomes `unknown` and is never blindly
repeated.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from queue import Empty, SimpleQueue
from uuid import UUID

import structlog

from messaging import lifecycle
from messaging.claiming import Call, Slice, claim
from messaging.records import Outcome, record_outcomes
from messaging.whatsapp.errors import GatewayError, OutcomeUnknown
from messaging.whatsapp.gateway import Accepted, WhatsAppGateway
from messaging.whatsapp.guard import refuse_inside_transaction
from smartbis.tenancy.scope import Reading, read_together, tenant_scope

log = structlog.get_logger(__name__)

# Meta answers in tenths of a second: 80 a second are that many calls under way.
CONNECTIONS = 32
# So many calls may be open when the next slice is claimed: the connections stay busy, and each ends within its lease.
OPEN_CALLS = 40
# Answers that come within this time are written down together.
GATHER_SECONDS = 0.1
# After that no slice is begun: another brand's sign-in code waits behind this turn.
TURN_SECONDS = 2.0

_LIVE = """
SELECT id FROM messaging_channel WHERE tenant_id = %s AND status = 'live' ORDER BY connected_at, id
"""


def send_due(*, tenant: UUID) -> bool:
    """Send what is due on each live channel of the tenant, for a turn; True when there is more to send now."""
    with tenant_scope(tenant):
        is_left_behind, live = read_together(lifecycle.left_behind(tenant), _live_channels(tenant))
        if is_left_behind:
            lifecycle.settle(tenant)
    calls = _Calls(tenant)
    end = time.monotonic() + TURN_SECONDS
    try:
        while live:
            live = [channel for channel in live if _next_slice(calls, channel)]
            if time.monotonic() > end:
                break
    finally:
        calls.record_until(0)
    return bool(live)


def _live_channels(tenant: UUID) -> Reading[list[UUID]]:
    return Reading(_LIVE, [tenant], lambda rows: [row[0] for row in rows])


def _next_slice(calls: "_Calls", channel: UUID) -> bool:
    """Claim a slice of a channel and begin its calls; whether there is more."""
    calls.record_until(OPEN_CALLS)
    claimed = claim(tenant=calls.tenant, channel=channel)
    if claimed is None:
        return False
    calls.begin(claimed)
    if claimed.is_trial:
        calls.record_until(0)
    return claimed.has_more


class _Calls:
    """Calls under way, and the recording of their answers as they come, as many together as have come."""

    def __init__(self, tenant: UUID) -> None:
        self.tenant = tenant
        self._open = 0
        self._answers: SimpleQueue[tuple[UUID, Outcome]] = SimpleQueue()

    def begin(self, claimed: Slice) -> None:
        """Call Meta for each message of a slice."""
        if not claimed.calls:
            return
        refuse_inside_transaction()
        gateway, pool = WhatsAppGateway(claimed.credentials), _pool(os.getpid())

        def answer(call: Call) -> None:
            outcome = Outcome(call.message, call.contact, _attempt(gateway, call))
            self._answers.put((claimed.channel, outcome))

        for call in claimed.calls:
            pool.submit(answer, call)
        self._open += len(claimed.calls)

    def record_until(self, most: int) -> None:
        """Wait, recording, until at most so many calls are open."""
        while self._open > most:
            by_channel: dict[UUID, list[Outcome]] = {}
            for channel, outcome in self._gathered(self._open - most):
                by_channel.setdefault(channel, []).append(outcome)
            for channel, outcomes in by_channel.items():
                self._record(channel, outcomes)

    def _gathered(self, wanted: int) -> list[tuple[UUID, Outcome]]:
        """The answers that are there once `wanted` have come, or a moment after the first."""
        found = [self._answers.get()]
        end = time.monotonic() + GATHER_SECONDS
        with contextlib.suppress(Empty):
            while len(found) < self._open:
                patience = max(0.0, end - time.monotonic()) if len(found) < wanted else 0.0
                found.append(self._answers.get(timeout=patience))
        self._open -= len(found)
        return found

    def _record(self, channel: UUID, outcomes: Sequence[Outcome]) -> None:
        """Record together; one by one where that fails, so that what cannot be recorded is alone in it."""
        for part in (outcomes, *([each] for each in outcomes)):
            try:
                record_outcomes(tenant=self.tenant, channel=channel, outcomes=part)
            except Exception:  # its lease runs out and it becomes unknown; the others are recorded all the same
                log.exception("message.not_recorded", messages=_names(part))
            else:
                if part is outcomes:
                    return


def _names(outcomes: Iterable[Outcome]) -> list[str]:
    return [str(each.message) for each in outcomes]


@lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    """The process's own threads, each with a session to Meta that stays open: one made before a fork would not do."""
    return ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix=f"whatsapp-{process}")


def _attempt(gateway: WhatsAppGateway, call: Call) -> Accepted | GatewayError:
    try:
        return gateway.send(call.payload)
    except GatewayError as error:
        return error
    except Exception as error:  # whatever broke, the request may have gone out
        log.exception("message.send_broke", message=str(call.message))
        return OutcomeUnknown(type(error).__name__)
