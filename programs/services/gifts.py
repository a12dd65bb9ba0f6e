"""Things that rules give beside value: vouchers of a coupon, periods of a plan.

The sale's transaction only promises them: a row that a worker hands out, once and not before the rule's hold has passed
(`programs.services.giving`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from programs.models import RuleGift
from programs.rules import Granted
from programs.rules.spec import PlanGift, VoucherGift
from programs.services.facts import Occasion
from smartbis.kernel.clock import now
from smartbis.outbox.work import request_work


@dataclass(frozen=True)
class GiftDraft:
    """A gift to be promised; `counted_on` is the day on which the rule's limits counted it."""

    occasion: Occasion
    program: UUID
    version: UUID
    granted: Granted
    counted_on: date | None


def promise_gifts(*, tenant: UUID, gifts: Sequence[GiftDraft]) -> None:
    """Write the gifts down, to be handed out after commit and their rule's hold. Runs in the scope of the sale."""
    if not gifts:
        return
    instant = now()
    RuleGift.objects.bulk_create(
        RuleGift(
            tenant_id=tenant,
            purchase_id=gift.occasion.purchase,
            participation_id=gift.occasion.participation,
            customer_id=gift.occasion.customer,
            program_id=gift.program,
            rule_version_id=gift.version,
            rule_key=gift.granted.rule.key,
            kind=_kind(gift),
            reference=_reference(gift),
            quantity=gift.granted.amount,
            counted_on=gift.counted_on,
            created_at=instant,
            due_at=_due_at(gift),
        )
        for gift in gifts
    )
    for due_at in sorted({max(instant, _due_at(gift)) for gift in gifts}):
        request_work(queue="relay", due_at=due_at)


def _due_at(gift: GiftDraft) -> datetime:
    return gift.occasion.occurred_at + timedelta(days=gift.granted.rule.hold_days)


def _kind(gift: GiftDraft) -> str:
    is_voucher = isinstance(gift.granted.rule.effect, VoucherGift)
    return RuleGift.Kind.VOUCHER if is_voucher else RuleGift.Kind.PLAN


def _reference(gift: GiftDraft) -> str:
    effect = gift.granted.rule.effect
    assert isinstance(effect, (VoucherGift, PlanGift))
    return effect.coupon if isinstance(effect, VoucherGift) else effect.plan
