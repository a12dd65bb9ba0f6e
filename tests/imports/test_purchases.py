"""Files of sales by the contract's columns: every bad row has its code, every good one counts."""

import pytest

from programs.imports import ImportNotUndoable, errors_csv, get_import, import_errors, imports_page, undo_import
from programs.imports.errors import ImportNotFound
from smartbis.customers.selectors import allows, find_customer
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.models import Delivery, Event
from smartbis.purchases.infos import RefundItemDraft
from smartbis.purchases.selectors import find_purchase
from smartbis.purchases.services import lock_purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.imports.loading import customer_of, errors, held, load, noted, refused, start, take_back
from tests.programs.conftest import make_cashback, make_points
from tests.programs.earning import opened
from tests.unchanged import unchanged

HEADER = (
    "external_id,occurred_at,amount,store,channel,customer_phone,customer_external_id,customer_name,refund_of,note\n"
)
ITEMS = (
    "external_id,occurred_at,amount,store,customer_external_id,"
    "item_sku,item_name,item_category,item_quantity,item_unit\n"
)
AT = "2026-11-21T10:00:00Z"


def sale(brand: TenantInfo, number: str, store: str = "centro"):
    return find_purchase(tenant=brand.id, store=store_of(brand, store).id, external_id=number)


def test_one_row_a_sale_enrols_awards_and_tells_nobody(shop: TenantInfo, boreal: TenantInfo) -> None:
    text = HEADER + (
        f'A1,{AT},"129,90",centro,store,(11) 98765-4821,,Marina Souza,,vip\n'
        f"A2,{AT},50.00,moema,online,,77,,,\n"
        f"A3,{AT},10,centro,,,,,,\n"
    )
    with unchanged(boreal):
        info = load(shop, text)
    assert (info.made, info.rows_done, info.rows_failed) == (3, 3, 0)
    marina = find_customer(tenant=shop.id, phone="11987654821")
    assert marina is not None
    assert (marina.name, marina.channel) == ("Marina Souza", "import")
    assert not allows(tenant=shop.id, customer=marina.id, category="utility")
    assert held(shop, "77") == 1000
    recorded = sale(shop, "A1")
    assert (recorded.amount_minor, recorded.customer_id, recorded.channel) == (12990, marina.id, "store")
    assert sale(shop, "A3").customer_id is None
    with tenant_scope(shop.id):
        assert not Event.objects.filter(name="purchase.recorded.v1").exists()
        told = Delivery.objects.exclude(event__name__in=["import.finished.v1", "customer.enrolled.v1"])
        assert not told.exists()


def test_a_row_that_makes_no_sense_is_kept_with_its_line_and_code(shop: TenantInfo, boreal: TenantInfo) -> None:
    make_customer(boreal, external_id="55")
    rows = [
        (f"B1,{AT},0,centro,,,7,,,", "amount_not_positive"),
        (f"B2,{AT},abc,centro,,,7,,,", "amount_invalid"),
        (f"B3,{AT},1.234,centro,,,7,,,", "amount_unclear"),
        (f"B4,{AT},99999999999999,centro,,,7,,,", "amount_too_large"),
        (f"B5,{AT},10,mars,,,7,,,", "store_unknown"),
        (f"B6,{AT},10,,,,7,,,", "store_missing"),
        (f"B7,{AT},10,centro,,(11) 12,,,,", "phone_invalid"),
        ("B8,2026-02-30,10,centro,,,7,,,", "instant_invalid"),
        ("B9,2036-01-01,10,centro,,,7,,,", "instant_out_of_range"),
        ("B10,,10,centro,,,7,,,", "instant_missing"),
        (f",{AT},10,centro,,,7,,,", "external_id_missing"),
        (f"{'x' * 101},{AT},10,centro,,,7,,,", "text_too_long"),
        (f"B12,{AT},,centro,,,7,,,", "amount_missing"),
        (f"B13,{AT},10,centro", "too_few_cells"),
        (f"B14,{AT},10,centro,,,7,,,,surplus", "too_many_cells"),
        (f"R1,{AT},-10,centro,,,7,,NEVER,", "purchase_not_found"),
        (f'B15,{AT},"10,centro,,,7,,,', "quote_open"),
    ]
    with unchanged(boreal):
        info = load(shop, HEADER + "\n".join(row for row, _ in rows) + f"\nGOOD,{AT},10,centro,,,7,,,\n")
    assert info.made == 1
    assert (info.rows_done, info.rows_failed) == (len(rows) + 1, len(rows))
    assert refused(shop, info) == [(line, code) for line, (_, code) in enumerate(rows, start=2)]
    assert all(each.sentence and each.sentence != each.code for each in errors(shop, info))
    assert held(shop, "7") == 200
    assert check_ledger(tenant=shop.id).ok


def test_another_currency_in_a_column_is_refused_by_the_row(shop: TenantInfo) -> None:
    text = f"external_id,occurred_at,amount,store,currency\n1,{AT},10,centro,USD\n2,{AT},10,centro,brl\n"
    info = load(shop, text)
    assert (info.made, refused(shop, info)) == (1, [(2, "currency_mismatch")])


def test_a_number_with_other_content_is_a_conflict_and_the_same_content_is_there_already(shop: TenantInfo) -> None:
    text = HEADER + f"D1,{AT},10,centro,,,7,,,\nD1,{AT},10,centro,,,7,,,\nD1,{AT},11,centro,,,7,,,\n"
    info = load(shop, text)
    assert (info.made, info.rows_repeated, refused(shop, info)) == (1, 1, [(4, "purchase_conflict")])
    assert held(shop, "7") == 200


def test_rows_of_articles_are_joined_wherever_they_stand(shop: TenantInfo) -> None:
    text = ITEMS + (
        f"E1,{AT},,centro,7,SKU1,Café,Bebidas,2,4.50\n"
        f"E2,{AT},20.00,centro,7,SKU2,Bolo,Doces,1,25.00\n"
        f"E1,{AT},,centro,7,SKU3,Pão,Padaria,0.350,20.00\n"
        f"E2,{AT},20.00,centro,7,SKU4,Vela,Doces,1,5.00\n"
        f"E3,{AT},9.00,centro,7,SKU1,Café,Bebidas,2,4.50\n"
        f"E3,{AT},5.00,centro,7,SKU4,Vela,Doces,1,5.00\n"
        f"E4,{AT},9.00,centro,7,SKU1,Café,Bebidas,1,4.50\n"
        f"E4,{AT},7.00,centro,7,SKU4,Vela,Doces,1,5.00\n"
        f"E5,{AT},,centro,7,SKU1,Café,Bebidas,1,4.50\n"
        f"E5,{AT},,centro,8,SKU4,Vela,Doces,1,5.00\n"
        f"E6,{AT},,centro,7,SKU1,Café,Bebidas,1,4.50\n"
        f"E6,{AT},,centro,7,SKU4,Vela,Doces,many,5.00\n"
    )
    info = load(shop, text)
    amounts = {number: sale(shop, number).amount_minor for number in ("E1", "E2", "E3")}
    assert amounts == {"E1": 900 + 700, "E2": 2000, "E3": 1400}
    assert [item.sku for item in sale(shop, "E1").items] == ["SKU1", "SKU3"]
    assert refused(shop, info) == [
        (8, "amounts_disagree"), (9, "amounts_disagree"), (10, "rows_disagree"), (11, "rows_disagree"),
        (12, "sale_incomplete"), (13, "quantity_invalid"),
    ]  # fmt: skip
    assert info.made == 3


def test_returns_find_the_sale_they_name_and_take_back_what_it_earned(shop: TenantInfo) -> None:
    text = HEADER + (
        f"R1,{AT},-40,centro,,,7,,F1,\n"  # before its sale in the file
        f"F1,{AT},100,centro,,,7,,,\n"
        f"F2,{AT},100,centro,,,7,,,\n"
        f"F2,{AT},-100,centro,,,7,,,\n"
        f"R2,{AT},70,centro,,,7,,F1,\n"  # more than is left
    )
    info = load(shop, text)
    assert (info.made, info.refunds, refused(shop, info)) == (2, 2, [(6, "refund_exceeds_purchase")])
    assert held(shop, "7") == 2000 - 800
    assert sale(shop, "F2").refunded_minor == 10000
    again = load(shop, text)
    assert (again.made, again.refunds, again.rows_repeated) == (0, 0, 4)
    assert held(shop, "7") == 1200
    assert check_ledger(tenant=shop.id).ok


def test_a_bare_negative_amount_that_meets_no_sale_is_kept_as_a_note(shop: TenantInfo) -> None:
    text = HEADER + f"N1,{AT},-40,centro,,,7,,,\nF1,{AT},100,centro,,,7,,,\n"
    info = load(shop, text)
    assert (info.rows_total, info.rows_done, info.made, info.refunds) == (2, 2, 1, 0)
    assert (info.rows_failed, info.rows_repeated, info.rows_noted) == (0, 0, 1)
    (note,) = import_errors(tenant=shop.id, import_id=info.id, notes=True)
    assert (note.line, note.code) == (2, "return_unmatched")
    assert held(shop, "7") == 2000


def test_undo_gives_back_what_the_file_took_from_sales_that_stay(shop: TenantInfo) -> None:
    load(shop, HEADER + f"G1,{AT},100,centro,,,7,,,\n")
    returns = load(shop, HEADER + f"R1,{AT},-40,centro,,,7,,G1,\nG2,{AT},10,centro,,,7,,,\n")
    assert held(shop, "7") == 2000 - 800 + 200
    take_back(shop, returns)
    assert held(shop, "7") == 2000
    assert sale(shop, "G1").refunded_minor == 0
    again = load(shop, HEADER + f"R1,{AT},-40,centro,,,7,,G1,\n")
    assert (again.refunds, held(shop, "7")) == (1, 1200)
    assert check_ledger(tenant=shop.id).ok


def test_undo_counts_again_what_the_file_had_freed_of_limits(aurora: TenantInfo, boreal: TenantInfo) -> None:
    limits = {"per_customer": {"life": 20}, "times_per_customer": {"life": 2}, "budget_minor": 35}
    opened(aurora, {"limits": limits}), opened(boreal, {"limits": limits})
    for brand in (aurora, boreal):
        load(brand, HEADER + f"S1,{AT},2,centro,,,7,,,\nS2,{AT},1,centro,,,8,,,\n")
    with unchanged(boreal):
        whole = load(aurora, HEADER + f"R1,{AT},-2,centro,,,7,,S1,\n")
        part = load(aurora, HEADER + f"R2,{AT},-0.50,centro,,,8,,S2,\n")
        assert (held(aurora, "7"), held(aurora, "8")) == (0, 5)
        assert (take_back(aurora, whole).status, take_back(aurora, part).status) == ("undone", "undone")
        assert (held(aurora, "7"), held(aurora, "8")) == (20, 10)
        load(aurora, HEADER + f"S3,{AT},1,centro,,,7,,,\nS4,{AT},9,centro,,,9,,,\n")
        assert (held(aurora, "7"), held(aurora, "9")) == (20, 5)


def test_undo_counts_again_though_others_have_used_what_was_freed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        opened(brand, {"limits": {"budget_minor": 20}})
        load(brand, HEADER + f"S1,{AT},2,centro,,,7,,,\n")
    with unchanged(boreal):
        wrong = load(aurora, HEADER + f"R1,{AT},-2,centro,,,7,,S1,\n")
        later = load(aurora, HEADER + f"S2,{AT},1.50,centro,,,8,,,\n")
        take_back(aurora, wrong)
        assert (held(aurora, "7"), held(aurora, "8")) == (20, 15)
        take_back(aurora, later)
        load(aurora, HEADER + f"S3,{AT},1.50,centro,,,8,,,\n")
        assert (held(aurora, "7"), held(aurora, "8")) == (20, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_undo_of_what_was_spent_meanwhile_is_owed(shop: TenantInfo) -> None:
    from smartbis.ledger.accounts import Account
    from smartbis.ledger.selectors import balances
    from smartbis.ledger.services import Move, lock_holder, post

    info = load(shop, HEADER + f"H1,{AT},100,centro,,,7,,,\n")
    customer = customer_of(shop, "7").id
    with tenant_scope(shop.id):
        spent = Move(unit="BRL", debit=Account.AVAILABLE, credit=Account.REDEEMED, amount=1500, kind="spend")
        post(tenant=shop.id, holder=lock_holder(tenant=shop.id, customer=customer), moves=[spent])
    take_back(shop, info)
    (left,) = balances(tenant=shop.id, customer=customer)
    assert (left.available, left.owed) == (0, 1500)
    assert check_ledger(tenant=shop.id).ok


def test_columns_that_mean_nothing_stay_as_notes_sealed(shop: TenantInfo) -> None:
    from programs.imports.run import cells_of
    from programs.models import ImportRow

    info = load(shop, HEADER + f"I1,{AT},10,centro,,,7,,,birthday present\n")
    with tenant_scope(shop.id):
        (row,) = ImportRow.objects.filter(batch_id=info.id, state="extra")
        assert cells_of(row) == ("birthday present",)
        assert row.sealed is not None
        assert b"birthday" not in bytes(row.sealed)
        assert row.payload == {"purchase": str(sale(shop, "I1").id)}


def test_a_dry_run_judges_every_row_and_changes_nothing(shop: TenantInfo) -> None:
    text = HEADER + f"J1,{AT},10,centro,,,7,,,\nJ2,{AT},0,centro,,,7,,,\nJ3,{AT},-5,centro,,,7,,J1,\n"
    info = start(shop, text, dry_run=True)
    with unchanged(shop, rooms=("customers", "purchases", "ledger")):
        from tests.imports.loading import finish

        info = finish(shop, info)
    assert (info.status, info.rows_done, refused(shop, info)) == ("done", 3, [(3, "amount_not_positive")])
    with pytest.raises(ImportNotUndoable):
        undo_import(tenant=shop.id, import_id=info.id, actor=actor("owner"))


def test_errors_come_as_a_file_no_spreadsheet_will_run(shop: TenantInfo) -> None:
    info = load(shop, HEADER + f'K1,{AT},0,centro,,,7,"=cmd|calc",,\n')
    header, row = list(errors_csv(tenant=shop.id, import_id=info.id))
    assert header.startswith("_line,_code,_sentence,_detail,external_id,occurred_at")
    assert ",'=cmd|calc," in row


def test_the_file_of_errors_can_be_mended_and_sent_again(shop: TenantInfo, boreal: TenantInfo) -> None:
    first = load(shop, HEADER + f"R1,{AT},-40,centro,,+5511987654321,7,,A1,seen\n")
    assert refused(shop, first) == [(2, "purchase_not_found")]
    with unchanged(boreal):
        load(shop, HEADER + f"A1,{AT},100,centro,,,7,,,\n")
        again = load(shop, "".join(errors_csv(tenant=shop.id, import_id=first.id)))
    assert (refused(shop, again), again.refunds, held(shop, "7")) == ([], 1, 1_200)


@pytest.mark.parametrize("dry_run", [True, False])
def test_lines_of_one_sale_that_lie_apart_are_refused_before_any_is_recorded(
    shop: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    monkeypatch.setattr("programs.imports.purchases.SALES_A_CHUNK", 2)
    others = "".join(f"B{number},{AT},,centro,8,x,,,1,10\n" for number in range(4))
    # Of another store, and without articles: sales of their own, however far from each other.
    alike = f"A,{AT},,moema,8,x,,,1,20\n"
    lines = ITEMS + f"A,{AT},,centro,7,x,,,1,10\n" + others + f"A,{AT},,centro,7,y,,,1,90\n" + alike
    with unchanged(boreal):
        info = load(shop, lines, dry_run=dry_run)
    assert refused(shop, info) == [(2, "lines_apart"), (7, "lines_apart")]
    assert (info.made, info.rows_done, info.rows_failed, held(shop, "7")) == (5, 7, 2, 0)
    if not dry_run:
        rows = list(errors_csv(tenant=shop.id, import_id=info.id))
        assert load(shop, "".join(rows)).made == 1
        assert held(shop, "7") == 2_000


def test_a_broken_line_far_from_its_sale_keeps_all_of_it_out(shop: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("programs.imports.purchases.SALES_A_CHUNK", 2)
    others = "".join(f"B{number},{AT},,centro,8,x,,,1,10\n" for number in range(4))
    info = load(shop, ITEMS + f"A,{AT},,centro,7,x,,,1,10\n" + others + f"A,{AT},,centro,7,y,,,many,90\n")
    assert refused(shop, info) == [(2, "lines_apart"), (7, "quantity_invalid")]
    assert held(shop, "7") == 0


def test_a_file_in_no_order_is_refused_as_a_whole(shop: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("programs.imports.purchases.SALES_A_CHUNK", 2)
    monkeypatch.setattr("programs.imports.apart.MOST_APART", 1)
    mixed = "".join(f"{number},{AT},,centro,7,{sku},,,1,10\n" for sku in "xy" for number in "ABCD")
    info = load(shop, ITEMS + mixed)
    assert (info.status, info.failure, info.made, held(shop, "7")) == ("failed", "lines_apart", 0, 0)


def test_another_brand_finds_no_import(shop: TenantInfo, boreal: TenantInfo) -> None:
    info = load(shop, HEADER + f"L1,{AT},10,centro,,,7,,,\n")
    for call in (
        lambda: get_import(tenant=boreal.id, import_id=info.id),
        lambda: undo_import(tenant=boreal.id, import_id=info.id, actor=actor("owner")),
        lambda: list(errors_csv(tenant=boreal.id, import_id=info.id)),
    ):
        with pytest.raises(ImportNotFound):
            call()
    assert imports_page(tenant=boreal.id).items == ()
    assert [each.id for each in imports_page(tenant=shop.id).items] == [info.id]


def test_points_and_cashback_are_both_earned(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    make_points(aurora)
    from smartbis.kernel.clock import now

    info = load(aurora, HEADER + f"M1,{now().isoformat()},25.90,centro,,,7,,,\n")
    assert info.made == 1
    assert (held(aurora, "7"), held(aurora, "7", "points")) == (518, 25)


def test_a_refund_at_the_counter_of_an_imported_sale_is_undone_with_it(shop: TenantInfo) -> None:
    from programs.services import refund_sale

    info = load(shop, ITEMS + f"N1,{AT},,centro,7,SKU1,Café,,4,10.00\n")
    recorded = sale(shop, "N1")
    refund_sale(
        tenant=shop.id, purchase=recorded.id, external_id="back", items=[RefundItemDraft("SKU1", 1)], actor=actor()
    )
    assert held(shop, "7") == 600
    take_back(shop, info)
    assert held(shop, "7") == 0
    assert noted(shop, info) == []
    assert check_ledger(tenant=shop.id).ok
    with tenant_scope(shop.id), pytest.raises(Exception, match="no such purchase"):
        lock_purchase(tenant=shop.id, purchase=recorded.id)
