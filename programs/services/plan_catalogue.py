"""A brand decides on its plans."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction

from programs.errors import PlanNotFound
from programs.models import Plan, PlanArticle, PlanMember
from programs.selectors.plans import PlanInfo, get_plan
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.errors import SlugTaken
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

MOST_PRICE = 10**12
MOST_COUNT = {"months": 120, "days": 3650}
MOST_REMINDERS = 6
_KEY = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")


@dataclass(frozen=True)
class PlanTerms:
    """What a brand says of a plan. `count` is of months or days; `until` the last day of one with a fixed end.

    Prices are in minor units of the brand's currency and in points; None where it cannot be paid so. Reminders are
    days before the end. No card data: `pix_key` and `payment_link` are where members pay the brand themselves.
    """

    name: str
    description: str = ""
    benefits: str = ""
    price_minor: int | None = None
    price_points: int | None = None
    length: str = "months"
    count: int = 12
    until: date | None = None
    skus: Sequence[str] = ()
    grace_days: int = 0
    reminder_days: Sequence[int] = (30, 7, 1)
    rewards_renewal: bool = False
    pix_key: str = ""
    payment_link: str = ""


def create_plan(*, tenant: UUID, key: str, terms: PlanTerms, actor: Actor) -> PlanInfo:
    """Open a plan; its key stands in rules and coupons, and never changes. Raises InvalidInput, SlugTaken."""
    if not _KEY.match(key):
        raise InvalidInput({"key": ["Use small letters, digits, - and _, up to 60."]})
    with tenant_scope(tenant):
        plan = Plan(tenant_id=tenant, key=key, created_at=now())
        _put(tenant, plan, terms)
        try:
            with transaction.atomic():
                plan.save()
        except IntegrityError as error:
            raise SlugTaken from error
        _put_articles(tenant, plan, terms.skus)
        _audit(tenant, actor, "plan.open", plan, None)
        return get_plan(tenant=tenant, key=key)


def change_plan(
    *, tenant: UUID, key: str, terms: PlanTerms | None = None, status: str | None = None, actor: Actor
) -> PlanInfo:
    """Change a plan's terms, or close it to new members and renewals. What was bought keeps the terms it was bought by.

    Raises PlanNotFound, InvalidInput.
    """
    if status is not None and status not in Plan.Status.values:
        raise InvalidInput({"status": ["Choose live or closed."]})
    with tenant_scope(tenant):
        plan = Plan.objects.select_for_update(no_key=True).filter(key=key).first()
        if plan is None:
            raise PlanNotFound
        before = _spoken(plan)
        if terms is not None:
            _put(tenant, plan, terms)
            _put_articles(tenant, plan, terms.skus)
        plan.status = status or plan.status
        plan.save()
        if plan.reminder_days != before["reminder_days"]:
            # Reminders lie elsewhere now: everybody who is a member is looked at once more.
            PlanMember.objects.filter(plan=plan, next_at__isnull=False).update(next_at=now())
            request_work(queue="relay")
        _audit(tenant, actor, "plan.change", plan, before)
        return get_plan(tenant=tenant, key=key)


def _put(tenant: UUID, plan: Plan, terms: PlanTerms) -> None:
    _check(terms)
    plan.name = terms.name.strip()
    plan.description = terms.description.strip()
    plan.benefits = terms.benefits.strip()
    plan.price_minor, plan.price_points = terms.price_minor, terms.price_points
    plan.length, plan.count = terms.length, terms.count
    plan.until = terms.until if terms.length == Plan.Length.UNTIL else None
    plan.grace_days = terms.grace_days
    plan.reminder_days = sorted({int(days) for days in terms.reminder_days}, reverse=True)
    plan.rewards_renewal = terms.rewards_renewal
    plan.pix_key, plan.payment_link = terms.pix_key.strip(), terms.payment_link.strip()


def _put_articles(tenant: UUID, plan: Plan, skus: Sequence[str]) -> None:
    wanted = {sku.strip() for sku in skus if sku.strip()}
    if any(len(sku) > 100 for sku in wanted) or len(wanted) > 50:
        raise InvalidInput({"skus": ["Up to 50 articles, each with up to 100 characters."]})
    taken = PlanArticle.objects.filter(sku__in=wanted).exclude(plan=plan).values_list("sku", "plan__name")
    if found := sorted(taken):
        told = "; ".join(f"{sku}: {name}" for sku, name in found)
        raise InvalidInput({"skus": [f"An article buys one plan. Taken already: {told}."]})
    PlanArticle.objects.filter(plan=plan).exclude(sku__in=wanted).delete()
    there = set(PlanArticle.objects.filter(plan=plan).values_list("sku", flat=True))
    PlanArticle.objects.bulk_create(PlanArticle(tenant_id=tenant, plan=plan, sku=sku) for sku in sorted(wanted - there))


def _check(terms: PlanTerms) -> None:
    errors: dict[str, list[str]] = {}
    if not 1 <= len(terms.name.strip()) <= 80:
        errors["name"] = ["Use 1 to 80 characters."]
    if len(terms.description) > 300:
        errors["description"] = ["Use up to 300 characters."]
    if len(terms.benefits) > 2000:
        errors["benefits"] = ["Use up to 2000 characters."]
    for name, price in (("price_minor", terms.price_minor), ("price_points", terms.price_points)):
        if price is not None and not 1 <= price <= MOST_PRICE:
            errors[name] = ["A price is a whole number above zero."]
    errors |= _period_faults(terms)
    if len(terms.pix_key) > 140:
        errors["pix_key"] = ["A Pix key has up to 140 characters."]
    if terms.payment_link and not _is_link(terms.payment_link):
        errors["payment_link"] = ["Use an address that begins with https://."]
    if errors:
        raise InvalidInput(errors)


def _period_faults(terms: PlanTerms) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if terms.length not in Plan.Length.values:
        errors["length"] = ["Choose months, days or until."]
    elif terms.length == Plan.Length.UNTIL and terms.until is None:
        errors["until"] = ["Say with which day the plan ends."]
    elif terms.length in MOST_COUNT and not 1 <= terms.count <= MOST_COUNT[terms.length]:
        errors["count"] = [f"Use 1 to {MOST_COUNT[terms.length]}."]
    if not 0 <= terms.grace_days <= 365:
        errors["grace_days"] = ["Use 0 to 365 days."]
    if len(set(terms.reminder_days)) > MOST_REMINDERS or not all(1 <= days <= 365 for days in terms.reminder_days):
        errors["reminder_days"] = [f"Up to {MOST_REMINDERS} reminders, each 1 to 365 days before the end."]
    return errors


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and len(text) <= 300


def _audit(tenant: UUID, actor: Actor, action: str, plan: Plan, before: dict[str, Any] | None) -> None:
    record_audit(
        tenant=tenant,
        actor=actor,
        action=action,
        object_kind="plan",
        object_id=plan.id,
        before=before,
        after=_spoken(plan),
    )


def _spoken(plan: Plan) -> dict[str, Any]:
    names = ("key", "name", "price_minor", "price_points", "length", "count", "grace_days", "status", "pix_key")
    spoken = {name: getattr(plan, name) for name in names}
    return spoken | {"reminder_days": list(plan.reminder_days), "until": plan.until.isoformat() if plan.until else None}
