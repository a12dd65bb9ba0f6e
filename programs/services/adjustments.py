"""Balances corrected by hand: at once within one's limit, by a second person above it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import Abs

from programs.errors import (
    AdjustmentAboveLimit,
    AdjustmentConflict,
    AdjustmentDecided,
    AdjustmentNotFound,
    AdjustmentOwnRequest,
)
from programs.events import BalanceAdjusted
from programs.models import Adjustment, AdjustmentLimit
from programs.selectors.adjustments import (
    LIMITED_ROLES,
    AdjustmentInfo,
    Limit,
    adjustment_info,
    adjustment_limits,
    limit_of,
)
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.kernel.units import POINTS, TIER_POINTS
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.services import publish
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit

MOST = 10**12
MAX_KEY = 255
_WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class _Wish:
    customer: UUID
    unit: str
    amount: int
    reason: str
    note: str


def request_adjustment(
    *, tenant: UUID, customer: UUID, unit: str, amount: int, reason: str, note: str = "", key: str, actor: Actor
) -> AdjustmentInfo:
    """Give (`amount` above zero) or take (below) so many minor units or points, once for each `key`.

    Posted at once when it and what the actor gave or took of this customer in the last 24 hours are within the actor's
    limit; else it waits for a second person. What the customer owes is repaid from what is given.
    Raises InvalidInput, CustomerNotFound, PermissionMissing, AdjustmentConflict, InsufficientBalance.
    Publishes BalanceAdjusted when it is posted.
    """
    require(actor, "balance.adjust")
    wish = _Wish(customer, unit, amount, reason, note.strip())
    with tenant_scope(tenant):
        _check(wish, key, get_tenant(tenant=tenant).currency)
        if get_customer(tenant=tenant, customer=customer).status != "active":
            raise CustomerNotFound
        wish = replace(wish, customer=hold_customer(tenant=tenant, customer=customer))
        holder = lock_holder(tenant=tenant, customer=wish.customer)
        if (first := Adjustment.objects.filter(key=key).first()) is not None:
            return _again(first, wish)
        row = Adjustment(
            tenant_id=tenant,
            customer_id=wish.customer,
            unit=unit,
            amount=amount,
            reason=reason,
            note=wish.note,
            state=Adjustment.State.REQUESTED,
            key=key,
            requested_kind=actor.kind,
            requested_by=actor.id,
            requested_label=actor.label[:80],
            requested_at=now(),
        )
        limit = limit_of(tenant=tenant, actor=actor)
        if limit.allows(unit, abs(amount) + _lately(row)):
            row.transfer_id = _post(tenant, holder, row)
            row.state = Adjustment.State.POSTED
        row.save(force_insert=True)
        _audit(tenant, actor, row, "adjustment.post" if row.transfer_id else "adjustment.request")
        return adjustment_info(row)


def approve_adjustment(*, tenant: UUID, adjustment: UUID, actor: Actor) -> AdjustmentInfo:
    """Post what somebody else asked for; of several who approve at once, one does.

    Raises AdjustmentNotFound, AdjustmentDecided, AdjustmentOwnRequest, AdjustmentAboveLimit, InsufficientBalance,
    CustomerNotFound (erased meanwhile), PermissionMissing. Nothing has changed then. Publishes BalanceAdjusted.
    """
    with tenant_scope(tenant):
        row = _judged(tenant, adjustment, actor)
        holder = lock_holder(tenant=tenant, customer=row.customer_id)
        if get_customer(tenant=tenant, customer=row.customer_id).status != "active":
            raise CustomerNotFound
        transfer = _post(tenant, holder, row)
        row = _decide(row, actor, state=Adjustment.State.POSTED, transfer_id=transfer)
        _audit(tenant, actor, row, "adjustment.approve")
        return adjustment_info(row)


def refuse_adjustment(*, tenant: UUID, adjustment: UUID, note: str = "", actor: Actor) -> AdjustmentInfo:
    """Refuse what somebody else asked for. Raises as `approve_adjustment`, but for InsufficientBalance."""
    with tenant_scope(tenant):
        row = _judged(tenant, adjustment, actor)
        row = _decide(row, actor, state=Adjustment.State.REFUSED, decision_note=note.strip()[:300])
        _audit(tenant, actor, row, "adjustment.refuse")
        return adjustment_info(row)


def set_adjustment_limits(*, tenant: UUID, limits: Mapping[str, Limit], actor: Actor) -> dict[str, Limit]:
    """Set how much each role may give or take by itself. Raises InvalidInput, PermissionMissing."""
    require(actor, "adjustment.limit")
    wrong = {role: ["There is no such role here."] for role in limits if role not in LIMITED_ROLES}
    for role, limit in limits.items():
        if any(part is not None and not 0 <= part <= MOST for part in (limit.money_minor, limit.points)):
            wrong[role] = ["Use zero or more, or nothing for no limit."]
    if wrong:
        raise InvalidInput(wrong)
    with tenant_scope(tenant):
        before = adjustment_limits(tenant=tenant)
        for role, limit in sorted(limits.items()):
            AdjustmentLimit.objects.update_or_create(tenant_id=tenant, role=role, defaults=vars(limit))
        after = adjustment_limits(tenant=tenant)
        record_audit(
            tenant=tenant,
            actor=actor,
            action="adjustment.limits",
            before={role: vars(each) for role, each in before.items()},
            after={role: vars(each) for role, each in after.items()},
        )
        return after


def _check(wish: _Wish, key: str, currency: str) -> None:
    errors: dict[str, list[str]] = {}
    if wish.unit not in (currency, POINTS, TIER_POINTS):
        errors["unit"] = [f"Use {currency}, {POINTS} or {TIER_POINTS}."]
    if not 1 <= abs(wish.amount) <= MOST:
        errors["amount"] = ["Use a whole number other than zero."]
    if wish.reason not in Adjustment.Reason.values:
        errors["reason"] = ["Choose one of " + ", ".join(Adjustment.Reason.values) + "."]
    if len(wish.note) > 300 or (wish.reason == Adjustment.Reason.OTHER and not wish.note):
        errors["note"] = ["Say why, in up to 300 characters."]
    if not 1 <= len(key) <= MAX_KEY:
        errors["key"] = ["A key of 1 to 255 characters is needed."]
    if errors:
        raise InvalidInput(errors)


def _again(first: Adjustment, wish: _Wish) -> AdjustmentInfo:
    if _Wish(first.customer_id, first.unit, first.amount, first.reason, first.note) != wish:
        raise AdjustmentConflict
    return adjustment_info(first)


def _lately(row: Adjustment) -> int:
    """What the same person gave or took alone of this customer within a day, so that a limit is not met in slices."""
    alone = Adjustment.objects.filter(
        customer_id=row.customer_id,
        unit=row.unit,
        requested_kind=row.requested_kind,
        requested_by=row.requested_by,
        state=Adjustment.State.POSTED,
        decided_at__isnull=True,
        requested_at__gt=row.requested_at - _WINDOW,
    )
    total: int | None = alone.aggregate(total=Sum(Abs("amount")))["total"]
    return total or 0


def _judged(tenant: UUID, adjustment: UUID, actor: Actor) -> Adjustment:
    """The request, if this actor may decide on it."""
    require(actor, "balance.adjust")
    row = Adjustment.objects.filter(id=adjustment).first()
    if row is None:
        raise AdjustmentNotFound
    if row.state != Adjustment.State.REQUESTED:
        raise AdjustmentDecided(state=row.state)
    if (row.requested_kind, row.requested_by) == (actor.kind, actor.id):
        raise AdjustmentOwnRequest
    if not limit_of(tenant=tenant, actor=actor).allows(row.unit, abs(row.amount)):
        raise AdjustmentAboveLimit
    return row


def _decide(row: Adjustment, actor: Actor, **changes: object) -> Adjustment:
    """Take the decision if nobody took one meanwhile. Raises AdjustmentDecided, which rolls back what was posted."""
    taken = Adjustment.objects.filter(id=row.id, state=Adjustment.State.REQUESTED).update(
        decided_kind=actor.kind, decided_by=actor.id, decided_label=actor.label[:80], decided_at=now(), **changes
    )
    row.refresh_from_db()
    if taken != 1:
        raise AdjustmentDecided(state=row.state)
    return row


def _post(tenant: UUID, holder: LockedHolder, row: Adjustment) -> UUID:
    gives = row.amount > 0
    move = Move(
        unit=row.unit,
        debit=Account.ADJUSTED if gives else Account.AVAILABLE,
        credit=Account.AVAILABLE if gives else Account.ADJUSTED,
        amount=abs(row.amount),
        kind="adjust",
        explanation={"key": "adjusted_by_hand", "reason": row.reason, "adjustment": str(row.id)},
    )
    (transfer,) = post(tenant=tenant, holder=holder, moves=[move])
    if gives:
        repay_owed(tenant=tenant, holder=holder, unit=row.unit, at_most=row.amount)
    publish(
        BalanceAdjusted(
            adjustment_id=row.id, customer_id=holder.customer_id, unit=row.unit, amount=row.amount, reason=row.reason
        )
    )
    return transfer.id


def forget_notes(*, tenant: UUID, customer: UUID) -> None:
    """Wipe what staff wrote in their own words about an erased customer; amounts, reasons and who decided stay."""
    with tenant_scope(tenant):
        Adjustment.objects.filter(customer_id=customer).update(note="", decision_note="")


def _audit(tenant: UUID, actor: Actor, row: Adjustment, action: str) -> None:
    # Not the note: the trail is never changed, and an erased person's notes are.
    record_audit(
        tenant=tenant,
        actor=actor,
        action=action,
        object_kind="adjustment",
        object_id=row.id,
        after={"customer": str(row.customer_id), "unit": row.unit, "amount": row.amount, "reason": row.reason},
    )
