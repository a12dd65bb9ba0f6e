"""Looking back: what was done before a challenge was announced or changed, and what a file brought in, counts too."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db.models import QuerySet

from programs.challenges.measuring import window
from programs.challenges.services import judge_one
from programs.models import Challenge, ChallengeTaker, Participation, Registration
from smartbis.customers.selectors import customers_after
from smartbis.kernel.clock import now
from smartbis.outbox.work import each_alone, request_work
from smartbis.purchases.selectors import last_purchases
from smartbis.tenancy.scope import tenant_scope

CUSTOMERS_A_STEP = 200


def look_back(*, tenant: UUID) -> None:
    """Ask that everybody be judged anew in every challenge that counts, in the background; over if that goes on."""
    with tenant_scope(tenant):
        if Challenge.objects.filter(status=Challenge.Status.LIVE).update(walk_asked_at=now(), walk_after=None):
            request_work(queue="bulk")


def walk(*, tenant: UUID) -> bool:
    """Judge those of the next `CUSTOMERS_A_STEP` customers whom the challenge that was asked about first concerns.

    Each in a transaction of their own; True when there is more to do.
    """
    with tenant_scope(tenant, read_only=True):
        row = _asked().order_by("walk_asked_at", "id").first()
        if row is None:
            return False
        customers = customers_after(tenant=tenant, after=row.walk_after, limit=CUSTOMERS_A_STEP)
        concerned = _concerned(row, customers)
    each_alone([partial(judge_one, tenant, row.id, customer) for customer in concerned])
    with tenant_scope(tenant):
        # Asked again meanwhile, it begins again: the row says so by another time.
        mine = Challenge.objects.filter(id=row.id, walk_asked_at=row.walk_asked_at)
        if len(customers) < CUSTOMERS_A_STEP:
            mine.update(walk_asked_at=None, walk_after=None)
        else:
            mine.update(walk_after=customers[-1])
        return _asked().exists()


def _asked() -> QuerySet[Challenge]:
    return Challenge.objects.filter(status=Challenge.Status.LIVE, walk_asked_at__isnull=False)


def _concerned(row: Challenge, customers: Sequence[UUID]) -> list[UUID]:
    """Those who take part, or may: who did something since the challenge's period began, unless it is to be joined."""
    taking = ChallengeTaker.objects.filter(challenge_id=row.id, customer_id__in=customers)
    found = set(taking.values_list("customer_id", flat=True))
    if not row.opt_in:
        found |= _who_came(customers) if row.goal == Challenge.Goal.EVENTS else _who_bought(row, customers)
    return [customer for customer in customers if customer in found]


def _who_came(customers: Sequence[UUID]) -> set[UUID]:
    listed = Registration.objects.filter(customer_id__in=customers, status="arrived")
    unlisted = Participation.objects.filter(customer_id__in=customers, kind="event")
    return {customer for rows in (listed, unlisted) for customer in rows.values_list("customer_id", flat=True)}


def _who_bought(row: Challenge, customers: Sequence[UUID]) -> set[UUID]:
    since, _ = window(row, row.created_at)
    last = last_purchases(tenant=row.tenant_id, customers=customers)
    return {customer for customer, at in last.items() if at >= since}
