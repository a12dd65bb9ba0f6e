"""Limits of periods count all that their rule gave in a period, also what it gave before it had them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from programs.models import RuleVersion
from programs.rules import Moment, Rule, RuleSet, period_key
from programs.rules.limits import ENDLESS
from programs.rules.spec import PERIODS, Period
from programs.selectors.catalogue import version_rules
from programs.services import counters
from programs.services.counters import Counter
from smartbis.tenancy.selectors import get_tenant

_NAMES: dict[Period, str] = {"day": "YYYY-MM-DD", "week": 'IYYY"-W"IW', "month": "YYYY-MM", "life": '"life"'}
_USES_A_STATEMENT = 5_000
_MISSING = """
WITH given AS (
    SELECT a.customer_id, a.granted - a.reversed AS amount, a.purchase_id, a.participation_id,
        (a.facts ->> 'counted_on')::date AS counted_on
    FROM programs_award a
    WHERE a.tenant_id = %(tenant)s AND a.program_id = %(program)s AND a.rule_key = %(rule)s AND a.granted > a.reversed
    UNION ALL
    SELECT g.customer_id, g.quantity, g.purchase_id, g.participation_id, g.counted_on
    FROM programs_rulegift g
    WHERE g.tenant_id = %(tenant)s AND g.program_id = %(program)s AND g.rule_key = %(rule)s
      AND g.status IN ('waiting', 'given')
), dated AS (
    SELECT g.customer_id, g.amount, coalesce(
        g.counted_on, (coalesce(p.occurred_at, t.occurred_at) AT TIME ZONE %(zone)s)::date) AS day
    FROM given g
    LEFT JOIN purchases_purchase p ON p.tenant_id = %(tenant)s AND p.id = g.purchase_id
    LEFT JOIN programs_participation t ON t.tenant_id = %(tenant)s AND t.id = g.participation_id
), standing AS (
    SELECT CASE WHEN %(by_customer)s THEN customer_id END AS customer, to_char(day, %(name)s) AS period,
        sum(amount)::bigint AS amount, count(*) AS times
    FROM dated GROUP BY 1, 2
), counted AS (
    SELECT customer_id AS customer, period, sum(amount)::bigint AS amount, sum(times)::bigint AS times
    FROM programs_ruleuse
    WHERE tenant_id = %(tenant)s AND program_id = %(program)s AND rule_key = %(rule)s
      AND (customer_id IS NOT NULL) = %(by_customer)s
    GROUP BY 1, 2
)
SELECT s.customer, s.period, greatest(0, s.amount - coalesce(c.amount, 0)), greatest(0, s.times - coalesce(c.times, 0))
FROM standing s LEFT JOIN counted c ON c.period = s.period AND c.customer IS NOT DISTINCT FROM s.customer
WHERE (s.period >= %(since)s OR s.period = 'life')
  AND (s.amount > coalesce(c.amount, 0) OR %(by_customer)s AND s.times > coalesce(c.times, 0))
ORDER BY 1, 2
"""


class _Missing(NamedTuple):
    """What a rule gave in a period and was not counted: to a customer, or to all (without one)."""

    customer: UUID | None
    period: str
    amount: int
    times: int


def count_in_periods(tenant: UUID, program: UUID, rules: RuleSet, *, starts: datetime) -> None:
    """Make the limits of a version that is being published count what its rules gave in the periods it begins in.

    Runs in the scope that publishes. What is given from then on is counted with it; sales that are recorded at the very
    moment are counted when the next one is published.
    """
    brand = get_tenant(tenant=tenant)
    named = {
        "tenant": tenant,
        "program": program,
        "zone": brand.timezone,
        "day": Moment.of(starts, ZoneInfo(brand.timezone)).day,
    }
    before = [version_rules(row) for row in RuleVersion.objects.filter(program_id=program)]
    for rule in sorted(rules.rules, key=lambda each: each.key):
        others = [found for each in before if (found := each.rule(rule.key))]
        for period in PERIODS:
            _count_customers(rule, others, period, named)
            _count_all(rule, others, period, named)


def _count_customers(rule: Rule, others: list[Rule], period: Period, named: dict[str, Any]) -> None:
    if _is_new(period, rule.limits.customer_periods, [each.limits.customer_periods for each in others]):
        missing = list(_missing(rule, period, named, by_customer=True))
        for start in range(0, len(missing), _USES_A_STATEMENT):
            some = missing[start : start + _USES_A_STATEMENT]
            uses = [(named["program"], rule.key, *each) for each in some]
            counters.add_uses(tenant=named["tenant"], uses=uses)


def _count_all(rule: Rule, others: list[Rule], period: Period, named: dict[str, Any]) -> None:
    if _is_new(period, rule.limits.per_rule, [each.limits.per_rule for each in others]):
        for each in _missing(rule, period, named, by_customer=False):
            counter = Counter(named["program"], rule.key, each.period, ENDLESS)
            counters.count(tenant=named["tenant"], counter=counter, amount=each.amount)


def _is_new(period: Period, own: Any, others: list[Any]) -> bool:
    """Whether some version had the rule without a limit of this period."""
    return period in own and not all(period in each for each in others)


def _missing(rule: Rule, period: Period, named: dict[str, Any], *, by_customer: bool) -> Iterator[_Missing]:
    day: date = named["day"]
    asked = {"rule": rule.key, "name": _NAMES[period], "since": period_key(period, day), "by_customer": by_customer}
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, named | asked)
        yield from [_Missing(*row) for row in cursor.fetchall()]
