"""What follows from the periods of a plan: since when, until when, and what members and others are told."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from programs.events import PlanEnding, PlanLapsed, PlanRenewed, PlanStarted
from programs.models import Plan, PlanMember, PlanPeriod
from programs.periods import Laid, Span, newest_span
from programs.selectors.plans import laid_periods, standing_periods
from programs.services.renewal_rewards import reward_renewal, reward_renewals_again
from smartbis.customers.selectors import active_customers
from smartbis.customers.services import end_membership, set_membership
from smartbis.kernel.clock import now
from smartbis.ledger.services import lock_holder
from smartbis.outbox.services import publish
from smartbis.outbox.work import each_alone, request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

PLAN = "plan"


def settle_member(*, tenant: UUID, plan: Plan, customer: UUID, added: Collection[PlanPeriod] = ()) -> PlanMember:
    """Work out where a customer stands with a plan, and say what that changes. The holder is locked by the caller.

    Reads every period that stands, so that it may run again and in any order. `added` are periods that are new: the
    member is told of them, and a renewal among them takes part in the programme. Runs in the tenant's scope.
    Publishes PlanStarted, PlanRenewed, PlanEnding, PlanLapsed, and ParticipationRecorded.
    """
    at = now()
    member, _ = PlanMember.objects.get_or_create(tenant_id=tenant, plan=plan, customer_id=customer)
    standing = standing_periods(tenant=tenant, plan=plan.id, customer=customer)
    laid = laid_periods(standing, get_tenant(tenant=tenant).timezone)
    run = newest_span(laid)
    was_open = member.started_at is not None and member.lapsed_at is None
    if run is None or run.ends_at != member.ends_at:
        member.reminded = _past_reminder(plan, run, at)
    member.started_at = run.starts_at if run else None
    member.ends_at = run.ends_at if run else None
    member.lapses_at = run.lapses_at if run else None
    if run is not None and run.lapses_at > at:
        member.lapsed_at = None
        _remind(plan, member, run, at)
    elif member.lapsed_at is None:
        member.lapsed_at = run.lapses_at if run else at
        if was_open:
            cause = "time" if run else "taken_back"
            ended = run.ends_at if run else at
            publish(PlanLapsed(customer_id=customer, plan=plan.key, cause=cause, ended_at=ended.isoformat()))
    member.next_at = _next_at(plan, member, run, at)
    member.save()
    _belong(tenant, plan, customer, run)
    reward_renewals_again(tenant=tenant, plan=plan, customer=customer, laid=laid)
    if added and run is not None and run.lapses_at > at:
        _tell(tenant, plan, customer, laid, added, run)
    if member.next_at is not None:
        request_work(queue="relay", due_at=member.next_at)
    return member


def _past_reminder(plan: Plan, run: Span | None, at: datetime) -> int | None:
    """The reminder of a new end whose day has passed already: who has just paid is not reminded of it."""
    if run is None:
        return None
    return min((days for days in plan.reminder_days if at >= run.ends_at - timedelta(days=days)), default=None)


def _remind(plan: Plan, member: PlanMember, run: Span, at: datetime) -> None:
    """Remind of the nearest day that has come; days missed meanwhile are not made up for."""
    due = _past_reminder(plan, run, at)
    if due is None or (member.reminded is not None and member.reminded <= due) or at >= run.ends_at:
        return
    member.reminded = due
    left = -((at - run.ends_at) // timedelta(days=1))
    publish(PlanEnding(customer_id=member.customer_id, plan=plan.key, days=left, ends_at=run.ends_at.isoformat()))


def _next_at(plan: Plan, member: PlanMember, run: Span | None, at: datetime) -> datetime | None:
    if run is None or member.lapsed_at is not None:
        return None
    ahead = [run.ends_at - timedelta(days=days) for days in plan.reminder_days]
    return min((each for each in (*ahead, run.lapses_at) if each > at), default=run.lapses_at)


def _belong(tenant: UUID, plan: Plan, customer: UUID, run: Span | None) -> None:
    """What rules and coupons read: from the start to the end with its grace."""
    if not active_customers(tenant=tenant, customers=[customer]):
        return
    if run is None or run.lapses_at <= run.starts_at:
        end_membership(tenant=tenant, customer=customer, kind=PLAN, key=plan.key)
    else:
        set_membership(
            tenant=tenant,
            customer=customer,
            kind=PLAN,
            key=plan.key,
            valid_from=run.starts_at,
            valid_until=run.lapses_at,
        )


def _tell(tenant: UUID, plan: Plan, customer: UUID, laid: list[Laid], added: Collection[PlanPeriod], run: Span) -> None:
    where = {each.bought.id: each for each in laid}
    longer = [row for row in added if where[row.id].adds_time]
    if not longer:
        return
    first = min(longer, key=lambda row: (row.bought_at, row.number))
    kind = PlanRenewed if where[first.id].renewal else PlanStarted
    publish(
        kind(
            customer_id=customer,
            plan=plan.key,
            source=first.source,
            cause=first.cause,
            ends_at=run.ends_at.isoformat(),
        )
    )
    if kind is PlanRenewed:
        reward_renewal(tenant=tenant, plan=plan, customer=customer, period=first)


def settle_due(*, tenant: UUID, limit: int = 100) -> bool:
    """Remind members and let plans lapse whose time has come, each in a transaction of its own. True for more."""
    with tenant_scope(tenant, read_only=True):
        rows = PlanMember.objects.filter(next_at__lte=now()).order_by("next_at", "id")
        due = list(rows.values_list("plan_id", "customer_id")[:limit])
    each_alone([partial(_settle, tenant, plan, customer) for plan, customer in due])
    with tenant_scope(tenant):
        _wake_for_next()
    return len(due) == limit


def _settle(tenant: UUID, plan: UUID, customer: UUID) -> None:
    with tenant_scope(tenant):
        lock_holder(tenant=tenant, customer=customer)
        settle_member(tenant=tenant, plan=Plan.objects.get(id=plan), customer=customer)


def _wake_for_next() -> None:
    waiting = PlanMember.objects.filter(next_at__gt=now()).order_by("next_at")
    if next_at := waiting.values_list("next_at", flat=True).first():
        request_work(queue="relay", due_at=next_at)
