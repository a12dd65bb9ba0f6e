"""How far somebody has come, from the present state: what was given back does not count."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from programs.models import Challenge, Participation, Registration
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import get_purchases, purchases_of

PAGE = 200


@dataclass(frozen=True)
class Step:
    """Something that brought somebody nearer to the goal: when it was done, and what it is worth."""

    at: datetime
    worth: int


def window(row: Challenge, joined_at: datetime) -> tuple[datetime, datetime]:
    """From when to when what somebody does counts; never longer than until the brand ended it."""
    if row.days is not None:
        start, end = joined_at, joined_at + timedelta(days=row.days)
    else:
        assert row.starts_at is not None
        assert row.ends_at is not None
        start, end = row.starts_at, row.ends_at
    return start, end if row.ended_at is None else min(end, row.ended_at)


def steps_of(challenge: Challenge, customers: Collection[UUID], start: datetime, end: datetime) -> list[Step]:
    """What counts towards the goal from `start` (included) to `end` (excluded), the earliest first.

    Of one person, who may still have several records.
    """
    if challenge.goal == Challenge.Goal.EVENTS:
        return sorted(_events(customers, start, end), key=lambda step: step.at)
    theirs = [each for customer in customers for each in _sales(challenge.tenant_id, customer, start)]
    sales = sorted((each for each in theirs if each.occurred_at < end), key=lambda each: (each.occurred_at, each.id))
    if challenge.goal == Challenge.Goal.SPEND:
        return [Step(each.occurred_at, _kept(each)) for each in sales]
    if challenge.goal == Challenge.Goal.STORES:
        first = {each.store_id: each for each in reversed(sales)}
        sales = [each for each in sales if first[each.store_id] is each]
    if challenge.goal == Challenge.Goal.CATEGORY:
        wanted = challenge.category.casefold()
        whole = get_purchases(tenant=challenge.tenant_id, purchases=[each.id for each in sales])
        sales = [each for each in sales if any(item.category.casefold() == wanted for item in whole[each.id].items)]
    return [Step(each.occurred_at, 1) for each in sales]


def reached(steps: Sequence[Step], number: int) -> Iterator[datetime]:
    """When the goal of `number` was reached, once for each time that it was."""
    total = times = 0
    for step in steps:
        total += step.worth
        while total >= number * (times + 1):
            times += 1
            yield step.at


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


def _events(customers: Collection[UUID], start: datetime, end: datetime) -> Iterator[Step]:
    """The first arrival at each event that stands, and events that were recorded without a list."""
    lists = Registration.objects.filter(customer_id__in=customers, status="arrived")
    arrivals = lists.filter(arrived_at__gte=start, arrived_at__lt=end).values_list("gathering_id", "arrived_at")
    for arrived_at in dict(arrivals.order_by("-arrived_at")).values():
        assert arrived_at is not None
        yield Step(arrived_at, 1)
    taken = list(
        Participation.objects.filter(
            customer_id__in=customers, kind="event", occurred_at__gte=start, occurred_at__lt=end
        ).values_list("external_id", "occurred_at")
    )
    numbers = [external.partition("/")[0] for external, _ in taken]
    # Of anybody's lists: of two records of one person that were merged, each may have arrived.
    listed = Registration.objects.filter(id__in=[number for number in numbers if _is_id(number)])
    on_lists = {str(each) for each in listed.values_list("id", flat=True)}
    for number, (_, occurred_at) in zip(numbers, taken, strict=True):
        if number not in on_lists:
            yield Step(occurred_at, 1)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
