"""What refunds took turns out to have been rightly given: gifts, and balance, go back to where they were."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from programs.models import PlanPeriod, PlanPeriodEnd, RuleGift
from programs.services.giving import REFUNDED, count_gifts, source_of_gift, vouchers_of_gift
from programs.services.plan_members import settle_member
from programs.services.plan_vouchers import reinstate_plan_vouchers
from programs.services.reversals import split_of
from programs.services.spent import share_of_balance
from smartbis.kernel.ids import new_id
from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, post_all
from smartbis.purchases.selectors import ForeignRefund
from smartbis.tenancy.selectors import get_tenant
from vouchers.services import reinstate_voucher


def take_balance_again(
    tenant: UUID, holders: Mapping[UUID, LockedHolder], refunds: Sequence[ForeignRefund], *, batch: UUID
) -> None:
    """Balance that an import's refunds gave back is spent again: from what is available, the rest by the policy.

    By the sale's share that stays refunded, so that what other refunds gave back stays exact. The holders are locked.
    """
    policy = get_tenant(tenant=tenant).shortfall_policy
    refunded: defaultdict[UUID, int] = defaultdict(int)
    for refund in refunds:
        refunded[refund.purchase.id] += refund.amount_minor
    for sale in {refund.purchase.id: refund.purchase for refund in refunds}.values():
        after = sale.refunded_minor - refunded[sale.id]
        back = share_of_balance(sale, sale.refunded_minor) - share_of_balance(sale, after)
        if not back or sale.customer_id is None:
            continue
        holder = holders[sale.customer_id]
        moves = [
            Move(
                unit=sale.currency,
                debit=account,
                credit=Account.REDEEMED,
                amount=part,
                kind="undo",
                explanation={"key": "import_undone"},
                purchase_id=sale.id,
                store_id=sale.store_id,
                import_batch=batch,
            )
            for account, part in split_of(holder, sale.currency, back, policy).sources
        ]
        post_all(tenant=tenant, moves=[(holder, move) for move in moves])


def put_gifts_back(tenant: UUID, refunds: Sequence[ForeignRefund]) -> None:
    """Gifts that these refunds took are given again, as they were: vouchers, plans, and what limits count of them.

    Vouchers and periods that were ended by somebody before stay ended. The customers' accounts are locked.
    """
    since = {refund.id: refund.recorded_at for refund in refunds}
    rows = list(
        RuleGift.objects.select_for_update(no_key=True)
        .filter(purchase_id__in={refund.purchase.id for refund in refunds}, taken_by__in=list(since))
        .order_by("id")
    )
    again = [row for row in rows if row.status == RuleGift.Status.TAKEN_BACK]
    for row in rows:
        at = since[row.taken_by] if row.taken_by else row.created_at
        was_given = _put_back(tenant, row, at)
        if row in again:
            row.status = RuleGift.Status.GIVEN if was_given else RuleGift.Status.WAITING
            row.settled_at = row.settled_at if was_given else None
        row.taken_by = None
        row.save(update_fields=["status", "settled_at", "taken_by"])
    count_gifts(tenant, again, stand=True)


def _put_back(tenant: UUID, row: RuleGift, since: datetime) -> bool:
    """Whether the gift had been handed out, and is there again."""
    if row.kind == RuleGift.Kind.PLAN:
        return _restore_periods(tenant, row, since)
    vouchers = vouchers_of_gift(tenant, row)
    for each in vouchers:
        reinstate_voucher(tenant=tenant, voucher=each.id, reason=REFUNDED, since=since)
    return bool(vouchers)


def _restore_periods(tenant: UUID, row: RuleGift, since: datetime) -> bool:
    """Periods are never changed: those that were ended come once more, by the terms they were bought by."""
    source = source_of_gift(row)
    there = list(PlanPeriod.objects.filter(source=source).select_related("plan").order_by("number"))
    if not there:
        return False
    ends = PlanPeriodEnd.objects.filter(period__in=there, cause=PlanPeriodEnd.Cause.WITHDRAWN, at__gte=since)
    ended = set(ends.values_list("period_id", flat=True))
    lost = [each for each in there if each.id in ended][-row.quantity :]
    PlanPeriod.objects.bulk_create(_again(each, there[-1].number + place) for place, each in enumerate(lost, start=1))
    reinstate_plan_vouchers(tenant=tenant, customer=row.customer_id, source=source, since=since)
    # As it was before: nobody is told that a plan has begun.
    settle_member(tenant=tenant, plan=there[0].plan, customer=row.customer_id)
    return True


def _again(period: PlanPeriod, number: int) -> PlanPeriod:
    fields = {field.attname: getattr(period, field.attname) for field in PlanPeriod._meta.local_concrete_fields}
    return PlanPeriod(**fields | {"id": new_id(), "number": number})
