"""The service notices of the first loop: what a member is told after something happened to their account."""

from datetime import datetime, timedelta
from uuid import UUID

from automations.wording import Wording
from messaging.library import language_for
from messaging.services import queue_message
from programs.selectors import awards_of_purchase, due_by_file, source_of_voucher
from programs.selectors.offers import offers_of
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import balances, spendable
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.selectors import TenantInfo, get_tenant, stores
from vouchers.events import VoucherEnding
from vouchers.selectors import find_redemption, find_voucher_by_id
from vouchers.selectors.campaigns import campaign_of

# What lies further back is history that was moved in, not news.
NEWS = timedelta(hours=48)
# Who came by a list was not there to be greeted.
QUIET_CHANNELS = frozenset({"import", "demo"})


def welcome(*, tenant: UUID, customer: UUID) -> None:
    """Greet a new member, once."""
    person, brand, wording = addressed(tenant, customer)
    queue_message(
        tenant=tenant,
        customer=customer,
        template="welcome",
        parameters={"first_name": greeted(person, wording), "brand": brand.name},
        cause=f"customer.enrolled:{customer}",
    )


def tell_purchase_credited(*, tenant: UUID, purchase: UUID) -> None:
    """Tell what a confirmed sale earned, the balance and the next step; nothing when it earned nothing."""
    sale = get_purchase(tenant=tenant, purchase=purchase)
    counts = sale.status == "confirmed" and sale.channel not in QUIET_CHANNELS and is_news(sale.occurred_at)
    if sale.customer_id is None or not counts:
        return
    awards = [award for award in awards_of_purchase(tenant=tenant, purchase=purchase) if award.amount > 0]
    if not awards:
        return
    person, _, wording = addressed(tenant, sale.customer_id)
    units = {award.unit for award in awards}
    held = [each for each in balances(tenant=tenant, customer=sale.customer_id) if each.unit in units]
    usable = spendable(held)
    offers = offers_of(tenant=tenant, customer=sale.customer_id)
    queue_message(
        tenant=tenant,
        customer=sale.customer_id,
        template="purchase_credited",
        parameters={
            "first_name": greeted(person, wording),
            "store": store_name(tenant, sale.store_id),
            "earned": wording.earned(awards),
            "balance": wording.balance(usable or held),
            "next_step": wording.next_step(usable, offers, awards),
        },
        cause=f"purchase.credited:{purchase}",
    )


def tell_voucher_issued(*, tenant: UUID, voucher: UUID) -> None:
    """Send a member the code of a voucher that is theirs and still good; nothing of what came with history."""
    found = find_voucher_by_id(tenant=tenant, voucher=voucher)
    if found is None or found.customer_id is None or found.status != "issued" or not is_news(found.issued_at):
        return
    if found.kind == "entry":  # told with its event
        return
    if is_history(tenant, source_of_voucher(tenant=tenant, voucher=found)):
        return
    person, _, wording = addressed(tenant, found.customer_id)
    queue_message(
        tenant=tenant,
        customer=found.customer_id,
        template="voucher_issued",
        parameters={
            "first_name": greeted(person, wording),
            "voucher": found.coupon_name,
            "code": found.code_grouped,
            "until": wording.until(found.valid_until),
            "voucher_path": f"{found.id}/",
        },
        cause=f"voucher.issued:{voucher}",
        campaign=campaign_of(tenant=tenant, coupon=found.coupon_id),
    )


def tell_voucher_ending(*, tenant: UUID, event: VoucherEnding) -> None:
    """Remind a member of a voucher that ends soon and is still good; nothing once its end has moved."""
    found = find_voucher_by_id(tenant=tenant, voucher=event.voucher_id)
    if found is None or found.customer_id is None or found.status != "issued" or found.valid_until is None:
        return
    if found.kind == "entry" or found.valid_until.isoformat() != event.ends_at:
        return
    person, _, wording = addressed(tenant, found.customer_id)
    queue_message(
        tenant=tenant,
        customer=found.customer_id,
        template="voucher_ending",
        parameters={
            "first_name": greeted(person, wording),
            "voucher": found.coupon_name,
            "day": wording.date(found.valid_until),
            "code": found.code_grouped,
            "voucher_path": f"{found.id}/",
        },
        cause=f"voucher.ending:{event.voucher_id}:{event.days}",
        campaign=campaign_of(tenant=tenant, coupon=found.coupon_id),
    )


def tell_voucher_redeemed(*, tenant: UUID, redemption: UUID) -> None:
    """Tell a member that their voucher was used, so that they notice if it was not them."""
    use = find_redemption(tenant=tenant, redemption=redemption)
    if use is None or use.customer_id is None or use.reversed_at is not None or not is_news(use.redeemed_at):
        return
    if use.kind == "entry":  # its holder stands at the door
        return
    person, _, wording = addressed(tenant, use.customer_id)
    queue_message(
        tenant=tenant,
        customer=use.customer_id,
        template="voucher_redeemed",
        parameters={
            "first_name": greeted(person, wording),
            "voucher": use.coupon_name,
            "store": store_name(tenant, use.store_id),
            "at": wording.date_time(use.redeemed_at),
        },
        cause=f"voucher.redeemed:{redemption}",
        campaign=campaign_of(tenant=tenant, coupon=use.coupon_id),
    )


def addressed(tenant: UUID, customer: UUID) -> tuple[CustomerInfo, TenantInfo, Wording]:
    """Who is written to, by whom, and in which language."""
    person, brand = get_customer(tenant=tenant, customer=customer), get_tenant(tenant=tenant)
    return person, brand, Wording(language_for(person.locale or brand.locale), brand.timezone)


def greeted(person: CustomerInfo, wording: Wording) -> str:
    """What a person is called."""
    return person.first_name or wording.phrases.customer


def store_name(tenant: UUID, store: UUID) -> str:
    """What a store is called, whether or not it is still open."""
    return next((each.name for each in stores(tenant=tenant, active_only=False) if each.id == store), "")


def is_news(at: datetime) -> bool:
    """Whether something happened just now, and is not history that was moved in."""
    return now() - at <= NEWS


def is_history(tenant: UUID, source: str) -> bool:
    """Whether a voucher or a plan with this source came with a sale of a file, too long ago to be told."""
    due_at = due_by_file(tenant=tenant, source=source) if source else None
    return due_at is not None and not is_news(due_at)
