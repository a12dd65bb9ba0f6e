"""Notices about tiers and plans, from the present state: what has changed back meanwhile is not told."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from automations.notices import addressed, greeted, is_news
from automations.wording import Wording
from messaging.services import queue_message
from programs.events import PlanEnding, PlanLapsed, PlanRenewed, PlanStarted, TierEnding, TierReached
from programs.selectors import MemberInfo, current_plans, customer_plans, get_plan, tier_card
from smartbis.customers.infos import CustomerInfo
from smartbis.tenancy.selectors import TenantInfo

_BREATH = timedelta(microseconds=1)


def tell_tier_reached(*, tenant: UUID, event: TierReached) -> None:
    """Tell a member of their tier, up or down; nothing when the brand only moved its ladder."""
    card = tier_card(tenant=tenant, customer=event.customer_id)
    if event.cause == "ladder" or card is None or card.tier is None or card.reached_at is None:
        return
    if card.tier.key != event.tier or not is_news(card.reached_at):
        return
    found = _whom(tenant, event.customer_id)
    if found is None:
        return
    person, brand, wording = found
    queue_message(
        tenant=tenant,
        customer=person.id,
        template="tier_reached",
        parameters={
            "first_name": greeted(person, wording),
            "tier": card.tier.name,
            "brand": brand.name,
            "kept": wording.until(card.keep_until),
        },
        cause=_cause("tier.reached", person.id, event.tier, card.reached_at.isoformat()),
    )


def tell_tier_ending(*, tenant: UUID, event: TierEnding) -> None:
    """Tell a member what lacks to keep their tier, as it stands now."""
    card = tier_card(tenant=tenant, customer=event.customer_id)
    if card is None or card.tier is None or card.keep_until is None or not card.to_keep:
        return
    if card.tier.key != event.tier or card.keep_until.isoformat() != event.ends_at:
        return
    found = _whom(tenant, event.customer_id)
    if found is None:
        return
    person, brand, wording = found
    missing = wording.figure(card.to_keep, card.ladder.measure, brand.currency)
    queue_message(
        tenant=tenant,
        customer=person.id,
        template="tier_ending",
        parameters={
            "first_name": greeted(person, wording),
            "tier": card.tier.name,
            "day": wording.date(card.keep_until - _BREATH),
            "missing": missing,
        },
        cause=_cause("tier.ending", person.id, event.ends_at),
    )


def tell_plan_started(*, tenant: UUID, event: PlanStarted | PlanRenewed) -> None:
    """Tell a member until when they have a plan; one that was bought long ago is history."""
    member = _member(tenant, event.customer_id, event.plan)
    if member is None or not _is_fresh(tenant, event):
        return
    found = _whom(tenant, event.customer_id)
    if found is None:
        return
    person, _, wording = found
    queue_message(
        tenant=tenant,
        customer=person.id,
        template="plan_renewed" if isinstance(event, PlanRenewed) else "plan_started",
        parameters={
            "first_name": greeted(person, wording),
            "plan": member.plan.name,
            "until": wording.until(member.ends_at),
        },
        cause=_cause("plan.bought", person.id, event.source),
    )


def tell_plan_ending(*, tenant: UUID, event: PlanEnding) -> None:
    """Remind a member of the end of their plan, and how to renew it; nothing once it goes on for longer."""
    member = _member(tenant, event.customer_id, event.plan)
    if member is None or member.ends_at.isoformat() != event.ends_at or member.state != "active":
        return
    found = _whom(tenant, event.customer_id)
    if found is None:
        return
    person, _, wording = found
    queue_message(
        tenant=tenant,
        customer=person.id,
        template="plan_ending",
        parameters={
            "first_name": greeted(person, wording),
            "plan": member.plan.name,
            "day": wording.date(member.ends_at - _BREATH),
            "how": wording.how_to_renew(member.plan),
        },
        cause=_cause("plan.ending", person.id, event.plan, event.ends_at, event.days),
    )


def tell_plan_lapsed(*, tenant: UUID, event: PlanLapsed) -> None:
    """Tell a member that their plan is over by its time; one that was taken back, they know of."""
    if event.cause != "time" or _member(tenant, event.customer_id, event.plan) is not None:
        return
    plan = get_plan(tenant=tenant, key=event.plan)
    ended = datetime.fromisoformat(event.ended_at)
    if not is_news(ended + timedelta(days=plan.grace_days)):
        return
    found = _whom(tenant, event.customer_id)
    if found is None:
        return
    person, brand, wording = found
    queue_message(
        tenant=tenant,
        customer=person.id,
        template="plan_lapsed",
        parameters={
            "first_name": greeted(person, wording),
            "plan": plan.name,
            "day": wording.date(ended - _BREATH),
            "brand": brand.name,
        },
        cause=_cause("plan.lapsed", person.id, event.plan, event.ended_at),
    )


def _cause(kind: str, customer: UUID, *facts: object) -> str:
    """A name for what is told, short enough to keep: the facts of it are hashed."""
    told = hashlib.sha256("\x1f".join(str(fact) for fact in facts).encode()).hexdigest()[:32]
    return f"{kind}:{customer}:{told}"


def _whom(tenant: UUID, customer: UUID) -> tuple[CustomerInfo, TenantInfo, Wording] | None:
    """Who is written to; nobody who was erased."""
    found = addressed(tenant, customer)
    return found if found[0].status == "active" else None


def _member(tenant: UUID, customer: UUID, plan: str) -> MemberInfo | None:
    found = current_plans(tenant=tenant, customer=customer)
    return next((member for member in found if member.plan.key == plan), None)


def _is_fresh(tenant: UUID, event: PlanStarted | PlanRenewed) -> bool:
    periods = customer_plans(tenant=tenant, customer=event.customer_id, with_periods=True).periods
    mine = [period for period in periods if period.source == event.source and not period.taken_back]
    return any(is_news(period.bought_at) for period in mine)
