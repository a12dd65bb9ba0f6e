"""Notices of new rules: what is shown to whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from programs.models import NoticeSeen, Program, RuleNotice
from smartbis.customers.selectors import notifiable_count
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class NoticeInfo:
    """A notice as members read it; `messages` were written so far, `sent_at` says when the last one was."""

    id: UUID
    program: str
    version_id: UUID
    text: str
    effective_at: datetime
    shown_until: datetime
    sends: bool
    messages: int
    sent_at: datetime | None


def notices_for(*, tenant: UUID, customer: UUID) -> list[NoticeInfo]:
    """The notices that stand on a member's first page: not over, not put away, of a live programme; newest first."""
    with tenant_scope(tenant, read_only=True):
        seen = NoticeSeen.objects.filter(notice=OuterRef("pk"), customer_id=customer)
        rows = RuleNotice.objects.filter(
            ~Exists(seen), shown_until__gt=now(), version__program__status=Program.Status.LIVE
        )
        return [notice_info(row) for row in rows.select_related("version__program").order_by("-created_at", "-id")]


def notices_of(*, tenant: UUID, program: UUID) -> dict[UUID, NoticeInfo]:
    """A programme's notices by the version that they tell of."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleNotice.objects.filter(version__program_id=program).select_related("version__program")
        return {row.version_id: notice_info(row) for row in rows}


def waiting_notices(*, tenant: UUID) -> list[UUID]:
    """Notices that still go out, the oldest first."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleNotice.objects.filter(sends=True, sent_at__isnull=True).order_by("created_at", "id")
        return list(rows.values_list("id", flat=True))


def notice_audience(*, tenant: UUID) -> int:
    """How many members would get a message now: those who agreed to service notices and can be written to."""
    return notifiable_count(tenant=tenant, category="utility")


def notice_info(row: RuleNotice) -> NoticeInfo:
    """A notice's row as others see it; its version and programme are joined."""
    return NoticeInfo(
        id=row.id,
        program=row.version.program.name,
        version_id=row.version_id,
        text=row.text,
        effective_at=row.version.effective_at,
        shown_until=row.shown_until,
        sends=row.sends,
        messages=row.messages,
        sent_at=row.sent_at,
    )
