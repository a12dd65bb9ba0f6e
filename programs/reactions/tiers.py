"""What counts for tiers has changed: those it concerns are judged anew."""

from uuid import UUID

from programs.events import BalanceAdjusted, ImportFinished, ParticipationRecorded, ParticipationWithdrawn
from programs.selectors.followers import followers_of_sales
from programs.services.standings import forget_standing, join_standings, judge_customers, request_walk
from smartbis.customers.events import CustomerEnrolled, CustomerErased, CustomerMerged
from smartbis.outbox.subscriptions import subscribe
from smartbis.purchases.events import (
    PurchaseCancelledEvent,
    PurchaseConfirmed,
    PurchaseRecorded,
    PurchaseRefunded,
    PurchasesUndone,
)
from smartbis.purchases.selectors import get_purchases


def concerns_tiers(*, tenant: UUID, event: PurchaseRecorded) -> bool:
    """Whether a sale may move anybody on a ladder."""
    return event.customer_id is not None and followers_of_sales(tenant).tiers


@subscribe(PurchaseRecorded, wanted=concerns_tiers)
def on_purchase_recorded(*, tenant: UUID, event: PurchaseRecorded) -> None:
    """A sale counts from its time on."""
    if event.customer_id is not None:
        judge_customers(tenant=tenant, customers=[event.customer_id])


@subscribe(PurchaseConfirmed)
def on_purchase_confirmed(*, tenant: UUID, event: PurchaseConfirmed) -> None:
    """A pending sale counts once it is paid."""
    _judge_buyer(tenant, event.purchase_id)


@subscribe(PurchaseCancelledEvent)
def on_purchase_cancelled(*, tenant: UUID, event: PurchaseCancelledEvent) -> None:
    """A pending sale will not count."""
    _judge_buyer(tenant, event.purchase_id)


@subscribe(PurchaseRefunded)
def on_purchase_refunded(*, tenant: UUID, event: PurchaseRefunded) -> None:
    """What was given back counts no longer."""
    _judge_buyer(tenant, event.purchase_id)


@subscribe(ParticipationRecorded)
def on_participation_recorded(*, tenant: UUID, event: ParticipationRecorded) -> None:
    """Taking part may have earned points."""
    judge_customers(tenant=tenant, customers=[event.customer_id])


@subscribe(ParticipationWithdrawn)
def on_participation_withdrawn(*, tenant: UUID, event: ParticipationWithdrawn) -> None:
    """What taking part had earned was taken back."""
    judge_customers(tenant=tenant, customers=[event.customer_id])


@subscribe(BalanceAdjusted)
def on_balance_adjusted(*, tenant: UUID, event: BalanceAdjusted) -> None:
    """Tier points may be given by hand."""
    judge_customers(tenant=tenant, customers=[event.customer_id])


@subscribe(CustomerEnrolled)
def on_customer_enrolled(*, tenant: UUID, event: CustomerEnrolled) -> None:
    """A ladder may begin with a tier for everybody."""
    judge_customers(tenant=tenant, customers=[event.customer_id])


@subscribe(ImportFinished)
def on_import_finished(*, tenant: UUID, event: ImportFinished) -> None:
    """History came in: everybody is judged anew, in the background."""
    if event.kind in ("purchases", "customers", "balances"):
        request_walk(tenant=tenant)


@subscribe(PurchasesUndone)
def on_purchases_undone(*, tenant: UUID, event: PurchasesUndone) -> None:
    """History was taken back."""
    request_walk(tenant=tenant)


@subscribe(CustomerMerged)
def on_customer_merged(*, tenant: UUID, event: CustomerMerged) -> None:
    """What two records did counts together."""
    join_standings(tenant=tenant, customer=event.customer_id, merged=event.merged_id)


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """Nobody is judged who was erased."""
    forget_standing(tenant=tenant, customer=event.customer_id)


def _judge_buyer(tenant: UUID, purchase: UUID) -> None:
    sale = get_purchases(tenant=tenant, purchases=[purchase], with_lines=False).get(purchase)
    if sale is not None and sale.customer_id is not None:
        judge_customers(tenant=tenant, customers=[sale.customer_id])
