"""Plans, who has them, and for how long."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from programs.errors import PlanNotFound
from programs.models import Plan, PlanArticle, PlanMember, PlanPeriod, PlanPeriodEnd, PlanReceipt
from programs.periods import Bought, Laid, Length, is_paid_up, lay
from smartbis.customers.selectors import merged_ids
from smartbis.kernel.clock import now
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import read, tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers.selectors import vouchers_given

State = Literal["active", "grace", "lapsed"]


@dataclass(frozen=True)
class PlanInfo:
    """A plan. Money is in minor units of the brand's currency; a price that is None cannot be paid that way."""

    id: UUID
    key: str
    name: str
    description: str
    benefits: tuple[str, ...]
    price_minor: int | None
    price_points: int | None
    length: Length
    count: int
    until: date | None
    skus: tuple[str, ...]
    grace_days: int
    reminder_days: tuple[int, ...]
    rewards_renewal: bool
    pix_key: str
    payment_link: str
    status: str

    @property
    def is_live(self) -> bool:
        """Whether it can be bought."""
        return self.status == Plan.Status.LIVE


@dataclass(frozen=True)
class MemberInfo:
    """A customer with a plan. `ends_at` is excluded; `lapses_at` is that with the grace."""

    customer_id: UUID
    plan: PlanInfo
    started_at: datetime
    ends_at: datetime
    lapses_at: datetime

    @property
    def state(self) -> State:
        """Active until its end, then in its grace, then lapsed."""
        instant = now()
        return "active" if instant < self.ends_at else "grace" if instant < self.lapses_at else "lapsed"

    @property
    def days_left(self) -> int:
        """Whole days until the end, today included; 0 once it has passed."""
        return max(0, -((now() - self.ends_at) // timedelta(days=1)))

    def can_renew(self, zone: str) -> bool:
        """Whether paying again adds time: the plan is sold, and no fixed end was reached in the brand's zone."""
        return self.plan.is_live and not is_paid_up(self.plan.length, self.plan.until, self.ends_at, zone)


@dataclass(frozen=True)
class PeriodInfo:
    """One period, where it lies, and why it is there. `taken_back` for one that counts no longer.

    `vouchers_kept` are those that came with it and had been used by then: they stay used.
    """

    id: UUID
    plan_key: str
    plan: str
    cause: str
    source: str
    bought_at: datetime
    recorded_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    points: int
    purchase_id: UUID | None
    taken_back: str = ""
    taken_back_at: datetime | None = None
    amount_minor: int | None = None
    reference: str = ""
    reason: str = ""
    actor: str = ""
    can_withdraw: bool = False
    vouchers_kept: int = 0


@dataclass(frozen=True)
class CustomerPlans:
    """A customer's plans as they stand, and every period behind them, the newest first."""

    members: tuple[MemberInfo, ...]
    periods: tuple[PeriodInfo, ...] = field(default=())


def plans(*, tenant: UUID, live_only: bool = False) -> list[PlanInfo]:
    """The brand's plans, the oldest first, in two queries."""
    with tenant_scope(tenant, read_only=True):
        rows = read(rows_reading(Plan, tenant, "ORDER BY row.created_at, row.id", name="plans"))
        return _infos([row for row in rows if not live_only or row.status == Plan.Status.LIVE])


def get_plan(*, tenant: UUID, key: str) -> PlanInfo:
    """Raises PlanNotFound."""
    with tenant_scope(tenant, read_only=True):
        found = _infos(list(Plan.objects.filter(key=key)))
        if not found:
            raise PlanNotFound
        return found[0]


def plans_by_sku(*, tenant: UUID, skus: Collection[str]) -> dict[str, UUID]:
    """Which of these articles buy a plan, and which."""
    with tenant_scope(tenant, read_only=True):
        return dict(PlanArticle.objects.filter(sku__in=list(skus)).values_list("sku", "plan_id"))


def _infos(found: list[Plan]) -> list[PlanInfo]:
    skus: dict[UUID, list[str]] = {}
    for plan, sku in PlanArticle.objects.filter(plan__in=found).order_by("sku").values_list("plan_id", "sku"):
        skus.setdefault(plan, []).append(sku)
    return [_info(row, tuple(skus.get(row.id, ()))) for row in found]


def _info(row: Plan, skus: tuple[str, ...]) -> PlanInfo:
    return PlanInfo(
        id=row.id,
        key=row.key,
        name=row.name,
        description=row.description,
        benefits=tuple(line.strip() for line in row.benefits.splitlines() if line.strip()),
        price_minor=row.price_minor,
        price_points=row.price_points,
        length=cast(Length, row.length),
        count=row.count,
        until=row.until,
        skus=skus,
        grace_days=row.grace_days,
        reminder_days=tuple(sorted(row.reminder_days, reverse=True)),
        rewards_renewal=row.rewards_renewal,
        pix_key=row.pix_key,
        payment_link=row.payment_link,
        status=row.status,
    )


def standing_periods(*, tenant: UUID, plan: UUID, customer: UUID) -> list[PlanPeriod]:
    """The periods of a customer that were not taken back, those of merged records too. Runs in the tenant's scope."""
    people = [customer, *merged_ids(tenant=tenant, customer=customer)]
    ended = PlanPeriodEnd.objects.filter(period__plan_id=plan, period__customer_id__in=people)
    rows = PlanPeriod.objects.filter(tenant_id=tenant, plan_id=plan, customer_id__in=people)
    return list(rows.exclude(id__in=ended.values("period_id")))


def laid_periods(rows: Collection[PlanPeriod], zone: str) -> list[Laid]:
    """Where periods lie on the brand's calendar."""
    return lay([_bought(row) for row in rows], zone)


def _bought(row: PlanPeriod) -> Bought:
    return Bought(
        row.id,
        row.bought_at,
        cast(Length, row.length),
        row.count,
        row.until,
        row.grace_days,
        (row.source, row.number),
    )


_STARTED = "AND row.customer_id = %s AND row.started_at IS NOT NULL ORDER BY row.ends_at DESC, row.id"


def customer_plans(*, tenant: UUID, customer: UUID, with_periods: bool = False) -> CustomerPlans:
    """A customer's plans, the one that ends last first; lapsed ones too. A fixed number of queries."""
    with tenant_scope(tenant, read_only=True):
        rows = read(rows_reading(PlanMember, tenant, _STARTED, (customer,), name=("plans of", customer)))
        known = {plan.id: plan for plan in plans(tenant=tenant)}
        members = tuple(_member(row, known[row.plan_id]) for row in rows)
        return CustomerPlans(members, _periods(tenant, customer, known) if with_periods else ())


def current_plans(*, tenant: UUID, customer: UUID) -> tuple[MemberInfo, ...]:
    """The plans that a customer has now, those within their grace too."""
    found = customer_plans(tenant=tenant, customer=customer).members
    return tuple(member for member in found if member.state != "lapsed")


def _member(row: PlanMember, plan: PlanInfo) -> MemberInfo:
    assert row.started_at is not None
    assert row.ends_at is not None
    assert row.lapses_at is not None
    return MemberInfo(row.customer_id, plan, row.started_at, row.ends_at, row.lapses_at)


def _periods(tenant: UUID, customer: UUID, known: dict[UUID, PlanInfo]) -> tuple[PeriodInfo, ...]:
    people = [customer, *merged_ids(tenant=tenant, customer=customer)]
    rows = list(PlanPeriod.objects.filter(customer_id__in=people).order_by("-bought_at", "-id"))
    ends = {end.period_id: end for end in PlanPeriodEnd.objects.filter(period__in=rows)}
    receipts = {note.source: note for note in PlanReceipt.objects.filter(customer_id=customer)}
    zone = get_tenant(tenant=tenant).timezone
    where: dict[object, Laid] = {}
    for plan in known:
        standing = [row for row in rows if row.plan_id == plan and row.id not in ends]
        where |= {each.bought.id: each for each in laid_periods(standing, zone)}
    # Said once, at the last of a source's periods to go, whose number is the first.
    stands = {row.source for row in rows if row.id not in ends}
    kept = _vouchers_kept(tenant, people) if ends else Counter()
    return tuple(
        _period(
            row,
            known[row.plan_id],
            where.get(row.id),
            ends.get(row.id),
            receipts.get(row.source),
            0 if row.source in stands or row.number > 1 else kept[row.source],
        )
        for row in rows
    )


def source_of(key: str) -> str:
    """The source of periods in the key of a voucher that came with them."""
    return key.removeprefix("plan:").rpartition(":")[0]


def _vouchers_kept(tenant: UUID, people: Collection[UUID]) -> Counter[str]:
    """How many vouchers that came with periods were used up, by the periods' source."""
    given = vouchers_given(tenant=tenant, customers=people, origin="plan")
    return Counter(source_of(each.key) for each in given if each.status == "redeemed")


def _period(
    row: PlanPeriod,
    plan: PlanInfo,
    laid: Laid | None,
    end: PlanPeriodEnd | None,
    note: PlanReceipt | None,
    vouchers_kept: int,
) -> PeriodInfo:
    return PeriodInfo(
        id=row.id,
        plan_key=plan.key,
        plan=plan.name,
        cause=row.cause,
        source=row.source,
        bought_at=row.bought_at,
        recorded_at=row.recorded_at,
        starts_at=laid.starts_at if laid else None,
        ends_at=laid.ends_at if laid else None,
        points=row.points,
        purchase_id=row.purchase_id,
        taken_back=end.cause if end else "",
        taken_back_at=end.at if end else None,
        amount_minor=note.amount_minor if note else None,
        reference=note.reference if note else "",
        reason=note.reason if note else "",
        actor=note.actor_label if note else "",
        can_withdraw=end is None and row.cause != PlanPeriod.Cause.SALE,
        vouchers_kept=vouchers_kept,
    )


Filter = Literal["all", "active", "ending", "lapsed"]
ENDING_DAYS = 30


def plan_members(
    *, tenant: UUID, plan: str | None = None, which: str = "all", cursor: str | None = None, limit: int = 50
) -> Page[MemberInfo]:
    """Members by their end, the soonest first; lapsed ones the newest first. Three queries, however many.

    `which` is all, active (grace included), ending within 30 days, or lapsed. Raises InvalidCursor.
    """
    instant, backwards = now(), which == "lapsed"
    with tenant_scope(tenant, read_only=True):
        rows = _which(which, instant)
        if plan is not None:
            rows = rows.filter(plan__key=plan)
        if cursor is not None:
            rows = rows.filter(_beyond(cursor, backwards=backwards))
        order = ("-ends_at", "-id") if backwards else ("ends_at", "id")
        found = list(rows.order_by(*order)[: limit + 1])
        known = {each.id: each for each in plans(tenant=tenant)}
    last = found[limit - 1] if len(found) > limit else None
    items = tuple(_member(row, known[row.plan_id]) for row in found[:limit])
    return Page(items, encode_cursor(last.ends_at, last.id) if last else None)


def _which(which: str, instant: datetime) -> QuerySet[PlanMember]:
    rows = PlanMember.objects.filter(started_at__isnull=False)
    if which == "active":
        return rows.filter(lapses_at__gt=instant)
    if which == "ending":
        return rows.filter(lapses_at__gt=instant, ends_at__lte=instant + timedelta(days=ENDING_DAYS))
    return rows.filter(lapses_at__lte=instant) if which == "lapsed" else rows


def _beyond(cursor: str, *, backwards: bool) -> Q:
    at, last = decode_cursor(cursor, 2)
    try:
        end, row = datetime.fromisoformat(at), UUID(last)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
    if backwards:
        return Q(ends_at__lt=end) | Q(ends_at=end, id__lt=row)
    return Q(ends_at__gt=end) | Q(ends_at=end, id__gt=row)


def member_counts(*, tenant: UUID) -> dict[str, tuple[int, int, int]]:
    """How many members each plan has by its key: active (grace included), of these ending within 30 days, lapsed."""
    instant = now()
    is_in = Q(lapses_at__gt=instant)
    soon = Q(ends_at__lte=instant + timedelta(days=ENDING_DAYS))
    with tenant_scope(tenant, read_only=True):
        rows = PlanMember.objects.filter(started_at__isnull=False).order_by().values_list("plan__key")
        counted = rows.annotate(
            active=Count("id", filter=is_in), ending=Count("id", filter=is_in & soon), lapsed=Count("id", filter=~is_in)
        )
        return {key: (active, ending, lapsed) for key, active, ending, lapsed in counted}
