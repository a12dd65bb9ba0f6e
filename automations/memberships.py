"""Notices about tiers and plans, from the present state: what has changed back meanwhile is not told."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from automations.notices import addressed, greeted, is_history, is_news
from automations.wording import Wording
from messaging.services import queue_message
from programs.events import PlanEnding, PlanLapsed, PlanRenewed, PlanStarted, TierEnding, TierReached
from programs.selectors import MemberInfo, current_plans, customer_plans, get_plan, tier_card
from smartbis.tenancy.selectors import TenantInfo

_BREATH = timedelta(microseconds=1)


def tell_tier_reached(*, tenant: UUID, event: TierReached) -> None:
    """Tell a member of their tier, up or down; nothing when the brand only moved its ladder."""
    card = tier_card(tenant=tenant, customer=event.customer_id)
    if event.cause == "ladder" or card is None or card.tier is None or card.reached_at is None:
        return
    tier, keep_until = card.tier, card.keep_until
    if tier.key != event.tier or not is_news(card.reached_at):
        return
    _tell(
        tenant,
        event.customer_id,
        "tier_reached",
        lambda brand, wording: {"tier": tier.name, "brand": brand.name, "kept": wording.until(keep_until)},
        cause=("tier.reached", event.tier, card.reached_at.isoformat()),
    )


def tell_tier_ending(*, tenant: UUID, event: TierEnding) -> None:
    """Tell a member what lacks to keep their tier, as it stands now."""
    card = tier_card(tenant=tenant, customer=event.customer_id)
    if card is None or card.tier is None or card.keep_until is None or not card.to_keep:
        return
    tier, keep_until, lacking, measure = card.tier, card.keep_until, card.to_keep, card.ladder.measure
    if tier.key != event.tier or keep_until.isoformat() != event.ends_at:
        return
    _tell(
        tenant,
        event.customer_id,
        "tier_ending",
        lambda brand, wording: {
            "tier": tier.name,
            "day": wording.date(keep_until - _BREATH),
            "missing": wording.figure(lacking, measure, brand.currency),
        },
        cause=("tier.ending", event.ends_at),
    )


def tell_plan_started(*, tenant: UUID, event: PlanStarted | PlanRenewed) -> None:
    """Tell a member until when they have a plan; one that was bought long ago is history."""
    member = _member(tenant, event.customer_id, event.plan)
    if member is None or is_history(tenant, event.source) or not _is_fresh(tenant, event):
        return
    _tell(
        tenant,
        event.customer_id,
        "plan_renewed" if isinstance(event, PlanRenewed) else "plan_started",
        lambda brand, wording: {
            "plan": member.plan.name,
            "until": wording.until(member.ends_at),
        },
        cause=("plan.bought", event.source),
    )


def tell_plan_ending(*, tenant: UUID, event: PlanEnding) -> None:
    """Remind a member of the end of their plan, and how to renew it; nothing once it goes on for longer."""
    member = _member(tenant, event.customer_id, event.plan)
    if member is None or member.ends_at.isoformat() != event.ends_at or member.state != "active":
        return
    _tell(
        tenant,
        event.customer_id,
        "plan_ending",
        lambda brand, wording: {
            "plan": member.plan.name,
            "day": wording.date(member.ends_at - _BREATH),
            "how": wording.how_to_renew(member),
        },
        cause=("plan.ending", event.plan, event.ends_at, event.days),
    )


def tell_plan_lapsed(*, tenant: UUID, event: PlanLapsed) -> None:
    """Tell a member that their plan is over by its time; one that was taken back, they know of."""
    if event.cause != "time" or _member(tenant, event.customer_id, event.plan) is not None:
        return
    plan = get_plan(tenant=tenant, key=event.plan)
    ended = datetime.fromisoformat(event.ended_at)
    if not is_news(ended + timedelta(days=plan.grace_days)):
        return
    _tell(
        tenant,
        event.customer_id,
        "plan_lapsed",
        lambda brand, wording: {
            "plan": plan.name,
            "day": wording.date(ended - _BREATH),
            "brand": brand.name,
        },
        cause=("plan.lapsed", event.plan, event.ended_at),
    )


def _tell(
    tenant: UUID,
    customer: UUID,
    template: str,
    words: Callable[[TenantInfo, Wording], dict[str, str]],
    *,
    cause: tuple[str, *tuple[object, ...]],
) -> None:
    """Write to a member in their language, by name, unless they were erased. `cause` is what is told, and its facts."""
    person, brand, wording = addressed(tenant, customer)
    if person.status != "active":
        return
    kind, *facts = cause
    # A name for what is told, short enough to keep: the facts of it are hashed.
    told = hashlib.sha256("\x1f".join(str(fact) for fact in facts).encode()).hexdigest()[:32]
    queue_message(
        tenant=tenant,
        customer=person.id,
        template=template,
        parameters={"first_name": greeted(person, wording)} | words(brand, wording),
        cause=f"{kind}:{person.id}:{told}",
    )


def _member(tenant: UUID, customer: UUID, plan: str) -> MemberInfo | None:
    found = current_plans(tenant=tenant, customer=customer)
    return next((member for member in found if member.plan.key == plan), None)


def _is_fresh(tenant: UUID, event: PlanStarted | PlanRenewed) -> bool:
    periods = customer_plans(tenant=tenant, customer=event.customer_id, with_periods=True).periods
    mine = [period for period in periods if period.source == event.source and not period.taken_back]
    return any(is_news(period.bought_at) for period in mine)
