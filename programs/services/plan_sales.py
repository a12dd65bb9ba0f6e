"""Sales of a plan's article buy and renew it, on any channel; what is given back takes it back."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Min, Q

from programs.models import Plan, PlanPeriod, PlanPeriodEnd
from programs.selectors.plans import plans_by_sku
from programs.services.plan_members import settle_member
from programs.services.plan_vouchers import reinstate_plan_vouchers
from programs.services.plans import MOST_PERIODS, add_periods, is_over, take_back_periods
from smartbis.customers.selectors import active_customers, get_customer, merged_ids
from smartbis.customers.services import hold_customer
from smartbis.ledger.services import lock_holders
from smartbis.purchases.infos import ItemInfo, PurchaseInfo
from smartbis.purchases.selectors import find_sold, get_purchases, sales_refunded_by_import
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


def sync_sale(*, tenant: UUID, purchase: UUID, starts: bool = True) -> None:
    """Make a sale's periods what the sale is now: one for each article kept, none while it is unpaid or once it is
    taken back.

    Reads the present state of the sale, so it may run again and in any order; a refund takes the last periods first,
    and one by amount takes them with the refund that closes the sale. At most `MOST_PERIODS` for a line. Without
    `starts` a line that gave nothing gives nothing now: its article may have become the plan's since.
    Publishes PlanStarted, PlanRenewed, PlanLapsed.
    """
    with tenant_scope(tenant):
        found = get_purchases(tenant=tenant, purchases=[purchase])
        if purchase in found:
            _sync(tenant, found[purchase], starts=starts)


def sync_import(*, tenant: UUID, import_batch: UUID) -> None:
    """`sync_sale` for the sales that an import brought or refunded and that hold a plan's article, also once undone."""
    with tenant_scope(tenant, read_only=True):
        skus = list(_articles(tenant))
        sales = set(find_sold(tenant=tenant, skus=skus, import_batch=import_batch)) if skus else set()
        refunded = sales_refunded_by_import(tenant=tenant, import_batch=import_batch)
        given = PlanPeriod.objects.filter(Q(purchase__import_batch=import_batch) | Q(purchase_id__in=refunded))
        sales |= {each for each in given.values_list("purchase_id", flat=True) if each}
    for sale in sorted(sales):
        sync_sale(tenant=tenant, purchase=sale)


def _articles(tenant: UUID) -> frozenset[str]:
    """Every article that buys a plan. Runs in the tenant's scope."""
    rows = Plan.objects.filter(tenant_id=tenant, articles__isnull=False)
    return frozenset(rows.values_list("articles__sku", flat=True))


def _sync(tenant: UUID, sale: PurchaseInfo, *, starts: bool) -> None:
    by_sku = plans_by_sku(tenant=tenant, skus={item.sku for item in sale.items if item.sku})
    there = list(PlanPeriod.objects.filter(purchase_id=sale.id).order_by("number"))
    if not by_sku and not there:
        return
    owners = {row.customer_id for row in there} | ({sale.customer_id} if sale.customer_id else set())
    owners = {hold_customer(tenant=tenant, customer=each) for each in sorted(owners)}
    lock_holders(tenant=tenant, customers=owners)
    # Read again under the lock: another delivery may have been at the same sale.
    sale = get_purchases(tenant=tenant, purchases=[sale.id])[sale.id]
    there = list(PlanPeriod.objects.filter(purchase_id=sale.id).order_by("number"))
    known = {plan.id: plan for plan in Plan.objects.filter(id__in=[*by_sku.values(), *(row.plan_id for row in there)])}
    added: list[PlanPeriod] = []
    taken: list[PlanPeriod] = []
    for item in sale.items:
        rows = [row for row in there if row.source == _source(sale, item)]
        plan_id = rows[0].plan_id if rows else by_sku.get(item.sku)
        if plan_id is not None and (rows or starts):
            new, gone = _sync_line(tenant, sale, item, known[plan_id], rows)
            added += new
            taken += gone
    stays = {row.customer_id: _who_stays(tenant, row.customer_id) for row in (*added, *taken)}
    for plan_id, customer in sorted({(row.plan_id, stays[row.customer_id]) for row in (*added, *taken)}):
        mine = [row for row in added if (row.plan_id, row.customer_id) == (plan_id, customer)]
        settle_member(tenant=tenant, plan=known[plan_id], customer=customer, added=mine)


def _who_stays(tenant: UUID, customer: UUID) -> UUID:
    """Who a customer is now, if two records were found to be one person."""
    return get_customer(tenant=tenant, customer=customer).id


def _source(sale: PurchaseInfo, item: ItemInfo) -> str:
    return f"sale:{sale.id}:{item.position}"


def _sync_line(
    tenant: UUID, sale: PurchaseInfo, item: ItemInfo, plan: Plan, rows: Sequence[PlanPeriod]
) -> tuple[list[PlanPeriod], list[PlanPeriod]]:
    """Make one line's periods what the line is now, and answer those that are new and those that were taken back."""
    standing = _standing(rows)
    people = {sale.customer_id} | set(merged_ids(tenant=tenant, customer=sale.customer_id) if sale.customer_id else ())
    foreign = [row for row in standing if row.customer_id not in people]
    mine = [row for row in standing if row.customer_id in people]
    wanted = _kept(sale, item)
    taken = take_back_periods(tenant=tenant, rows=foreign, cause=PlanPeriodEnd.Cause.MERGED)
    taken += take_back_periods(tenant=tenant, rows=mine[wanted:], cause=PlanPeriodEnd.Cause.REFUND)
    lacking = wanted - len(mine)
    if lacking <= 0 or sale.customer_id is None or not _may_start(tenant, plan, sale, is_known=bool(rows)):
        return [], taken
    last = max((row.number for row in rows), default=0)
    new = add_periods(
        tenant=tenant,
        plan=plan,
        customer=sale.customer_id,
        cause=PlanPeriod.Cause.SALE,
        source=_source(sale, item),
        numbers=range(last + 1, last + 1 + lacking),
        bought_at=sale.occurred_at,
        purchase=sale.id,
    )
    # What a refund took that is undone by now: the vouchers that came with it are good again, too.
    undone = PlanPeriodEnd.objects.filter(period__in=rows, cause=PlanPeriodEnd.Cause.REFUND).aggregate(at=Min("at"))
    if undone["at"] is not None:
        reinstate_plan_vouchers(tenant=tenant, customer=sale.customer_id, source=new[0].source, since=undone["at"])
    return new, taken


def _standing(rows: Sequence[PlanPeriod]) -> list[PlanPeriod]:
    ended = set(PlanPeriodEnd.objects.filter(period__in=rows).values_list("period_id", flat=True))
    return [row for row in rows if row.id not in ended]


def _kept(sale: PurchaseInfo, item: ItemInfo) -> int:
    """How many of an article the customer keeps."""
    stands = sale.status == "confirmed" and sale.undone_at is None and sale.refunded_minor < sale.amount_minor
    return min(item.quantity - item.refunded_quantity, MOST_PERIODS) if stands and sale.customer_id else 0


def _may_start(tenant: UUID, plan: Plan, sale: PurchaseInfo, *, is_known: bool) -> bool:
    """Whether a line may start periods: its plan is sold, or was when the sale came in."""
    if sale.customer_id is None or not active_customers(tenant=tenant, customers=[sale.customer_id]):
        return False
    is_sold = is_known or plan.status == Plan.Status.LIVE
    return is_sold and not is_over(plan, get_tenant(tenant=tenant).timezone, sale.occurred_at)
