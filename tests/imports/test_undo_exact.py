"""An import that is taken back leaves everything as it was: balances, vouchers, plans, limits, stock and budgets."""

import random
from typing import Any

import pytest
from django.db.models import Sum

from programs.models import Award, PlanMember, RuleGift, RuleUse
from programs.selectors import programs
from programs.services.plan_catalogue import PlanTerms, create_plan
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.models import Membership
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError
from smartbis.ledger.models import HolderBalance
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.purchases.models import Purchase, PurchaseItem
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.checkouts.quoting import pay_with_balance
from tests.factories import actor, make_customer
from tests.imports.loading import held, load, take_back
from tests.imports.test_purchases import AT, HEADER, sale
from tests.programs.earning import TENTH, of, opened, sold
from tests.programs.test_backtest import tried
from tests.programs.test_refund_sale import refund
from tests.unchanged import unchanged
from tests.vouchers.shop import coupon_of, redeemed
from vouchers.models import CouponShard, CouponTaker, Voucher
from vouchers.selectors import vouchers_of
from vouchers.services import convert_balance

OWNER = actor("owner")
SALES = 4


def _furnished(brand: TenantInfo, policy: str) -> list[CustomerInfo]:
    """A brand with every kind of gift and limit, and three customers."""
    change_brand(tenant=brand.id, actor=OWNER, shortfall_policy=policy)
    create_plan(tenant=brand.id, key="socio", terms=PlanTerms(name="Sócio", price_points=10), actor=OWNER)
    gift = coupon_of(brand, name="Gift", holder="personal", stock=40, budget_minor=90_000, uses=2, valid_days=30)
    coupon_of(brand, name="Member", given_with_plans=("socio",), stock=40, limit_per_customer=9)
    opened(
        brand,
        {"effect": TENTH, "limits": {"per_customer": {"life": 9_000}, "budget_minor": 20_000}},
        {"effect": TENTH, "hold_days": 7},
        {"effect": {"kind": "voucher", "coupon": str(gift.id)}, "limits": {"times_per_customer": {"life": 3}}},
        {"effect": {"kind": "plan", "plan": "socio"}, "when": {"minimum_minor": 9_000}, "stacking": {"mode": "sum"}},
    )
    return [make_customer(brand) for _ in range(3)]


def _lived(brand: TenantInfo, people: list[CustomerInfo], chance: random.Random) -> dict[str, int]:
    """Sales, some paid with balance, gifts used and balance put aside; what each sale came to, by its number."""
    amounts: dict[str, int] = {}
    for place, person in enumerate(people):
        for each in range(SALES):
            number = f"S{place}-{each}"
            amounts[number] = chance.choice([4_000, 9_000, 12_345])
            sale = of(brand, person.id, amounts[number], number)
            if each and chance.random() < 0.5:
                try:
                    pay_with_balance(tenant=brand.id, sale=sale, at_most_minor=333, key=number, actor=OWNER)
                    continue
                except DomainError:
                    pass
            sold(brand, person, amounts[number], number)
        drain_queue("relay")
        for ticket in vouchers_of(tenant=brand.id, customer=person.id, open_only=True):
            for _ in range(chance.randrange(ticket.uses_left + 1)):
                redeemed(brand, ticket, customer=person.id, amount_minor=5_000)
        try:
            convert_balance(tenant=brand.id, customer=person.id, amount_minor=700, key=number, actor=OWNER)
        except DomainError:
            continue
    return amounts


def _print(brand: TenantInfo) -> dict[str, Any]:
    """All that bears value, but for the order and the number of rows."""
    with tenant_scope(brand.id, read_only=True):
        uses = RuleUse.objects.values_list("program", "rule_key", "customer", "period")
        return {
            "balances": sorted(HolderBalance.objects.values_list("holder", "unit", "available", "pending", "owed")),
            "vouchers": sorted(
                Voucher.objects.values_list(
                    "code", "status", "uses_left", "reserved_minor", "paid_left", "ended_reason", "revoked_reason"
                )
            ),
            "stock": sorted(
                CouponShard.objects.values_list("coupon").annotate(Sum("stock_left"), Sum("budget_left_minor"))
            ),
            "takers": sorted(CouponTaker.objects.values_list("coupon", "customer", "taken")),
            "uses": sorted(map(str, uses.annotate(Sum("amount"), Sum("times")))),
            "gifts": sorted(RuleGift.objects.values_list("id", "status", "taken_by")),
            "plans": sorted(PlanMember.objects.values_list("customer", "started_at", "ends_at", "lapsed_at")),
            "memberships": sorted(map(str, Membership.objects.values_list("customer", "key", "valid_until"))),
            "awards": sorted(Award.objects.values_list("id", "status", "granted", "reversed")),
            "sales": sorted(Purchase.objects.values_list("id", "refunded_minor").filter(undone_at=None)),
            "lines": sorted(PurchaseItem.objects.values_list("id", "refunded_quantity")),
        }


def _file(amounts: dict[str, int], chance: random.Random) -> str:
    """Returns of most sales, whole or in parts."""
    at, rows = now().isoformat(), []
    for number, amount in amounts.items():
        kind = chance.choice(["whole", "whole", "parts", "part", "none"])
        first = amount if kind == "whole" else chance.randrange(1, amount)
        parts = {"whole": [amount], "parts": [first, amount - first], "part": [first], "none": []}[kind]
        for place, part in enumerate(parts):
            rows.append(f"R{number}-{place},{at},-{part / 100:.2f},centro,,,,,{number},")
    chance.shuffle(rows)
    return HEADER + "\n".join(rows) + "\n"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("policy", ["owe", "pending_only", "negative"])
def test_an_import_and_its_undo_change_nothing(aurora: TenantInfo, boreal: TenantInfo, policy: str, seed: int) -> None:
    chance = random.Random(f"{policy} {seed}")
    amounts = _lived(aurora, _furnished(aurora, policy), chance)
    _lived(boreal, _furnished(boreal, policy), chance)
    drain_queue("relay")
    text, before = _file(amounts, chance), _print(aurora)
    with unchanged(boreal, rooms=("ledger", "programs", "purchases", "vouchers")):
        for _again in range(2):
            info = load(aurora, text)
            drain_queue("relay")
            after = _print(aurora)
            assert after["gifts"] != before["gifts"]
            assert after["balances"] != before["balances"]
            assert take_back(aurora, info).status == "undone"
            drain_queue("relay")
            found = _print(aurora)
            changed = {name: sorted(set(found[name]) ^ set(before[name]), key=str) for name in before}
            assert not any(changed.values()), changed
    assert check_ledger(tenant=aurora.id).ok


def test_what_was_had_before_is_not_given_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """A gift whose sale was refunded by a person stays taken, whatever imports are undone."""
    for brand in (aurora, boreal):
        (ana, bia, _) = _furnished(brand, "owe")
        first, second = sold(brand, ana, 9_000, "1"), sold(brand, bia, 9_000, "2")
        drain_queue("relay")
        refund(brand, first.purchase.id, 9_000, "by hand")
        drain_queue("relay")
        assert second.purchase.id
    before = _print(aurora)
    with unchanged(boreal, rooms=("ledger", "programs", "purchases", "vouchers")):
        take_back(aurora, load(aurora, HEADER + f"R2,{now().isoformat()},-90,centro,,,,,2,\n"))
        drain_queue("relay")
    assert _print(aurora) == before


def test_a_backtest_counts_nothing_that_an_undone_return_had_taken(shop: TenantInfo) -> None:
    load(shop, HEADER + f"G1,{AT},100,centro,,,7,,,\n")
    returns = load(shop, HEADER + f"R1,{AT},-40,centro,,,7,,G1,\n")
    refund(shop, sale(shop, "G1").id, 3_000, "till")
    take_back(shop, returns)
    (program,) = programs(tenant=shop.id)
    result = tried(shop, program.id, {"effect": {"kind": "percentage", "basis_points": 2000}}, days=3_600).result
    assert held(shop, "7") == 1_400
    assert (result["live"]["net"], result["draft"]["net"]) == (1_400, 1_400)
