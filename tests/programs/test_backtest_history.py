"""What the live rules gave is found again over any history of sales, refunds, versions, limits and merges."""

import os
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from programs.models import Award
from programs.rules import InvalidRule
from programs.services import cancel_sale, merge_customers, open_program, publish_rule, record_sale, refund_sale
from smartbis.customers.services import set_membership
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError
from smartbis.kernel.ids import new_id
from smartbis.purchases.infos import ItemDraft, RefundItemDraft, SaleDraft
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_brand, make_customer, store_of
from tests.programs.test_backtest import OWNER, TEN, tried

_ITEMS = some.lists(
    some.tuples(some.sampled_from(["x", "y"]), some.sampled_from(["wine", "bread"]), some.integers(1, 3)),
    min_size=1,
    max_size=3,
)
_SALE = some.fixed_dictionaries(
    {
        "who": some.integers(0, 1),
        "items": _ITEMS,
        "minor": some.integers(100, 9_999),
        "ago": some.integers(0, 40),
        "store": some.sampled_from(["centro", "moema"]),
    }
)
_BACK = some.fixed_dictionaries({"of": some.integers(0, 7), "part": some.integers(1, 100), "items": some.booleans()})
_PERIODS = some.dictionaries(some.sampled_from(["day", "week", "month", "life"]), some.integers(50, 900), max_size=2)
_LIMITS = some.fixed_dictionaries(
    {},
    optional={
        "per_purchase": some.integers(20, 300),
        "per_customer": _PERIODS,
        "per_rule": _PERIODS,
        "times_per_customer": some.dictionaries(some.sampled_from(["day", "month"]), some.integers(1, 2), max_size=1),
        "budget_minor": some.integers(50, 900),
    },
)
_WHEN = some.fixed_dictionaries(
    {},
    optional={
        "stores": some.just(["centro"]),
        "categories": some.just(["wine"]),
        "tiers": some.just(["gold"]),
        "purchases": some.fixed_dictionaries({"from": some.integers(1, 3)}),
        "birthday": some.just("month"),
        "minimum_minor": some.integers(0, 3_000),
        "weekdays": some.lists(some.integers(1, 7), min_size=1, max_size=5, unique=True),
    },
)
_EFFECT = some.one_of(
    some.fixed_dictionaries({"kind": some.just("percentage"), "basis_points": some.integers(1, 3_000)}),
    some.fixed_dictionaries({"kind": some.just("fixed"), "amount": some.integers(1, 400)}),
    some.fixed_dictionaries({"kind": some.just("multiplier"), "factor_bp": some.integers(10_001, 30_000)}),
    some.fixed_dictionaries({"kind": some.just("tier_points"), "points": some.just(1), "minor": some.just(100)}),
)
_RULE: Any = some.fixed_dictionaries(
    {"key": some.sampled_from("abcd"), "effect": _EFFECT},
    optional={
        "when": _WHEN,
        "limits": _LIMITS,
        "stacking": some.fixed_dictionaries(
            {"mode": some.sampled_from(["sum", "best", "exclusive"]), "priority": some.integers(0, 3)}
        ),
        "rounding": some.sampled_from(["half_up", "floor", "ceil"]),
        "base": some.sampled_from(["paid", "gross"]),
    },
)
_SETS = some.lists(_RULE, min_size=1, max_size=3, unique_by=lambda each: each["key"])


_MERGE = some.fixed_dictionaries({"merge": some.just(True)})
_SOME = settings(
    max_examples=int(os.environ.get("BACKTEST_EXAMPLES", "8")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


@_SOME
@given(
    sets=some.lists(_SETS, min_size=1, max_size=2),
    deeds=some.lists(_SALE | _BACK, min_size=1, max_size=14),
)
def test_the_live_rules_replayed_give_what_the_ledger_gave(
    sets: list[list[dict[str, Any]]], deeds: list[dict[str, Any]], db: None
) -> None:
    found = _replayed(sets, deeds)
    if found is None:
        return
    result, granted, reversed_ = found
    assert result["fidelity"]["reasons"] == [], (sets, deeds, result["fidelity"])
    assert (result["live"]["granted"], result["live"]["reversed"]) == (granted, reversed_)


@_SOME
@given(
    sets=some.lists(
        _SETS.filter(lambda rules: not any(each["effect"]["kind"] == "tier_points" for each in rules)),
        min_size=1,
        max_size=2,
    ),
    deeds=some.lists(_SALE | _BACK | _SALE | _MERGE, min_size=3, max_size=14),
)
def test_after_a_merge_every_difference_has_its_reason_and_they_add_up(
    sets: list[list[dict[str, Any]]], deeds: list[dict[str, Any]], db: None
) -> None:
    """Two customers who become one bought less often, and had less of their limits used up, than the one has now."""
    found = _replayed(sets, deeds)
    if found is None:
        return
    result, granted, _ = found
    reasons = {each["reason"]: each for each in result["fidelity"]["reasons"]}
    assert "unexplained" not in reasons, (sets, deeds, reasons)
    taken_back = reasons.pop("taken_back_otherwise", None)
    assert taken_back is None or taken_back["replayed"] != taken_back["awarded"]
    assert result["fidelity"]["awards"] - result["fidelity"]["equal"] == sum(each["times"] for each in reasons.values())
    apart = sum(each["replayed"] - each["awarded"] for each in reasons.values())
    assert result["live"]["granted"] - granted == apart, (sets, deeds, reasons)


def _replayed(sets: list[list[dict[str, Any]]], deeds: list[dict[str, Any]]) -> tuple[dict[str, Any], int, int] | None:
    """A brand with such a history: a backtest's result, and what the ledger granted and took back of value."""
    brand, other = make_brand(f"b{new_id().hex}", "Brand"), make_brand(f"o{new_id().hex}", "Other")
    people = [make_customer(brand, birthday=date(1990, 11, 3)), make_customer(brand)]
    long_ago = now() - timedelta(days=100)
    set_membership(tenant=brand.id, customer=people[0].id, kind="tier", key="gold", valid_from=long_ago)
    try:
        program = open_program(
            tenant=brand.id, name="C", kind="cashback", spec={"rules": sets[0]}, actor=OWNER, effective_at=long_ago
        )
    except InvalidRule:
        return None
    open_program(tenant=other.id, name="C", kind="cashback", spec={"rules": sets[0]}, actor=OWNER)
    strangers, sales, theirs = [make_customer(other).id] * 2, list[UUID](), list[UUID]()
    for number, deed in enumerate(deeds):
        if number == len(deeds) // 2 and len(sets) > 1:
            _publish(brand, program.id, sets[1])
        if "merge" in deed:
            merge_customers(tenant=brand.id, into=people[0].id, other=people[1].id, actor=OWNER)
            continue
        _done(brand, [each.id for each in people], deed, number, sales)
        _done(other, strangers, deed, number, theirs)
    found = tried(brand, program.id, {"rules": [TEN | {"key": "a"}]})
    assert found.status == "done"
    assert found.result["sales"] == len(sales)
    with tenant_scope(brand.id, read_only=True):
        rows = Award.objects.exclude(unit="tier_points").values_list("granted", "reversed")
        return found.result, sum(row[0] for row in rows), sum(row[1] for row in rows)


def _publish(brand: TenantInfo, program: UUID, rules: list[dict[str, Any]]) -> None:
    try:
        publish_rule(tenant=brand.id, program=program, spec={"rules": rules}, actor=OWNER)
    except InvalidRule:
        return


def _done(brand: TenantInfo, people: list[UUID], deed: dict[str, Any], number: int, sales: list[UUID]) -> None:
    if "who" not in deed:
        if sales:
            _undo(brand, sales[deed["of"] % len(sales)], deed, number)
        return
    items = tuple(
        ItemDraft(sku=sku, category=kind, quantity=n, unit_minor=deed["minor"]) for sku, kind, n in deed["items"]
    )
    total = sum(each.quantity * each.unit_minor for each in items)
    sale = SaleDraft(
        customer=people[deed["who"]],
        store=store_of(brand, deed["store"]).id,
        amount_minor=max(1, total - deed["ago"]),
        currency="BRL",
        external_id=f"s{number}",
        items=items,
        occurred_at=now() - timedelta(days=deed["ago"]),
        status="pending" if deed["minor"] % 5 == 0 else "confirmed",
    )
    sales.append(record_sale(tenant=brand.id, sale=sale).purchase.id)


def _undo(brand: TenantInfo, purchase: UUID, deed: dict[str, Any], number: int) -> None:
    sale = get_purchase(tenant=brand.id, purchase=purchase)
    try:
        if sale.status == "pending":
            cancel_sale(tenant=brand.id, purchase=purchase)
        elif deed["items"]:
            back = (RefundItemDraft(position=sale.items[0].position, sku=sale.items[0].sku, quantity=1),)
            refund_sale(tenant=brand.id, purchase=purchase, external_id=f"r{number}", items=back, actor=OWNER)
        else:
            left = sale.amount_minor - sale.refunded_minor
            amount = max(1, left * deed["part"] // 100)
            refund_sale(tenant=brand.id, purchase=purchase, external_id=f"r{number}", amount_minor=amount, actor=OWNER)
    except DomainError:
        return
