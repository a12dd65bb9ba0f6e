"""The check of the books: what checkouts, vouchers and awards keep is what the ledger's transfers say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from programs.checkouts.services import cancel_checkout
from programs.models import Award, Checkout
from programs.selectors import check_books
from programs.services import merge_customers, refund_sale, spend_balance
from smartbis.kernel.people import Actor
from smartbis.ledger import differences
from smartbis.ledger.errors import LedgerTooLarge
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import OPERATOR, committed, quoted
from tests.factories import actor, make_customer
from tests.programs.conftest import make_cashback
from tests.programs.earning import sold
from tests.vouchers.shop import redeemed
from vouchers.models import Voucher

NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture
def lively(aurora: TenantInfo, boreal: TenantInfo) -> dict[TenantInfo, UUID]:
    """Two brands, each with a customer who earned 20, has 5 in a voucher and holds 15 for a checkout."""
    customers = {}
    for brand in (aurora, boreal):
        make_cashback(brand)
        marina = make_customer(brand)
        sold(brand, marina, 10_000, "S-1")
        who = Actor(kind="customer", id=marina.id)
        spend_balance(tenant=brand.id, customer=marina.id, amount_minor=500, key=uuid4().hex, actor=who)
        quoted(brand, marina, 10_000)
        customers[brand] = marina.id
    return customers


def test_books_that_agree(lively: dict[TenantInfo, UUID]) -> None:
    for brand in lively:
        check = check_books(tenant=brand.id)
        assert (check.differences, check.holders, check.transfers) == ((), 1, 3)


@pytest.mark.parametrize(
    ("change", "kind", "part", "kept", "counted"),
    [
        (lambda: Checkout.objects.update(state="cancelled", closed_at=NOON), "hold", "held", 1_500, 0),
        (lambda: Checkout.objects.update(balance_minor=1_000), "hold", "held", 1_500, 1_000),
        (lambda: Award.objects.update(reversed=2_000), "award", "left", 0, 2_000),
        (lambda: Award.objects.update(granted=1_900), "award", "left", 1_900, 2_000),
        (lambda: Voucher.objects.update(paid_left=0), "voucher", "paid_left", 0, 500),
        (lambda: Voucher.objects.update(paid_left=700, paid_amount=700), "voucher", "paid_left", 700, 500),
    ],
)
def test_what_a_room_keeps_and_the_ledger_does_not_say_is_found(
    lively: dict[TenantInfo, UUID], change: Callable[[], int], kind: str, part: str, kept: int, counted: int
) -> None:
    brand, other = lively
    with tenant_scope(brand.id):
        assert change() == 1
    assert check_ledger(tenant=brand.id).ok, "which knows nothing of it"
    (found,) = check_books(tenant=brand.id).differences
    assert (found.kind, found.part, found.kept, found.counted) == (kind, part, kept, counted)
    assert (found.customer_id, found.unit) == (lively[brand], "BRL")
    assert (found.id is None) == (kind == "hold")
    assert check_books(tenant=other.id).ok


def test_the_command_finds_it_too(lively: dict[TenantInfo, UUID], capsys: pytest.CaptureFixture[str]) -> None:
    brand, _ = lively
    with tenant_scope(brand.id):
        Checkout.objects.update(state="cancelled", closed_at=NOON)
    with pytest.raises(CommandError, match="does not add up"):
        call_command("check_ledger", "aurora", "boreal")
    told = capsys.readouterr().out
    assert f"  hold of customer {lively[brand]} in BRL: held is 1500, counted 0" in told
    assert "boreal: 3 transfers of 1 holders, 0 problems" in told


def test_books_agree_after_refunds_uses_changes_and_merges(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    marina, old = make_customer(aurora), make_customer(aurora, "Marina S")
    sale = sold(aurora, marina, 10_000, "S-1")
    sold(aurora, old, 20_000, "S-2")
    who = Actor(kind="customer", id=marina.id)
    voucher = spend_balance(tenant=aurora.id, customer=marina.id, amount_minor=500, key=uuid4().hex, actor=who)
    redeemed(aurora, voucher, customer=marina.id, amount_minor=300, external_id="S-3")
    quote = quoted(aurora, old, 1_000)
    merge_customers(tenant=aurora.id, into=marina.id, other=old.id, actor=actor("owner"))
    assert check_books(tenant=aurora.id).differences == ()
    cancel_checkout(tenant=aurora.id, checkout=quote.id, actor=OPERATOR)
    committed(aurora, quoted(aurora, marina, 700))
    refund_sale(tenant=aurora.id, purchase=sale.purchase.id, amount_minor=10_000, external_id="R-1", actor=OPERATOR)
    assert check_books(tenant=aurora.id).differences == ()


@pytest.mark.django_db(transaction=True)
def test_books_too_large_to_compare_are_said(aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "SUMS", "SELECT pg_sleep(0.3), %(tenant)s")
    with pytest.raises(LedgerTooLarge):
        check_books(tenant=aurora.id, patience=timedelta(milliseconds=100))
