"""Notices about what was set right on a member's account, from its present state."""

from uuid import UUID

from automations.notices import QUIET_CHANNELS, addressed, greeted, is_news, store_name
from messaging.services import queue_message
from programs.events import BalanceAdjusted
from programs.selectors import awards_of_purchase
from smartbis.kernel.units import TIER_POINTS
from smartbis.ledger.selectors import balances
from smartbis.purchases.events import PurchaseRefunded
from smartbis.purchases.selectors import get_purchase, refunds_of
from vouchers.events import VoucherLapsed, VoucherReversed
from vouchers.selectors import find_redemption, find_voucher_by_id
from vouchers.selectors.campaigns import campaign_of


def tell_purchase_refunded(*, tenant: UUID, event: PurchaseRefunded) -> None:
    """Tell what a return left of the balance; nothing where the sale neither earned nor was paid with balance."""
    sale = get_purchase(tenant=tenant, purchase=event.purchase_id)
    refund = next((each for each in refunds_of(tenant=tenant, purchase=sale.id) if each.id == event.refund_id), None)
    if refund is None or sale.customer_id is None or sale.channel in QUIET_CHANNELS or not is_news(refund.occurred_at):
        return
    units = {award.unit for award in awards_of_purchase(tenant=tenant, purchase=sale.id)} - {TIER_POINTS}
    if sale.balance_used_minor:
        units.add(sale.currency)
    held = [each for each in balances(tenant=tenant, customer=sale.customer_id) if each.unit in units]
    person, _, wording = addressed(tenant, sale.customer_id)
    if not held or person.status != "active":
        return
    queue_message(
        tenant=tenant,
        customer=sale.customer_id,
        template="purchase_refunded",
        parameters={
            "first_name": greeted(person, wording),
            "returned": wording.amount(event.amount_minor, sale.currency),
            "store": store_name(tenant, sale.store_id),
            "balance": wording.balance(held),
        },
        cause=f"purchase.refunded:{event.refund_id}",
    )


def tell_balance_adjusted(*, tenant: UUID, event: BalanceAdjusted) -> None:
    """Tell what people gave or took by hand, never why: that is for the team."""
    if event.unit == TIER_POINTS:
        return
    person, brand, wording = addressed(tenant, event.customer_id)
    held = [each for each in balances(tenant=tenant, customer=person.id) if each.unit == event.unit]
    if not held or person.status != "active":
        return
    sign = "+" if event.amount > 0 else "−"
    queue_message(
        tenant=tenant,
        customer=person.id,
        template="balance_adjusted",
        parameters={
            "first_name": greeted(person, wording),
            "brand": brand.name,
            "amount": f"{sign} {wording.amount(abs(event.amount), event.unit)}",
            "balance": wording.balance(held),
        },
        cause=f"balance.adjusted:{event.adjustment_id}",
    )


def tell_voucher_restored(*, tenant: UUID, event: VoucherReversed) -> None:
    """Tell that a voucher whose use was undone is good again; nothing where it is not."""
    found = find_voucher_by_id(tenant=tenant, voucher=event.voucher_id)
    use = find_redemption(tenant=tenant, redemption=event.redemption_id)
    if found is None or use is None or found.customer_id is None or found.kind == "entry":
        return
    if found.status != "issued" or use.reversed_at is None or not is_news(use.reversed_at):
        return
    person, _, wording = addressed(tenant, found.customer_id)
    if person.status != "active":
        return
    queue_message(
        tenant=tenant,
        customer=found.customer_id,
        template="voucher_restored",
        parameters={
            "first_name": greeted(person, wording),
            "voucher": found.coupon_name,
            "store": store_name(tenant, event.store_id),
            "code": found.code_grouped,
            "until": wording.until(found.valid_until),
            "voucher_path": f"{found.id}/",
        },
        cause=f"voucher.restored:{event.redemption_id}",
        campaign=campaign_of(tenant=tenant, coupon=found.coupon_id),
    )


def tell_voucher_lapsed(*, tenant: UUID, event: VoucherLapsed) -> None:
    """Tell what came back of a voucher that ended unused; one that gave nothing back had its reminder."""
    found = find_voucher_by_id(tenant=tenant, voucher=event.voucher_id)
    if found is None or found.customer_id is None or found.status != "lapsed" or not event.returned_amount:
        return
    person, _, wording = addressed(tenant, found.customer_id)
    if person.status != "active" or found.valid_until is None or not is_news(found.valid_until):
        return
    returned = wording.phrases.returned.format(amount=wording.amount(event.returned_amount, event.returned_unit))
    queue_message(
        tenant=tenant,
        customer=found.customer_id,
        template="voucher_lapsed",
        parameters={
            "first_name": greeted(person, wording),
            "voucher": found.coupon_name,
            "returned": returned,
        },
        cause=f"voucher.lapsed:{event.voucher_id}",
        campaign=campaign_of(tenant=tenant, coupon=found.coupon_id),
    )
