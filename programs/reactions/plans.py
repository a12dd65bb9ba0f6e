"""Sales of a plan's article start and renew it; what is given back takes it back."""

from uuid import UUID

from programs.events import ImportFinished, PlanShortened
from programs.selectors.followers import followers_of_sales
from programs.services.plan_sales import sync_import, sync_sale
from programs.services.plans import forget_member, join_members
from programs.services.renewals import withdraw_lost_renewals
from smartbis.customers.events import CustomerErased, CustomerMerged
from smartbis.outbox.subscriptions import subscribe
from smartbis.purchases.events import PurchaseConfirmed, PurchaseRecorded, PurchaseRefunded, PurchasesUndone


def concerns_plans(*, tenant: UUID, event: PurchaseRecorded) -> bool:
    """Whether a sale may start or renew a plan."""
    return event.customer_id is not None and event.status == "confirmed" and followers_of_sales(tenant).plans


@subscribe(PurchaseRecorded, wanted=concerns_plans)
def on_purchase_recorded(*, tenant: UUID, event: PurchaseRecorded) -> None:
    """A sale may hold a plan's article; a pending one counts once it is paid."""
    if event.customer_id is not None and event.status == "confirmed":
        sync_sale(tenant=tenant, purchase=event.purchase_id)


@subscribe(PurchaseConfirmed)
def on_purchase_confirmed(*, tenant: UUID, event: PurchaseConfirmed) -> None:
    """A pending sale was paid."""
    sync_sale(tenant=tenant, purchase=event.purchase_id)


@subscribe(PurchaseRefunded)
def on_purchase_refunded(*, tenant: UUID, event: PurchaseRefunded) -> None:
    """A plan's article may have been given back."""
    sync_sale(tenant=tenant, purchase=event.purchase_id, starts=False)


@subscribe(ImportFinished)
def on_import_finished(*, tenant: UUID, event: ImportFinished) -> None:
    """Imported sales tell nobody one by one."""
    if event.kind == "purchases":
        sync_import(tenant=tenant, import_batch=event.import_batch)


@subscribe(PurchasesUndone)
def on_purchases_undone(*, tenant: UUID, event: PurchasesUndone) -> None:
    """What an import gave goes with it."""
    sync_import(tenant=tenant, import_batch=event.import_batch)


@subscribe(PlanShortened)
def on_plan_shortened(*, tenant: UUID, event: PlanShortened) -> None:
    """A renewal that was taken back, or that renews nothing any more, was none."""
    withdraw_lost_renewals(tenant=tenant, customer=event.customer_id, plan_key=event.plan)


@subscribe(CustomerMerged)
def on_customer_merged(*, tenant: UUID, event: CustomerMerged) -> None:
    """What two records bought is one person's."""
    join_members(tenant=tenant, customer=event.customer_id, merged=event.merged_id)


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """What staff wrote about an erased person goes."""
    forget_member(tenant=tenant, customer=event.customer_id)
