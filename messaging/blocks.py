"""What keeps a message back that may be sent in principle: which rule, and until when. Inside the tenant's scope.

Everything is counted in PostgreSQL, in the transaction that claims, under the lock of the brand's numbers: losing the
broker loosens no limit.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from messaging.breakers import BILLING_CODE
from messaging.models import Channel, Conversation, Message
from messaging.rows import window_end
from messaging.sending_rules import MARKETING, UTILITY, Rules, wait
from smartbis.customers.infos import ContactInfo
from smartbis.kernel.phones import from_wa_id
from smartbis.kernel.zones import zone_of_phone
from smartbis.tenancy.scope import Reading

MARKETING_CAP = "marketing_cap"
NOTICE_CAP = "notice_cap"
RECIPIENT_CAPPED = "recipient_capped"
UNREACHABLE = "unreachable"
DAILY_LIMIT = "daily_limit"
ACCOUNT_RESTRICTED = "account_restricted"
TEMPLATE_RESTING = "template_resting"
BILLING_STOPPED = "billing_stopped"
# What a look at Meta may have ended.
WAITS_FOR_META = (ACCOUNT_RESTRICTED, TEMPLATE_RESTING, BILLING_STOPPED)

DAY = timedelta(hours=24)
# Meta's own cap for one person (131049): chasing extends it.
CAPPED_CODE, CAPPED_FOR = 131049, timedelta(hours=24)
# A number that three messages in a row could not reach (131026) is left alone for a month.
UNREACHABLE_CODE, UNREACHABLE_TIMES, UNREACHABLE_FOR = 131026, 3, timedelta(days=30)
# Advertisements leave a tenth of the day's people to notices and sign-in codes.
MARKETING_SHARE = 0.9
_COUNTED = (
    Message.Status.SENDING,
    Message.Status.ACCEPTED,
    Message.Status.SENT,
    Message.Status.DELIVERED,
    Message.Status.READ,
    Message.Status.UNKNOWN,
)
# A message may wait for days between its making and its sending or its failure.
_WAITED = timedelta(days=3)
_SENT = """
SELECT customer_id, category, COALESCE(accepted_at, created_at)
FROM messaging_message
WHERE tenant_id = %(tenant)s AND customer_id = ANY(%(customers)s) AND category = ANY(%(categories)s)
    AND direction = 'out' AND status = ANY(%(counted)s) AND created_at > %(since)s
ORDER BY created_at DESC, id DESC
"""
_REFUSED = """
SELECT customer_id, error_code, failed_at
FROM messaging_message
WHERE tenant_id = %(tenant)s AND customer_id = ANY(%(customers)s) AND error_code = ANY(%(codes)s)
    AND direction = 'out' AND failed_at > %(failed_since)s AND created_at > %(made_since)s
"""


@dataclass(frozen=True)
class Block:
    """The rule that kept a message back, and when it may go; without an instant it never will."""

    reason: str
    until: datetime | None = None


@dataclass
class _Past:
    """What one person was sent lately: instants, the newest first."""

    marketing: list[datetime] = field(default_factory=list)
    notices: list[datetime] = field(default_factory=list)
    capped_at: datetime | None = None
    unreachable: list[datetime] = field(default_factory=list)


Sent = list[tuple[UUID, str, datetime]]
Refused = list[tuple[UUID, int, datetime]]


def past_readings(
    tenant: UUID, rules: Rules, customers: Collection[UUID], at: datetime
) -> tuple[Reading[Sent], Reading[Refused]]:
    """What people were sent lately of what is capped, and what Meta did not deliver to them: for `PersonLimits`."""
    capped = [name for name, cap in ((MARKETING, rules.marketing_cap), (UTILITY, rules.notice_cap)) if cap is not None]
    people = list(customers)
    sent = {
        "tenant": tenant,
        "customers": people if capped else [],
        "categories": capped,
        "counted": [str(each) for each in _COUNTED],
        "since": at - max(timedelta(days=rules.marketing_days), DAY) - _WAITED,
    }
    refused = {
        "tenant": tenant,
        "customers": people,
        "codes": [CAPPED_CODE, UNREACHABLE_CODE],
        "failed_since": at - UNREACHABLE_FOR,
        "made_since": at - UNREACHABLE_FOR - _WAITED,
    }
    return Reading(_SENT, sent, list), Reading(_REFUSED, refused, list)


class PersonLimits:
    """Quiet hours, holidays and caps for the people of one slice: at most one query, however many people."""

    def __init__(self, rules: Rules, home_zone: str, at: datetime, sent: Sent, refused: Refused) -> None:
        self._rules, self._home_zone, self._at = rules, home_zone, at
        self._past: defaultdict[UUID, _Past] = defaultdict(_Past)
        self._taken: Counter[tuple[UUID, str]] = Counter()
        self._note(sent, refused)

    def block(self, customer: UUID, category: str, contact: ContactInfo | None) -> Block | None:
        """The first rule that keeps a message of a category from a customer now; None when none does."""
        past = self._past[customer]
        if len(past.unreachable) >= UNREACHABLE_TIMES:
            return Block(UNREACHABLE)
        if category == MARKETING and past.capped_at is not None:
            return Block(RECIPIENT_CAPPED, past.capped_at + CAPPED_FOR)
        waiting = wait(self._rules, category, self._at, self._zone(contact))
        if waiting is not None:
            return Block(*waiting)
        return self._cap(customer, category, past)

    def take(self, customer: UUID, category: str) -> None:
        """One of this category goes to the customer in this slice."""
        self._taken[customer, category] += 1

    def _cap(self, customer: UUID, category: str, past: _Past) -> Block | None:
        rules, taken = self._rules, self._taken[customer, category]
        if category == MARKETING:
            return self._full(
                MARKETING_CAP, rules.marketing_cap, past.marketing, taken, timedelta(days=rules.marketing_days)
            )
        return self._full(NOTICE_CAP, rules.notice_cap, past.notices, taken, DAY)

    def _full(self, reason: str, cap: int | None, sent: list[datetime], taken: int, span: timedelta) -> Block | None:
        if cap is None or len(sent) + taken < cap:
            return None
        if cap == 0:
            return Block(reason)
        # Free again when the oldest of those that fill the cap is older than the span.
        filling = [*[self._at] * taken, *sent][:cap]
        return Block(reason, filling[-1] + span)

    def _zone(self, contact: ContactInfo | None) -> str:
        phone = None
        if contact is not None:
            phone = contact.phone_e164 or (from_wa_id(contact.wa_id) if contact.wa_id else None)
        return (zone_of_phone(phone) if phone else None) or self._home_zone

    def _note(self, sent: Sent, refused: Refused) -> None:
        spans = {MARKETING: timedelta(days=self._rules.marketing_days), UTILITY: DAY}
        for customer, category, went in sent:
            if went > self._at - spans[category]:
                past = self._past[customer]
                (past.marketing if category == MARKETING else past.notices).append(went)
        for customer, code, failed_at in refused:
            past = self._past[customer]
            if code == UNREACHABLE_CODE:
                past.unreachable.append(failed_at)
            elif failed_at > self._at - CAPPED_FOR:
                past.capped_at = max(filter(None, (past.capped_at, failed_at)))
        lost = [customer for customer, past in self._past.items() if len(past.unreachable) >= UNREACHABLE_TIMES]
        if lost:
            self._forget_before_arrivals(lost)

    def _forget_before_arrivals(self, customers: Collection[UUID]) -> None:
        """Failures count one after another: those before a message that arrived do not. One query."""
        arrived = Message.objects.filter(
            customer_id__in=list(customers), delivered_at__gt=self._at - UNREACHABLE_FOR
        ).values_list("customer_id")
        for customer, last in arrived.annotate(last=Max("delivered_at")):
            past = self._past[customer]
            past.unreachable = [each for each in past.unreachable if each > last]


class DailyLimit:
    """How many people the account's numbers may still write to first, in the last 24 hours. At most two queries."""

    def __init__(self, channel: Channel, at: datetime) -> None:
        self._limit, self._at = channel.daily_limit or 0, at
        self._recent = Conversation.objects.filter(channel__waba_id=channel.waba_id, initiated_at__gt=at - DAY)
        self._used = self._recent.count() if self._limit else 0

    def block(self, thread: Conversation, category: str | None) -> Block | None:
        """Why the thread's person may not be written to first; None when they may, or need not be counted again."""
        if not self._limit or not self._counts(thread):
            return None
        limit = int(self._limit * MARKETING_SHARE) if category == MARKETING else self._limit
        if self._used < limit:
            return None
        oldest = self._recent.order_by("initiated_at").values_list("initiated_at", flat=True).first()
        return Block(DAILY_LIMIT, (oldest or self._at) + DAY)

    def take(self, thread: Conversation) -> None:
        """The thread's person is written to: outside of a window they count for 24 hours."""
        if self._counts(thread):
            thread.initiated_at = self._at
            self._used += 1

    def _counts(self, thread: Conversation) -> bool:
        window = window_end(thread.last_inbound_at)
        if window is not None and window > self._at:
            return False
        return thread.initiated_at is None or thread.initiated_at <= self._at - DAY


def restriction(channel: Channel, at: datetime) -> Block | None:
    """Whether Meta lets the number answer only, for now."""
    until = channel.restricted_until
    return Block(ACCOUNT_RESTRICTED, until) if until is not None and until > at else None


def why_resting(part: str, code: int | None) -> str:
    """Why a template, or a part of a number, is left alone: by what Meta said last."""
    if not part.startswith("*"):
        return TEMPLATE_RESTING
    return BILLING_STOPPED if code == BILLING_CODE else ACCOUNT_RESTRICTED
