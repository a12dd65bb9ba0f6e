"""What a file's returns take back is what the same returns at the till do, and undoing the file gives it back."""

from typing import Any

import pytest

from programs.imports import ImportInfo
from programs.services import refund_sale
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import now
from smartbis.ledger.accounts import Account
from smartbis.ledger.models import Transfer
from smartbis.ledger.selectors import check_ledger
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.purchases.infos import RefundItemDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.checkouts.quoting import committed, quoted
from tests.factories import actor, make_customer
from tests.imports.loading import load, take_back
from tests.programs.earning import held, lines, opened, sold
from tests.unchanged import unchanged
from tests.vouchers.shop import account, coupon_of, events_of, give, issued, redeemed
from vouchers.selectors import get_redemption

OWNER = actor("owner")
RETURNED = "external_id,occurred_at,amount,store,customer_external_id,item_sku,item_quantity,item_unit,refund_of\n"
AMOUNTS = "external_id,occurred_at,amount,store,refund_of\n"


def back(number: str, sku: str, *, sale: str = "S1", unit: str = "50") -> str:
    """A row that brings one article of a sale back."""
    return f"{number},{now().isoformat()},,centro,7,{sku},-1,{unit},{sale}\n"


def amount_back(number: str, amount: str, *, sale: str = "S1") -> str:
    """A row that gives an amount of a sale back."""
    return f"{number},{now().isoformat()},-{amount},centro,{sale}\n"


def wine_drinker(brand: TenantInfo) -> CustomerInfo:
    """Somebody who bought wine and bread, where wine alone earns a tenth."""
    opened(brand, {"when": {"products": ["WINE"]}})
    return make_customer(brand, external_id="7")


def basket(brand: TenantInfo, customer: CustomerInfo) -> Any:
    return sold(brand, customer, 10_000, "S1", items=lines(("WINE", 1, 5_000), ("BREAD", 1, 5_000))).purchase


@pytest.mark.parametrize(("first", "then"), [(("WINE", 0), ("BREAD", 0)), (("BREAD", 500), ("WINE", 0))])
def test_lines_take_back_what_they_earned(
    aurora: TenantInfo, boreal: TenantInfo, first: tuple[str, int], then: tuple[str, int]
) -> None:
    customer, twin = wine_drinker(aurora), wine_drinker(boreal)
    basket(aurora, customer)
    sale = basket(boreal, twin)
    for sku, left in (first, then):
        with unchanged(boreal):
            load(aurora, RETURNED + back(f"R-{sku}", sku))
        items = [RefundItemDraft(sku, 1)]
        refund_sale(tenant=boreal.id, purchase=sale.id, external_id=f"R-{sku}", items=items, actor=OWNER)
        assert (held(aurora, customer).available, held(boreal, twin).available) == (left, left)
    assert check_ledger(tenant=aurora.id).ok


def test_returns_of_one_file_each_take_their_own_and_are_undone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = wine_drinker(aurora)
    basket(aurora, customer)
    basket(boreal, wine_drinker(boreal))
    with unchanged(boreal):
        info = load(aurora, RETURNED + back("R1", "BREAD") + back("R2", "WINE"))
        assert (info.refunds, held(aurora, customer).available) == (2, 0)
        with tenant_scope(aurora.id):
            (taken,) = Transfer.objects.filter(kind="reversal")
            assert (taken.amount, taken.explanation["refund_minor"]) == (500, 5_000)
        take_back(aurora, info)
        assert held(aurora, customer).available == 500
        load(aurora, RETURNED + back("R1", "BREAD"))
        assert held(aurora, customer).available == 500
    assert check_ledger(tenant=aurora.id).ok


def paid_with_a_voucher(brand: TenantInfo) -> Any:
    """A sale on which a voucher was used that somebody else had bought from their balance, and who that was."""
    opened(brand, {})
    buyer, payer = make_customer(brand, external_id="7"), make_customer(brand, "Rui")
    give(brand, payer, 1_000)
    coupon = coupon_of(brand, cost_unit="BRL", cost_amount=1_000, holder="bearer")
    use = redeemed(brand, issued(brand, coupon, payer, origin="balance"), external_id="S1", amount_minor=10_000)
    sold(brand, buyer, 10_000, "S1")
    return buyer, payer, use


def test_the_closing_return_gives_the_voucher_back_and_tells_nobody(aurora: TenantInfo, boreal: TenantInfo) -> None:
    buyer, payer, use = paid_with_a_voucher(aurora)
    paid_with_a_voucher(boreal)
    assert (held(aurora, buyer).available, account(aurora, Account.REDEEMED)) == (900, 1_000)
    told = len(events_of(aurora, "voucher.reversed.v1"))
    with unchanged(boreal):
        load(aurora, AMOUNTS + amount_back("R1", "40"))
        assert get_redemption(tenant=aurora.id, redemption=use.id).reversed_at is None
        load(aurora, AMOUNTS + amount_back("R2", "60"))
        again = get_redemption(tenant=aurora.id, redemption=use.id)
        assert (again.reversed_at is not None, again.voucher_status) == (True, "issued")
        assert (account(aurora, Account.REDEEMED), account(aurora, Account.VOUCHER_OUTSTANDING)) == (0, 1_000)
    assert (held(aurora, buyer).available, held(aurora, payer).available) == (0, 0)
    assert len(events_of(aurora, "voucher.reversed.v1")) == told
    assert check_ledger(tenant=aurora.id).ok


def test_a_voucher_that_was_given_back_stays_good_when_the_file_is_undone(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    buyer, payer, use = paid_with_a_voucher(aurora)
    paid_with_a_voucher(boreal)
    with unchanged(boreal):
        for _again in range(2):
            take_back(aurora, load(aurora, AMOUNTS + amount_back("R1", "100")))
            assert held(aurora, buyer).available == 900
            assert get_redemption(tenant=aurora.id, redemption=use.id).voucher_status == "issued"
            assert (account(aurora, Account.REDEEMED), account(aurora, Account.VOUCHER_OUTSTANDING)) == (0, 1_000)
    assert held(aurora, payer).available == 0
    assert check_ledger(tenant=aurora.id).ok


def in_debt(brand: TenantInfo) -> tuple[CustomerInfo, ImportInfo]:
    """A file took back what one sale had earned; what another had earned was spent, and then its sale refunded."""
    opened(brand, {})
    customer = make_customer(brand)
    sold(brand, customer, 5_000, "S1")
    other = sold(brand, customer, 3_000, "S2").purchase
    info = load(brand, AMOUNTS + amount_back("R1", "50"))
    with tenant_scope(brand.id):
        spent = Move(unit="BRL", debit=Account.AVAILABLE, credit=Account.REDEEMED, amount=300, kind="spend")
        post(tenant=brand.id, holder=lock_holder(tenant=brand.id, customer=customer.id), moves=[spent])
    refund_sale(tenant=brand.id, purchase=other.id, external_id="R2", amount_minor=3_000, actor=OWNER)
    return customer, info


def test_what_an_undone_file_gives_back_pays_first_what_is_owed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, info = in_debt(aurora)
    in_debt(boreal)
    assert (held(aurora, customer).available, held(aurora, customer).owed) == (0, 300)
    with unchanged(boreal):
        take_back(aurora, info)
    assert (held(aurora, customer).available, held(aurora, customer).owed) == (200, 0)
    assert check_ledger(tenant=aurora.id).ok


def spent_while_returned(brand: TenantInfo) -> tuple[CustomerInfo, ImportInfo]:
    """Somebody whose balance of 500 was held when a file returned its sale, and was then spent at the brand's cost."""
    opened(brand, {})
    change_brand(tenant=brand.id, actor=OWNER, shortfall_policy="pending_only")
    customer = make_customer(brand)
    sold(brand, customer, 5_000, "S1")
    quote = quoted(brand, customer, 500)
    info = load(brand, AMOUNTS + amount_back("R1", "50"))
    committed(brand, quote)
    return customer, info


def test_what_an_undone_file_made_the_brand_bear_is_not_given_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, info = spent_while_returned(aurora)
    spent_while_returned(boreal)
    assert (held(aurora, customer).owed, account(aurora, Account.WRITTEN_OFF)) == (0, -500)
    with unchanged(boreal):
        take_back(aurora, info)
    assert (held(aurora, customer).available, held(aurora, customer).owed) == (0, 0), "it was given once and spent once"
    assert account(aurora, Account.WRITTEN_OFF) == 0
    assert check_ledger(tenant=aurora.id).ok
