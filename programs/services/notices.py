"""Telling members of new rules."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from programs.errors import NoticeOver
from programs.models import NoticeSeen, RuleNotice, RuleVersion
from programs.selectors.notices import NOTICE, NoticeInfo, notice_info
from smartbis.customers.selectors import allowed_customers, customers_after
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput, NotFound
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

MOST_LETTERS = 600
MOST_DAYS = 90
CHUNK = 200
Write = Callable[[NoticeInfo, UUID], None]


@dataclass(frozen=True)
class NoticeDraft:
    """What the brand says. It stands on the portal until `days` after the version takes effect."""

    text: str
    days: int = 7
    sends: bool = False


def checked_notice(draft: NoticeDraft) -> NoticeDraft:
    """The draft with its text on one line, as a message takes it. Raises InvalidInput."""
    text = " ".join(draft.text.split())
    errors: dict[str, list[str]] = {}
    if not 1 <= len(text) <= MOST_LETTERS or not text.isprintable():
        errors["notice.text"] = [f"Text of up to {MOST_LETTERS} characters is needed."]
    if not 0 <= draft.days <= MOST_DAYS:
        errors["notice.days"] = [f"A whole number from 0 to {MOST_DAYS} is needed."]
    if errors:
        raise InvalidInput(errors)
    return NoticeDraft(text, draft.days, draft.sends)


def add_notice(tenant: UUID, version: RuleVersion, draft: NoticeDraft) -> None:
    """Put a notice of a version up, and have it sent if it is to be. Runs in the scope that publishes."""
    RuleNotice.objects.create(
        tenant_id=tenant,
        version=version,
        text=draft.text,
        shown_until=version.effective_at + timedelta(days=draft.days),
        sends=draft.sends,
        created_at=now(),
    )
    if draft.sends:
        request_work(queue="bulk")


def take_down(version: RuleVersion) -> None:
    """End the notices of versions that this one replaces before they begin: nobody is shown or sent them any more.

    Runs in the scope that publishes; a chunk that is being sent is waited for, and is the last.
    """
    replaced = RuleNotice.objects.filter(
        version__program_id=version.program_id,
        version__effective_at=version.effective_at,
        version__version__lt=version.version,
    )
    instant = now()
    replaced.filter(shown_until__gt=instant).update(shown_until=instant)
    replaced.filter(sends=True, sent_at__isnull=True).update(sent_at=instant)


def correct_notice(*, tenant: UUID, notice: UUID, text: str, actor: Actor) -> None:
    """Correct what a notice says: on the portal at once, and in the messages that are not written yet.

    What it said before stays in the audit trail; the same text again changes nothing. A notice that is over, also since
    its version was replaced, stays as it was read.
    Raises NotFound, InvalidInput, NoticeOver.
    """
    told = checked_notice(NoticeDraft(text))
    with tenant_scope(tenant):
        row = RuleNotice.objects.select_for_update(no_key=True).filter(id=notice).first()
        if row is None:
            raise NotFound
        if row.shown_until <= now():
            raise NoticeOver
        if row.text == told.text:
            return
        before, row.text = row.text, told.text
        row.save(update_fields=["text"])
        record_audit(
            tenant=tenant,
            actor=actor,
            action="program.correct_notice",
            object_kind=NOTICE,
            object_id=row.id,
            before={"text": before},
            after={"text": row.text},
        )


def put_away(*, tenant: UUID, notice: UUID, customer: UUID) -> None:
    """Show a notice to a member no more; again does nothing. Raises NotFound."""
    with tenant_scope(tenant):
        if not RuleNotice.objects.filter(id=notice).exists():
            raise NotFound
        row = NoticeSeen(tenant_id=tenant, notice_id=notice, customer_id=customer, seen_at=now())
        NoticeSeen.objects.bulk_create([row], ignore_conflicts=True)


def tell_some(*, tenant: UUID, notice: UUID, write: Write, limit: int = CHUNK) -> bool:
    """Have `write` tell the next members who agreed to service notices; True while there may be more.

    The place reached moves in the transaction that holds their messages: a killed worker repeats none and skips none.
    """
    with tenant_scope(tenant):
        rows = RuleNotice.objects.select_for_update(no_key=True, of=("self",)).select_related("version__program")
        row = rows.filter(id=notice, sends=True, sent_at__isnull=True).first()
        if row is None:
            return False
        next_ones = customers_after(tenant=tenant, after=row.sent_up_to, limit=limit)
        agreed = allowed_customers(tenant=tenant, customers=next_ones, category="utility")
        _write_all(row, [each for each in next_ones if each in agreed], write)
        row.sent_up_to = next_ones[-1] if next_ones else row.sent_up_to
        is_last = len(next_ones) < limit
        row.sent_at = now() if is_last else None
        row.save(update_fields=["sent_up_to", "messages", "sent_at"])
        return not is_last


def _write_all(row: RuleNotice, customers: Collection[UUID], write: Write) -> None:
    info = notice_info(row)
    for customer in customers:
        write(info, customer)
    row.messages += len(customers)
