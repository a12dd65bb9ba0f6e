"""A brand that switches brings people, articles, balances and vouchers along, and can take them back."""

import pytest

from programs.imports import ImportNotUndoable, MappingRefused, errors_csv, get_import, undo_import
from programs.selectors.articles import articles_by_sku
from programs.services import merge_customers
from smartbis.customers.selectors import allows
from smartbis.kernel.errors import PermissionMissing
from smartbis.ledger.selectors import balances, check_ledger, statement
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.imports.loading import customer_of, held, load, refused, start, take_back
from tests.unchanged import unchanged
from vouchers.selectors import get_voucher
from vouchers.services import redeem_voucher, validate_voucher

BALANCES = "customer_external_id,customer_phone,customer_name,amount,unit\n"
WHY = {"source": "Old Club", "reason": "Mudança de sistema"}


def mapping(*fields: str, **settings: str) -> dict[str, object]:
    return {"columns": {field: field for field in fields}, **settings}


def opening(**settings: str) -> dict[str, object]:
    return mapping("customer_external_id", "customer_phone", "customer_name", "amount", "unit", **{**WHY, **settings})


def test_opening_balances_come_with_source_and_reason(aurora: TenantInfo, boreal: TenantInfo) -> None:
    text = BALANCES + '7,,,"18,50",\n7,,,120,pontos\n,11987654821,Marina,5.00,BRL\n'
    with unchanged(boreal):
        info = load(aurora, text, "balances", mapping=opening())
    assert (info.made, info.rows_failed) == (3, 0)
    assert (held(aurora, "7"), held(aurora, "7", "points")) == (1850, 120)
    customer = customer_of(aurora, "7").id
    row = statement(tenant=aurora.id, customer=customer, unit="BRL").items[0]
    assert (row.kind, row.explanation) == ("opening", {"key": "opening", **WHY})
    assert check_ledger(tenant=aurora.id).ok


def test_the_same_balances_again_change_nothing_and_others_are_a_conflict(aurora: TenantInfo) -> None:
    load(aurora, BALANCES + "7,,,10,\n", "balances", mapping=opening())
    again = load(aurora, BALANCES + "7,,,10,\n7,,,11,\n", "balances", mapping=opening())
    assert (again.made, again.rows_repeated, refused(aurora, again)) == (0, 1, [(3, "opening_conflict")])
    assert held(aurora, "7") == 1000
    other = load(aurora, BALANCES + "7,,,11,\n", "balances", mapping=opening(source="Other Club"))
    assert (other.made, held(aurora, "7")) == (1, 2100)


def test_balances_come_once_also_after_their_owners_became_one(aurora: TenantInfo, boreal: TenantInfo) -> None:
    text = BALANCES + "7,,,10,\n8,,,5,\n9,,,10,\n"
    for brand in (aurora, boreal):
        assert load(brand, text, "balances", mapping=opening()).made == 3
    kept, lost = customer_of(aurora, "7").id, customer_of(aurora, "8").id
    merge_customers(tenant=aurora.id, into=kept, other=lost, actor=actor("owner"))
    with unchanged(boreal):
        again = load(aurora, text + "8,,,6,\n", "balances", mapping=opening())
    assert (again.made, again.rows_repeated, refused(aurora, again)) == (0, 3, [(5, "opening_conflict")])
    assert (held(aurora, "7"), held(aurora, "8"), held(aurora, "9")) == (1500, 1500, 1000)
    merge_customers(tenant=aurora.id, into=customer_of(aurora, "9").id, other=kept, actor=actor("owner"))
    assert load(aurora, text, "balances", mapping=opening()).made == 0
    assert (held(aurora, "9"), held(boreal, "9")) == (2500, 1000)
    assert check_ledger(tenant=aurora.id).ok


def test_bad_balances_are_refused_by_row(aurora: TenantInfo) -> None:
    text = BALANCES + "7,,,0,\n7,,,-5,\n,,,5,\n7,,,5,USD\n7,,,5,stars\n7,,,1.5,points\n,123,,5,\n7,,,,\n"
    info = load(aurora, text, "balances", mapping=opening())
    assert refused(aurora, info) == [
        (2, "amount_not_positive"), (3, "amount_not_positive"), (4, "customer_missing"), (5, "currency_mismatch"),
        (6, "unit_invalid"), (7, "amount_invalid"), (8, "phone_invalid"), (9, "amount_missing"),
    ]  # fmt: skip
    with pytest.raises(MappingRefused):
        start(aurora, BALANCES, "balances", mapping=opening(reason=""))


def test_balances_are_taken_back_by_transfers_and_can_come_again(aurora: TenantInfo) -> None:
    info = load(aurora, BALANCES + "7,,,10,\n8,,,10,\n", "balances", mapping=opening())
    spender = customer_of(aurora, "8").id
    from smartbis.ledger.accounts import Account
    from smartbis.ledger.services import Move, lock_holder, post
    from smartbis.tenancy.scope import tenant_scope

    with tenant_scope(aurora.id):
        spent = Move(unit="BRL", debit=Account.AVAILABLE, credit=Account.REDEEMED, amount=400, kind="spend")
        post(tenant=aurora.id, holder=lock_holder(tenant=aurora.id, customer=spender), moves=[spent])
    undone = take_back(aurora, info)
    assert (undone.status, held(aurora, "7")) == ("undone", 0)
    (left,) = balances(tenant=aurora.id, customer=spender)
    assert (left.available, left.owed) == (0, 400)
    undo_import(tenant=aurora.id, import_id=info.id, actor=actor("owner"))
    again = load(aurora, BALANCES + "7,,,10,\n8,,,10,\n", "balances", mapping=opening())
    assert (again.made, held(aurora, "7"), held(aurora, "8")) == (2, 1000, 600)
    assert check_ledger(tenant=aurora.id).ok


def test_open_vouchers_keep_their_code_and_can_be_redeemed_or_taken_back(aurora: TenantInfo) -> None:
    text = (
        "code,value,valid_until,customer_external_id\n"
        'OLD-1,"25,00",31/12/2030,7\nOLD-2,10,,\nOLD-1,25.00,31/12/2030,7\nOLD-1,30,31/12/2030,7\n'
        "OLD-3,10,01/01/2020,\n,10,,\nOLD-4,0,,\n"
    )
    info = load(aurora, text, "vouchers")
    assert (info.made, info.rows_repeated) == (2, 1)
    assert refused(aurora, info) == [
        (5, "voucher_conflict"), (6, "voucher_expired"), (7, "code_missing"), (8, "amount_not_positive"),
    ]  # fmt: skip
    voucher = get_voucher(tenant=aurora.id, code="old-1")
    assert (voucher.value_minor, str(voucher.valid_until)) == (2500, "2031-01-01 02:59:59+00:00")
    store = store_of(aurora).id
    redeem_voucher(tenant=aurora.id, code="OLD-2", store=store, key="k", actor=actor("operator"), amount_minor=5000)
    again = load(aurora, text, "vouchers")
    assert again.made == 0
    assert take_back(aurora, info).status == "undone"
    from vouchers.errors import VoucherNotFound

    with pytest.raises(VoucherNotFound):
        validate_voucher(tenant=aurora.id, code="OLD-1", store=store)
    once_more = load(aurora, "code,value\nOLD-1,25\n", "vouchers")
    assert once_more.made == 1
    assert validate_voucher(tenant=aurora.id, code="OLD-1", store=store, amount_minor=9900).valid


def test_people_come_with_their_consents_and_known_ones_stay(aurora: TenantInfo) -> None:
    make_customer(aurora, "Known", phone="+5511987654821", external_id="1")
    text = (
        "nome;telefone;cpf;codigo;nascimento;aceita_marketing;aceita_avisos\n"
        "Other Name;11987654821;;;;não;sim\nAna;(11) 91234-5678;;2;03/04/1990;sim;sim\n"
        "Bia;;529.982.247-25;;;;\nCaio;;111.111.111-11;;;;\nDani;;;;;;\nEva;;;3;31/02/1990;;\nFer;;;4;;talvez;\n"
    )
    fields = {
        "name": "nome", "phone": "telefone", "cpf": "cpf", "external_id": "codigo", "birthday": "nascimento",
        "consent_marketing": "aceita_marketing", "consent_utility": "aceita_avisos",
    }  # fmt: skip
    info = load(aurora, text, "customers", mapping={"columns": fields, "consent_text": "2026-1"})
    assert (info.made, info.rows_repeated) == (2, 1)
    assert refused(aurora, info) == [
        (5, "cpf_invalid"), (6, "identity_missing"), (7, "date_invalid"), (8, "answer_invalid"),
    ]  # fmt: skip
    ana = customer_of(aurora, "2")
    assert allows(tenant=aurora.id, customer=ana.id, category="marketing")
    assert customer_of(aurora, "1").name == "Known"
    with pytest.raises(ImportNotUndoable):
        undo_import(tenant=aurora.id, import_id=info.id, actor=actor("owner"))


def test_articles_name_the_lines_of_later_sales(aurora: TenantInfo) -> None:
    first = load(aurora, "sku,name,category\nS1,Café,Bebidas\nS1,Twice,\n,x,\nS2,Bolo,\n", "products")
    assert (first.made, first.rows_repeated, refused(aurora, first)) == (2, 1, [(4, "sku_missing")])
    second = load(aurora, "sku,name,category\nS1,Café Novo,Bebidas\nS2,Bolo,\n", "products")
    assert (second.made, second.rows_repeated) == (1, 1)
    text = "external_id,occurred_at,store,item_sku,item_quantity,item_unit\nP1,2026-11-21,centro,S1,1,9.90\n"
    load(aurora, text)
    from smartbis.purchases.selectors import find_purchase

    recorded = find_purchase(tenant=aurora.id, store=store_of(aurora).id, external_id="P1")
    assert recorded is not None
    assert (recorded.items[0].name, recorded.items[0].category) == ("Café Novo", "Bebidas")
    take_back(aurora, second)
    assert articles_by_sku(tenant=aurora.id, skus=["S1"]) == {"S1": ("Café", "Bebidas")}


def test_tags_of_articles_are_read_and_stay_where_a_file_does_not_name_them(aurora: TenantInfo) -> None:
    from programs.selectors.articles import article_kinds

    load(aurora, "sku,name,tags\nS1,Café,vegano; novo;novo;\n", "products")
    assert article_kinds(tenant=aurora.id, skus=["S1"]) == {"S1": ("", frozenset({"vegano", "novo"}))}
    load(aurora, "sku,name\nS1,Café Novo\n", "products")
    assert article_kinds(tenant=aurora.id, skus=["S1"]) == {"S1": ("", frozenset({"vegano", "novo"}))}


def test_how_a_sale_was_paid_is_read_as_rules_name_it(aurora: TenantInfo) -> None:
    from smartbis.purchases.selectors import find_purchase

    rows = "P1,2026-11-21,centro,9.90,Dinheiro\nP2,2026-11-21,centro,9.90,\n"
    text = f"external_id,occurred_at,store,amount,payment_method\n{rows}"
    load(aurora, text)
    sales = [find_purchase(tenant=aurora.id, store=store_of(aurora).id, external_id=each) for each in ("P1", "P2")]
    assert [each.payment_method for each in sales if each] == ["cash", ""]


def test_a_file_is_loaded_by_who_reaches_all_it_touches(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """Opening balances are the owner's; who is limited to some stores neither loads nor takes back."""
    limited = actor("owner", stores=frozenset({store_of(aurora).id}))
    with unchanged(boreal):
        for who in (actor("manager"), limited):
            with pytest.raises(PermissionMissing):
                load(aurora, BALANCES + "7,,,10,\n", "balances", mapping=opening(), actor=who)
        info = load(aurora, BALANCES + "7,,,10,\n", "balances", mapping=opening())
        for who in (actor("manager"), limited):
            with pytest.raises(PermissionMissing):
                undo_import(tenant=aurora.id, import_id=info.id, actor=who)
        assert get_import(tenant=aurora.id, import_id=info.id).status == "done"


def test_a_voucher_that_another_customer_has_is_not_the_same_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    text = "code,value,customer_external_id\n"
    with unchanged(boreal):
        load(aurora, text + "OLD-1,25,7\n", "vouchers")
        same, other = (load(aurora, text + f"OLD-1,25,{who}\n", "vouchers") for who in ("7", "8"))
    assert (same.rows_repeated, refused(aurora, same)) == (1, [])
    assert refused(aurora, other) == [(2, "voucher_conflict")]


def test_a_refused_voucher_is_mended_in_the_file_of_errors(aurora: TenantInfo) -> None:
    first = load(aurora, "code,value,customer_external_id\nOLD-3,0,\n", "vouchers")
    mended = "".join(errors_csv(tenant=aurora.id, import_id=first.id)).replace("OLD-3,0,", "OLD-3,25,")
    again = load(aurora, mended, "vouchers")
    assert (again.made, refused(aurora, again)) == (1, [])
