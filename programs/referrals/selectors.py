"""What can be read about referrals."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count

from programs.models import Referral, ReferralTerms, Referrer
from programs.referrals.infos import ReferralInfo, ReferralTermsDraft, ReferrerInfo
from smartbis.customers.selectors import get_customers
from smartbis.kernel.clock import now
from smartbis.tenancy.readings import row_reading
from smartbis.tenancy.scope import read, tenant_scope
from smartbis.tenancy.selectors import get_tenant

MOST_WORDS = 200
_TERMS = tuple(ReferralTermsDraft.__dataclass_fields__)
_WORDS = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")


def referral_terms(*, tenant: UUID) -> ReferralTermsDraft:
    """How the brand rewards referrals; not at all until it says so."""
    with tenant_scope(tenant, read_only=True):
        row = read(row_reading(ReferralTerms, tenant, "ORDER BY row.id"))
        return ReferralTermsDraft(**{name: getattr(row, name) for name in _TERMS}) if row else ReferralTermsDraft()


def clean_code(text: str) -> str:
    """A code as people type it, in the form that is stored."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())[:12]


def code_in(*, tenant: UUID, text: str) -> str:
    """The first word of a text that is a customer's code, in any case; empty without one. One query."""
    words = [clean_code(word) for word in _WORDS.findall(text)[:MOST_WORDS]]
    with tenant_scope(tenant, read_only=True):
        known = set(Referrer.objects.filter(code__in=words).values_list("code", flat=True))
        return next((word for word in words if word in known), "")


def find_referrer(*, tenant: UUID, code: str) -> UUID | None:
    """The active customer whose code this is, in any case and with any separators."""
    with tenant_scope(tenant, read_only=True):
        found = Referrer.objects.filter(code=clean_code(code)).values_list("customer_id", flat=True).first()
        if found is None:
            return None
        people = get_customers(tenant=tenant, customers=[found])
        return found if found in people and people[found].status == "active" else None


def referrer_info(*, tenant: UUID, customer: UUID) -> ReferrerInfo:
    """A customer's code (empty before the first asking) and what it has led to."""
    with tenant_scope(tenant, read_only=True):
        code = Referrer.objects.filter(customer_id=customer).values_list("code", flat=True).first() or ""
        rows = Referral.objects.filter(referrer_id=customer)
        counts = {row["status"]: row["n"] for row in rows.values("status").annotate(n=Count("id")).order_by()}
        month = rows.filter(status="settled", settled_at__gte=month_start(tenant)).count()
        waiting = sum(counts.get(each, 0) for each in ("waiting", "settling", "held"))
        return ReferrerInfo(
            code=code,
            invited=sum(counts.values()),
            waiting=waiting,
            settled=counts.get("settled", 0),
            settled_this_month=month,
            terms=referral_terms(tenant=tenant),
        )


def referrals(*, tenant: UUID, status: str = "", referrer: UUID | None = None, limit: int = 500) -> list[ReferralInfo]:
    """The brand's referrals, the newest first; of a status or a referrer when one is named. Two queries."""
    with tenant_scope(tenant, read_only=True):
        rows = Referral.objects.order_by("-bound_at", "-id")
        if status:
            rows = rows.filter(status=status)
        if referrer is not None:
            rows = rows.filter(referrer_id=referrer)
        return referral_infos(list(rows[:limit]))


def find_referral(*, tenant: UUID, referral: UUID) -> ReferralInfo | None:
    """The referral, if there is one."""
    with tenant_scope(tenant, read_only=True):
        return next(iter(referral_infos(list(Referral.objects.filter(id=referral)))), None)


def month_start(tenant: UUID) -> datetime:
    """The first moment of the present month in the brand's calendar."""
    local = now().astimezone(ZoneInfo(get_tenant(tenant=tenant).timezone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def referral_infos(rows: Sequence[Referral]) -> list[ReferralInfo]:
    """Referrals with the names of both; one query for all."""
    if not rows:
        return []
    wanted = {each for row in rows for each in (row.referrer_id, row.friend_id)}
    people = get_customers(tenant=rows[0].tenant_id, customers=wanted)
    return [
        ReferralInfo(
            id=row.id,
            referrer_id=row.referrer_id,
            referrer_name=people[row.referrer_id].name if row.referrer_id in people else "",
            friend_id=row.friend_id,
            friend_name=people[row.friend_id].name if row.friend_id in people else "",
            status=row.status,
            reasons=tuple(row.reasons),
            channel=row.channel,
            bound_at=row.bound_at,
            bought_at=row.bought_at,
            due_at=row.due_at,
            settled_at=row.settled_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
            participation_id=row.participation_id,
        )
        for row in rows
    ]
