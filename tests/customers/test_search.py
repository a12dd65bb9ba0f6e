"""Searching: the beginning of a name's words, or an identity in full."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smartbis.customers.infos import CustomerDraft, Origin
from smartbis.customers.names import clean_name, name_tokens
from smartbis.customers.selectors import customer_count, customers_by_name, customers_page
from smartbis.customers.services import change_customer, enrol_in_bulk, erase_customer
from smartbis.kernel.pages import InvalidCursor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests import database
from tests.customers.people import EMAIL, PHONE, enrolled
from tests.factories import actor

NAMES = ["João d'Ávila", "Joana Prado", "Maria João Reis", "Ávila Torres", "José 2º"]


def stocked(brand: TenantInfo, names: list[str]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    drafts = [
        CustomerDraft(key=name, name=name, external_id=f"E{index}", enrolled_at=start + timedelta(days=index))
        for index, name in enumerate(names)
    ]
    enrol_in_bulk(tenant=brand.id, drafts=drafts, origin=Origin(channel="import"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("joao", ["João d'Ávila", "Maria João Reis"]),
        ("JO", ["João d'Ávila", "Joana Prado", "Maria João Reis", "José 2º"]),
        ("avila jo", ["João d'Ávila"]),
        ("jo avi", ["João d'Ávila"]),
        ("ávi", ["João d'Ávila", "Ávila Torres"]),
        ("oao", []),
        ("%", []),
        ("jo%", ["João d'Ávila", "Joana Prado", "Maria João Reis", "José 2º"]),
        ("", []),
    ],
)
def test_each_word_typed_begins_a_word_of_the_name(
    aurora: TenantInfo, boreal: TenantInfo, typed: str, found: list[str]
) -> None:
    stocked(aurora, NAMES)
    stocked(boreal, ["Joana Canary"])
    assert sorted(info.name for info in customers_by_name(tenant=aurora.id, prefix=typed)) == sorted(found)


def test_the_limit_holds(aurora: TenantInfo, boreal: TenantInfo) -> None:
    stocked(aurora, NAMES)
    assert len(customers_by_name(tenant=aurora.id, prefix="jo", limit=2)) == 2


def test_tokens_are_plain_lower_case_words() -> None:
    assert name_tokens("João  d'ÁVILA joão nº2") == ("joao", "d", "avila", "no2")
    assert name_tokens("\u0000 -- ") == ()
    assert clean_name(" a\x00b\n c ") == "a b c"
    assert all(len(token) <= 40 for token in name_tokens("x" * 500))
    assert len(name_tokens(" ".join(f"w{n}" for n in range(50)))) == 10


def test_a_page_is_newest_first_and_walks_on(aurora: TenantInfo, boreal: TenantInfo) -> None:
    stocked(aurora, NAMES)
    stocked(boreal, ["Canary"])
    first = customers_page(tenant=aurora.id, limit=2)
    second = customers_page(tenant=aurora.id, limit=2, cursor=first.next_cursor)
    third = customers_page(tenant=aurora.id, limit=2, cursor=second.next_cursor)
    assert [info.name for page in (first, second, third) for info in page.items] == NAMES[::-1]
    assert third.next_cursor is None
    assert customer_count(tenant=aurora.id) == 5
    assert customer_count(tenant=aurora.id, since=datetime(2026, 1, 2, tzinfo=UTC)) == 4


@pytest.mark.parametrize("search", [PHONE, "(11) 8765-4321", EMAIL, "E-9", "ana so"])
def test_a_page_finds_by_identity_and_by_name(aurora: TenantInfo, boreal: TenantInfo, search: str) -> None:
    ana = enrolled(aurora, email=EMAIL, external_id="E-9")
    stocked(aurora, NAMES)
    assert [info.id for info in customers_page(tenant=aurora.id, search=search).items] == [ana.id]
    assert customers_page(tenant=boreal.id, search=search).items == ()


@pytest.mark.parametrize("cursor", ["nonsense", "YQ", "YR9i"])
def test_a_foreign_cursor_is_refused(aurora: TenantInfo, boreal: TenantInfo, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        customers_page(tenant=aurora.id, cursor=cursor)


def test_a_name_that_was_changed_or_erased_is_not_found(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, bia = enrolled(aurora), enrolled(aurora, name="Bia", phone="11988887777")
    change_customer(tenant=aurora.id, customer=ana.id, name="Clara Dias", actor=actor())
    erase_customer(tenant=aurora.id, customer=bia.id, actor=actor())
    assert customers_by_name(tenant=aurora.id, prefix="ana") == ()
    assert [info.id for info in customers_by_name(tenant=aurora.id, prefix="dias")] == [ana.id]
    assert [info.id for info in customers_page(tenant=aurora.id).items] == [ana.id]


def test_a_page_costs_the_same_at_two_and_at_twenty(aurora: TenantInfo, boreal: TenantInfo) -> None:
    costs = []
    for brand, count in ((aurora, 2), (boreal, 20)):
        stocked(brand, [f"Pessoa {n}" for n in range(count)])
        with tenant_scope(brand.id), CaptureQueriesContext(connection) as queries:
            assert len(customers_page(tenant=brand.id).items) == count
            assert len(customers_by_name(tenant=brand.id, prefix="pes", limit=50)) == count
        costs.append(len(queries))
    assert costs == [4, 4]


@pytest.mark.django_db(transaction=True)
def test_the_prefix_search_uses_its_index_under_row_level_security(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        stocked(brand, [f"Maria{n} Silva{n}" for n in range(400)])
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_nametoken")
    with tenant_scope(aurora.id), CaptureQueriesContext(connection) as queries:
        assert len(customers_by_name(tenant=aurora.id, prefix="maria39")) == 5
    with tenant_scope(aurora.id), connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    assert conditions, plan
    assert "token >= 'maria39'" in conditions[0]
    assert "token < 'maria3:'" in conditions[0]
