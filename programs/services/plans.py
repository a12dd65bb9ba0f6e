"""Customers get a plan's periods: by a payment that staff confirm, with points, as a gift, by a rule; and lose them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.errors import (
    PlanAlreadyPaid,
    PlanClosed,
    PlanNotForPoints,
    PlanNotFound,
    PlanPeriodNotFound,
    PlanSourceConflict,
)
from programs.events import PlanShortened
from programs.models import Plan, PlanMember, PlanPeriod, PlanPeriodEnd, PlanReceipt
from programs.periods import is_paid_up
from programs.selectors.plans import CustomerPlans, customer_plans, laid_periods, standing_periods
from programs.services.plan_members import settle_member
from programs.services.plan_receipts import payment_source, write_receipt
from programs.services.plan_vouchers import take_plan_vouchers_back
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer, merged_ids
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput, PriceChanged
from smartbis.kernel.people import Actor
from smartbis.kernel.units import POINTS
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit

MOST_PERIODS = 60


def start_period(
    *,
    tenant: UUID,
    customer: UUID,
    plan_key: str,
    periods: int = 1,
    source: str,
    occurred_at: datetime | None = None,
) -> PlanMember:
    """Give a customer periods of a plan because a rule says so; once for each `source`, a name such as `award:<id>`.

    A run that still goes on (its grace included) goes on for longer, else one starts at `occurred_at` (now). The same
    source again changes nothing, and a plan with a fixed end is given once, however many `periods`. Locks the holder,
    and joins a transaction that holds it already.
    Raises PlanNotFound, PlanClosed, PlanAlreadyPaid (up to a fixed end), PlanSourceConflict, CustomerNotFound,
    InvalidInput.
    Publishes PlanStarted or PlanRenewed.
    """
    with tenant_scope(tenant):
        holder, plan = _open(tenant, customer, plan_key)
        customer = holder.customer_id
        cause = PlanPeriod.Cause.RULE
        periods = 1 if plan.length == Plan.Length.UNTIL else periods
        return _give(tenant, plan, customer, cause=cause, source=source, periods=periods, bought_at=occurred_at)


def grant_plan(
    *, tenant: UUID, customer: UUID, plan_key: str, periods: int = 1, reason: str, key: str, actor: Actor
) -> CustomerPlans:
    """Give a customer periods of a plan for nothing, with a reason; once for each `key`.

    Raises what `start_period` raises. Publishes PlanStarted or PlanRenewed.
    """
    if not 3 <= len(reason.strip()) <= 300:
        raise InvalidInput({"reason": ["Say why, in 3 to 300 characters."]})
    source = f"grant:{key}"
    with tenant_scope(tenant):
        holder, plan = _open(tenant, customer, plan_key)
        customer = holder.customer_id
        note = PlanReceipt(reason=reason.strip())
        write_receipt(tenant, plan, customer, source, note, actor)
        _give(tenant, plan, customer, cause=PlanPeriod.Cause.GRANT, source=source, periods=periods)
        return customer_plans(tenant=tenant, customer=customer, with_periods=True)


def confirm_payment(
    *,
    tenant: UUID,
    customer: UUID,
    plan_key: str,
    amount_minor: int,
    reference: str,
    periods: int = 1,
    paid_at: datetime | None = None,
    actor: Actor,
) -> CustomerPlans:
    """Staff saw a payment (a Pix, a transfer): the customer gets what it pays for; once for each reference.

    The same payment again changes nothing while what it gave stands; once that was withdrawn, it can be booked anew.
    `amount_minor` is in minor units of the brand's currency.
    Raises PlanSourceConflict when the reference stands with anything else, and what `start_period` raises.
    Publishes PlanStarted or PlanRenewed.
    """
    reference = " ".join(reference.split())
    if not 3 <= len(reference) <= 100:
        raise InvalidInput({"reference": ["Name the payment by 3 to 100 characters of its proof."]})
    if not 1 <= amount_minor <= 10**12:
        raise InvalidInput({"amount_minor": ["The amount is above zero."]})
    with tenant_scope(tenant):
        holder, plan = _open(tenant, customer, plan_key)
        customer = holder.customer_id
        source = payment_source(reference)
        note = PlanReceipt(reference=reference, amount_minor=amount_minor)
        write_receipt(tenant, plan, customer, source, note, actor)
        cause = PlanPeriod.Cause.PAYMENT
        _give(tenant, plan, customer, cause=cause, source=source, periods=periods, bought_at=paid_at)
        return customer_plans(tenant=tenant, customer=customer, with_periods=True)


def buy_plan_with_points(
    *,
    tenant: UUID,
    customer: UUID,
    plan_key: str,
    periods: int = 1,
    key: str,
    actor: Actor,
    expects_price: tuple[int, str] | None = None,
) -> CustomerPlans:
    """Pay periods of a plan with points; once for each `key`. `expects_price`, amount and unit, is a period's as shown.

    Raises PlanNotForPoints, PriceChanged, InsufficientBalance, and what `start_period` raises.
    Publishes PlanStarted or PlanRenewed.
    """
    source = f"points:{key}"
    with tenant_scope(tenant):
        holder, plan = _open(tenant, customer, plan_key)
        customer = holder.customer_id
        if plan.price_points is None:
            raise PlanNotForPoints
        if not PlanPeriod.objects.filter(source=source).exists():
            _check_periods(plan, periods)
            if expects_price not in (None, (plan.price_points, POINTS)):
                raise PriceChanged
            post(tenant=tenant, holder=holder, moves=[_paid(plan, plan.price_points * periods)])
        _give(
            tenant,
            plan,
            customer,
            cause=PlanPeriod.Cause.POINTS,
            source=source,
            periods=periods,
            points=plan.price_points,
        )
        record_audit(
            tenant=tenant,
            actor=actor,
            action="plan.buy_with_points",
            object_kind="customer",
            object_id=customer,
            after={"plan": plan.key, "periods": periods},
        )
        return customer_plans(tenant=tenant, customer=customer, with_periods=True)


def withdraw_plan(*, tenant: UUID, customer: UUID, source: str, reason: str, actor: Actor) -> CustomerPlans:
    """Take back what a payment, points, a gift or a rule gave, as if it had never been; points come back.

    What a sale gave goes with the sale's refund. Again changes nothing. Raises PlanPeriodNotFound, InvalidInput.
    Publishes PlanLapsed when nothing is left.
    """
    if not 3 <= len(reason.strip()) <= 300:
        raise InvalidInput({"reason": ["Say why, in 3 to 300 characters."]})
    with tenant_scope(tenant):
        holder = lock_holder(tenant=tenant, customer=customer)
        rows = list(
            PlanPeriod.objects.filter(customer_id__in=_people(tenant, holder.customer_id), source=source)
            .exclude(cause=PlanPeriod.Cause.SALE)
            .select_related("plan")
            .order_by("number")
        )
        if not rows:
            raise PlanPeriodNotFound
        plan = rows[0].plan
        if taken := take_back_periods(tenant=tenant, rows=rows, cause=PlanPeriodEnd.Cause.WITHDRAWN):
            _give_points_back(tenant, holder, plan, sum(row.points for row in taken))
            settle_member(tenant=tenant, plan=plan, customer=holder.customer_id)
            record_audit(
                tenant=tenant,
                actor=actor,
                action="plan.withdraw",
                object_kind="customer",
                object_id=customer,
                reason=reason.strip(),
                before={"plan": plan.key, "periods": len(taken)},
            )
        return customer_plans(tenant=tenant, customer=holder.customer_id, with_periods=True)


def add_periods(
    *,
    tenant: UUID,
    plan: Plan,
    customer: UUID,
    cause: str,
    source: str,
    numbers: Sequence[int],
    bought_at: datetime,
    purchase: UUID | None = None,
    points: int = 0,
) -> list[PlanPeriod]:
    """Write periods with the plan's present terms and answer them. Runs in the tenant's scope, the holder locked."""
    rows = [
        PlanPeriod(
            tenant_id=tenant,
            plan=plan,
            customer_id=customer,
            cause=cause,
            purchase_id=purchase,
            source=source,
            number=number,
            bought_at=bought_at,
            length=plan.length,
            count=plan.count,
            until=plan.until,
            grace_days=plan.grace_days,
            points=points,
            recorded_at=now(),
        )
        for number in numbers
    ]
    PlanPeriod.objects.bulk_create(rows)
    return rows


def take_back_periods(*, tenant: UUID, rows: Sequence[PlanPeriod], cause: str) -> list[PlanPeriod]:
    """Let periods count no longer, and answer those that still did. Runs in the tenant's scope, the holder locked.

    Vouchers that came with them go too, but for used ones. Publishes PlanShortened, VoucherCancelled.
    """
    ended = set(PlanPeriodEnd.objects.filter(period__in=rows).values_list("period_id", flat=True))
    taken = [row for row in rows if row.id not in ended]
    PlanPeriodEnd.objects.bulk_create(
        PlanPeriodEnd(tenant_id=tenant, period=row, cause=cause, at=now()) for row in taken
    )
    if cause != PlanPeriodEnd.Cause.MERGED:  # such periods come back as those of who stays
        for customer in sorted({row.customer_id for row in taken}):
            sources = {row.source for row in taken if row.customer_id == customer}
            take_plan_vouchers_back(tenant=tenant, customer=customer, sources=sources)
    keys = dict(Plan.objects.filter(id__in={row.plan_id for row in taken}).values_list("id", "key"))
    publish(
        *(
            PlanShortened(customer_id=customer, plan=keys[plan])
            for customer, plan in sorted({(row.customer_id, row.plan_id) for row in taken})
        )
    )
    return taken


def is_over(plan: Plan, zone: str, at: datetime) -> bool:
    """Whether a plan with a fixed end has passed it at an instant."""
    return (
        plan.until is not None
        and plan.length == Plan.Length.UNTIL
        and at.astimezone(ZoneInfo(zone)).date() > plan.until
    )


def _open(tenant: UUID, customer: UUID, plan_key: str) -> tuple[LockedHolder, Plan]:
    """The holder, locked first of all, and the plan. The holder's is who stays, of somebody who was merged."""
    customer = hold_customer(tenant=tenant, customer=customer)
    if get_customer(tenant=tenant, customer=customer).status != "active":
        raise CustomerNotFound
    holder = lock_holder(tenant=tenant, customer=customer)
    plan = Plan.objects.filter(key=plan_key).first()
    if plan is None:
        raise PlanNotFound
    return holder, plan


def _people(tenant: UUID, customer: UUID) -> set[UUID]:
    """The ids that a customer's periods may bear: they stay as they were written when two customers become one."""
    return {customer, *merged_ids(tenant=tenant, customer=customer)}


def _check_periods(plan: Plan, periods: int) -> None:
    if not 1 <= periods <= MOST_PERIODS:
        raise InvalidInput({"periods": [f"Use 1 to {MOST_PERIODS} periods."]})
    if periods > 1 and plan.length == Plan.Length.UNTIL:
        raise InvalidInput({"periods": ["A plan with a fixed end is paid once."]})


def _check_sold(tenant: UUID, plan: Plan, customer: UUID, at: datetime) -> None:
    """Raises PlanClosed, PlanAlreadyPaid."""
    zone = get_tenant(tenant=tenant).timezone
    if plan.status != Plan.Status.LIVE or is_over(plan, zone, at):
        raise PlanClosed
    laid = laid_periods(standing_periods(tenant=tenant, plan=plan.id, customer=customer), zone)
    if laid and is_paid_up(plan.length, plan.until, laid[-1].ends_at, zone):
        raise PlanAlreadyPaid


def _give(
    tenant: UUID,
    plan: Plan,
    customer: UUID,
    *,
    cause: str,
    source: str,
    periods: int,
    bought_at: datetime | None = None,
    points: int = 0,
) -> PlanMember:
    _check_periods(plan, periods)
    if not 1 <= len(source) <= 120:
        raise InvalidInput({"source": ["A source has 1 to 120 characters."]})
    at = bought_at or now()
    there = list(PlanPeriod.objects.filter(source=source))
    if there:
        same = {row.plan_id for row in there} == {plan.id}
        same = same and {row.customer_id for row in there} <= _people(tenant, customer)
        if not same or len(there) != periods:
            raise PlanSourceConflict
        return settle_member(tenant=tenant, plan=plan, customer=customer)
    _check_sold(tenant, plan, customer, at)
    added = add_periods(
        tenant=tenant,
        plan=plan,
        customer=customer,
        cause=cause,
        source=source,
        numbers=range(1, periods + 1),
        bought_at=at,
        points=points,
    )
    return settle_member(tenant=tenant, plan=plan, customer=customer, added=added)


def _paid(plan: Plan, points: int) -> Move:
    return Move(
        unit=POINTS,
        debit=Account.AVAILABLE,
        credit=Account.REDEEMED,
        amount=points,
        kind="plan_buy",
        explanation={"key": "plan_bought", "plan": plan.name},
    )


def _give_points_back(tenant: UUID, holder: LockedHolder, plan: Plan, points: int) -> None:
    if not points:
        return
    move = Move(
        unit=POINTS,
        debit=Account.REDEEMED,
        credit=Account.AVAILABLE,
        amount=points,
        kind="plan_return",
        explanation={"key": "plan_returned", "plan": plan.name},
    )
    post(tenant=tenant, holder=holder, moves=[move])
    repay_owed(tenant=tenant, holder=holder, unit=POINTS, at_most=points)


def join_members(*, tenant: UUID, customer: UUID, merged: UUID) -> None:
    """Two customers became one: what both have bought is laid anew for the one who stays."""
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        lock_holder(tenant=tenant, customer=customer)
        PlanMember.objects.filter(customer_id=merged).update(
            started_at=None, ends_at=None, lapses_at=None, next_at=None, reminded=None
        )
        # All of theirs: who was merged now may have been joined with others before.
        bought = PlanPeriod.objects.filter(customer_id__in=_people(tenant, customer))
        for plan in Plan.objects.filter(id__in=bought.values("plan_id")).order_by("id"):
            settle_member(tenant=tenant, plan=plan, customer=customer)


def forget_member(*, tenant: UUID, customer: UUID) -> None:
    """Wipe what staff wrote about an erased customer, and remind them of nothing. Periods stay, without a person."""
    with tenant_scope(tenant):
        PlanReceipt.objects.filter(customer_id=customer).update(reference="", reason="", actor_label="")
        PlanMember.objects.filter(customer_id=customer).update(next_at=None)
