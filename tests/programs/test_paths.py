"""However sales come in (one by one, together, as a file), they earn the same, limits and all."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from programs.services import record_sale, record_sales
from smartbis.customers.selectors import find_customer
from smartbis.kernel.clock import frozen
from smartbis.ledger.selectors import balances
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_brand, make_customer
from tests.imports.loading import load
from tests.programs.earning import lines, of, opened
from tests.programs.holding import assert_holds
from tests.programs.operations import AT, later

_slugs = count(1)
HEADER = "external_id,occurred_at,amount,store,customer_external_id,item_sku,item_quantity,item_unit\n"
LIMITS = some.fixed_dictionaries(
    {},
    optional={
        "per_customer": some.fixed_dictionaries({"day": some.integers(1, 400)}),
        "per_rule": some.fixed_dictionaries({"week": some.integers(1, 900)}),
        "times_per_customer": some.fixed_dictionaries({"life": some.integers(1, 3)}),
        "budget_minor": some.integers(1, 900),
    },
)
RULES = some.lists(
    some.fixed_dictionaries(
        {
            "effect": some.sampled_from(
                [
                    {"kind": "percentage", "basis_points": 1_333},
                    {"kind": "fixed", "amount": 77},
                    {"kind": "percentage", "basis_points": 500},
                ]
            ),
            "when": some.sampled_from([{}, {"products": ["WINE"]}, {"purchases": {"from": 1, "until": 2}}]),
            "limits": LIMITS,
            "stacking": some.sampled_from([{"mode": "sum"}, {"mode": "best"}]),
        }
    ),
    min_size=1,
    max_size=3,
)
SALES = some.lists(
    some.tuples(
        some.integers(0, 2), some.sampled_from(["WINE", "BREAD"]), some.integers(1, 4_000), some.integers(0, 9)
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(rules=RULES, sales=SALES)
def test_one_by_one_together_and_from_a_file_earn_the_same(rules: Any, sales: Any) -> None:
    number = next(_slugs)
    with frozen(later(10)):
        brands = [make_brand(f"{way}-{number}", way.title()) for way in ("one", "many", "file")]
        for brand in brands:
            opened(brand, *rules)
            for each in range(3):
                make_customer(brand, external_id=str(each))
        one, many, file = brands
        for draft in _drafts(one, sales):
            record_sale(tenant=one.id, sale=draft)
        together = record_sales(tenant=many.id, sales=_drafts(many, sales))
        assert [each.error for each in together if each.error] == []
        assert load(file, _file(sales)).rows_failed == 0
        assert _held(one) == _held(many) == _held(file)
        assert_holds(*brands)


def _drafts(brand: TenantInfo, sales: Any) -> list[Any]:
    people = [find_customer(tenant=brand.id, external_id=str(each)) for each in range(3)]
    return [
        of(brand, people[who].id, amount, f"s{place}", items=lines((sku, 1, amount)), occurred_at=_at(day, place))
        for place, (who, sku, amount, day) in enumerate(sales)
    ]


def _file(sales: Any) -> str:
    rows = [
        f"s{place},{_at(day, place).isoformat()},{amount // 100}.{amount % 100:02d},centro,{who},"
        f"{sku},1,{amount // 100}.{amount % 100:02d}"
        for place, (who, sku, amount, day) in enumerate(sales)
    ]
    return HEADER + "\n".join(rows) + "\n"


def _at(day: int, place: int) -> Any:
    return AT + timedelta(days=day, minutes=place)


def _held(brand: TenantInfo) -> list[Any]:
    found = (find_customer(tenant=brand.id, external_id=str(each)) for each in range(3))
    return [[vars(each) for each in balances(tenant=brand.id, customer=who.id)] for who in found if who]
