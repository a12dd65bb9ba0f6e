"""How what rules gave is counted once it is taken back or given again, whichever version gave it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.models import Award, Participation, RuleGift
from programs.rules import Moment
from programs.rules.limits import Counted
from programs.selectors.catalogue import counted_rules
from smartbis.purchases.selectors import get_purchases
from smartbis.tenancy.selectors import get_tenant

Given = TypeVar("Given", Award, RuleGift)


def counted_on(tenant: UUID, given: Sequence[tuple[Given, date | None]]) -> Iterator[tuple[Given, Counted, date]]:
    """Those of awards and gifts that are counted, by what, and on which day.

    The day is the one they remember, or that of their sale or participation: what was given before a limit began was
    counted when that was published. Runs in the tenant's scope.
    """
    rules = {program: counted_rules(program) for program in {row.program_id for row, _ in given}}
    found = [(row, rules[row.program_id][row.rule_version_id].get(row.rule_key), day) for row, day in given]
    days = _days(tenant, [row for row, each, day in found if each is not None and day is None])
    for row, each, day in found:
        if each is not None:
            yield row, each, day or days[row.id]


def _days(tenant: UUID, rows: Iterable[Award | RuleGift]) -> dict[UUID, date]:
    """When what earned them happened, on the brand's calendar."""
    causes = {row.id: cause for row in rows if (cause := row.purchase_id or row.participation_id)}
    if not causes:
        return {}
    others = Participation.objects.filter(id__in=set(causes.values()))
    at: dict[UUID, datetime] = dict(others.values_list("id", "occurred_at"))
    sales = get_purchases(tenant=tenant, purchases=set(causes.values()), with_lines=False)
    at |= {sale.id: sale.occurred_at for sale in sales.values()}
    zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
    return {row: Moment.of(at[cause], zone).day for row, cause in causes.items()}
