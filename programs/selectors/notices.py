"""Notices of new rules: what is shown to whom."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from programs.models import NoticeSeen, Program, RuleNotice
from smartbis.customers.selectors import notifiable_count
from smartbis.kernel.clock import now
from smartbis.kernel.errors import NotFound
from smartbis.tenancy.scope import tenant_scope

# Corrections are kept where every change by people is: in the audit trail, which is only added to.
CORRECTED = "program.correct_notice"
NOTICE = "rule_notice"
_CORRECTIONS = """
SELECT object_id, at, before ->> 'text' FROM tenancy_auditentry
WHERE tenant_id = %s AND object_kind = %s AND object_id = ANY(%s) AND action = %s ORDER BY at, id
"""


@dataclass(frozen=True)
class Correction:
    """When a notice was corrected, and what it said before."""

    at: datetime
    before: str


@dataclass(frozen=True)
class NoticeInfo:
    """A notice as members read it; `messages` were written so far, `sent_at` says when the last one was.

    `corrections` are in their order.
    """

    id: UUID
    program: str
    version_id: UUID
    text: str
    effective_at: datetime
    shown_until: datetime
    sends: bool
    messages: int
    sent_at: datetime | None
    corrections: tuple[Correction, ...] = ()

    @property
    def corrected_at(self) -> datetime | None:
        """When it was corrected last."""
        return self.corrections[-1].at if self.corrections else None

    @property
    def is_shown(self) -> bool:
        """Whether it still stands on the portal."""
        return self.shown_until > now()


def notices_for(*, tenant: UUID, customer: UUID) -> list[NoticeInfo]:
    """The notices that stand on a member's first page: not over, not put away, of a live programme; newest first."""
    with tenant_scope(tenant, read_only=True):
        seen = NoticeSeen.objects.filter(notice=OuterRef("pk"), customer_id=customer)
        rows = RuleNotice.objects.filter(
            ~Exists(seen), shown_until__gt=now(), version__program__status=Program.Status.LIVE
        )
        return _infos(tenant, rows.select_related("version__program").order_by("-created_at", "-id"))


def notices_of(*, tenant: UUID, program: UUID) -> dict[UUID, NoticeInfo]:
    """A programme's notices by the version that they tell of."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleNotice.objects.filter(version__program_id=program).select_related("version__program")
        return {each.version_id: each for each in _infos(tenant, rows)}


def waiting_notices(*, tenant: UUID) -> list[UUID]:
    """Notices that still go out, the oldest first."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleNotice.objects.filter(sends=True, sent_at__isnull=True).order_by("created_at", "id")
        return list(rows.values_list("id", flat=True))


def notice_audience(*, tenant: UUID) -> int:
    """How many members would get a message now: those who agreed to service notices and can be written to."""
    return notifiable_count(tenant=tenant, category="utility")


def get_notice(*, tenant: UUID, notice: UUID) -> NoticeInfo:
    """One notice with its corrections. Raises NotFound."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleNotice.objects.filter(id=notice).select_related("version__program")
        found = _infos(tenant, rows)
        if not found:
            raise NotFound
        return found[0]


def _infos(tenant: UUID, rows: Iterable[RuleNotice]) -> list[NoticeInfo]:
    """Notices with their corrections, which are asked for once, and only where there is a notice."""
    read = list(rows)
    corrections: dict[UUID, list[Correction]] = {}
    if read:
        with connection.cursor() as cursor:
            cursor.execute(_CORRECTIONS, [tenant, NOTICE, [row.id for row in read], CORRECTED])
            for notice, at, before in cursor.fetchall():
                corrections.setdefault(notice, []).append(Correction(at, before or ""))
    return [replace(notice_info(row), corrections=tuple(corrections.get(row.id, ()))) for row in read]


def notice_info(row: RuleNotice) -> NoticeInfo:
    """A notice's row as others see it, without its corrections; its version and programme are joined."""
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
