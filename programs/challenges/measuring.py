"""How far somebody has come, from the present state: what was given back does not count."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from programs.models import Challenge, Participation, Registration
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import get_purchases, purchases_of

PAGE = 200


def measured(challenge: Challenge, customer: UUID, start: datetime, end: datetime) -> int:
    """How much of the goal lies from `start` (included) to `end` (excluded)."""
    if challenge.goal == Challenge.Goal.EVENTS:
        return _events(customer, start, end)
    sales = [each for each in _sales(challenge.tenant_id, customer, start) if each.occurred_at < end]
    if challenge.goal == Challenge.Goal.SPEND:
        return sum(_kept(each) for each in sales)
    if challenge.goal == Challenge.Goal.STORES:
        return len({each.store_id for each in sales})
    if challenge.goal == Challenge.Goal.CATEGORY:
        wanted = challenge.category.casefold()
        whole = get_purchases(tenant=challenge.tenant_id, purchases=[each.id for each in sales])
        return sum(any(item.category.casefold() == wanted for item in each.items) for each in whole.values())
    return len(sales)


def _sales(tenant: UUID, customer: UUID, start: datetime) -> Iterator[PurchaseInfo]:
    """Confirmed sales since then that were not wholly given back, the newest first."""
    cursor: str | None = None
    while True:
        page = purchases_of(tenant=tenant, customer=customer, cursor=cursor, limit=PAGE)
        for sale in page.items:
            if sale.occurred_at < start:
                return
            if sale.status == "confirmed" and sale.undone_at is None and sale.refunded_minor < sale.amount_minor:
                yield sale
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def _kept(sale: PurchaseInfo) -> int:
    """What was paid with money and kept, in minor units."""
    return sale.paid_minor - (2 * sale.paid_minor * sale.refunded_minor + sale.amount_minor) // (2 * sale.amount_minor)


def _events(customer: UUID, start: datetime, end: datetime) -> int:
    """Arrivals that stand, and events that were recorded without a list."""
    lists = Registration.objects.filter(customer_id=customer)
    arrived = lists.filter(status="arrived", arrived_at__gte=start, arrived_at__lt=end).count()
    taken = Participation.objects.filter(
        customer_id=customer, kind="event", occurred_at__gte=start, occurred_at__lt=end
    )
    numbers = [number.partition("/")[0] for number in taken.values_list("external_id", flat=True)]
    # Of anybody's lists: of two records of one person that were merged, each may have arrived.
    listed = Registration.objects.filter(id__in=[number for number in numbers if _is_id(number)])
    on_lists = {str(each) for each in listed.values_list("id", flat=True)}
    return arrived + sum(number not in on_lists for number in numbers)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
