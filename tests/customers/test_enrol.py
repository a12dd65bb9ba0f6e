"""Enrolling: one person, one customer, whichever way their number is written."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from smartbis.customers.errors import IdentityMissing, IdentityTaken
from smartbis.customers.infos import Origin
from smartbis.customers.models import Customer, Identity
from smartbis.customers.selectors import (
    birthday_of,
    contact_of,
    customers_with_birthday,
    export_person,
    find_customer,
)
from smartbis.customers.services import enrol_customer, find_or_enrol
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.customers.people import BOTH, CPF, EMAIL, PHONE, at_counter, enrolled, events_of
from tests.factories import store_of
from tests.racing import race
from tests.unchanged import unchanged


def test_a_customer_has_identities_masked_for_screens(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with unchanged(boreal):
        info = enrolled(
            aurora,
            name="  Ana   Souza ",
            phone="(11) 98765-4321",
            email=" Ana@Casa.com.br",
            cpf=CPF,
            external_id="C-77",
            birthday=date(1990, 3, 14),
        )
    assert (info.name, info.first_name, info.status) == ("Ana Souza", "Ana", "active")
    assert info.phone_masked == "(11) 9****-4321"
    assert info.email_masked == "a****@casa.com.br"
    assert info.cpf_masked == "***.982.247-**"
    assert info.external_id == "C-77"
    assert (info.has_phone, info.is_reachable, info.has_birthday) == (True, True, True)
    assert contact_of(tenant=aurora.id, customer=info.id).phone_e164 == PHONE
    assert birthday_of(tenant=aurora.id, customer=info.id) == date(1990, 3, 14)
    assert events_of(aurora, "customer.enrolled.v1") == [
        {"customer_id": str(info.id), "channel": "counter", "store_id": str(store_of(aurora).id)}
    ]


def test_personal_data_is_not_stored_in_plain(aurora: TenantInfo, boreal: TenantInfo) -> None:
    enrolled(aurora, email=EMAIL, cpf=CPF, external_id="SECRET-ID", birthday=date(1990, 3, 14))
    with tenant_scope(aurora.id), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(i)::text FROM customers_identity i")
        stored = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT row_to_json(c)::text FROM customers_customer c")
        stored += [row[0] for row in cursor.fetchall()]
    assert len(stored) == 5
    for text in stored:
        for secret in ("987654321", "52998224725", "ana@", "SECRET-ID", "1990-03-14"):
            assert secret not in text
            assert secret.encode().hex() not in text


def test_the_blind_indexes_of_two_brands_differ(aurora: TenantInfo, boreal: TenantInfo) -> None:
    blinds = []
    for brand in (aurora, boreal):
        enrolled(brand)
        with tenant_scope(brand.id):
            blinds.append(bytes(Identity.objects.get(kind="phone").blind))
    assert blinds[0] != blinds[1]


def test_a_phone_without_area_code_gets_the_brands(aurora: TenantInfo, boreal: TenantInfo) -> None:
    info = enrolled(aurora, phone="98765-4321")
    assert contact_of(tenant=aurora.id, customer=info.id).phone_e164 == PHONE


@pytest.mark.parametrize("written", ["11 8765-4321", "+55 11 8765-4321", "551187654321", "011987654321", PHONE])
def test_both_forms_of_brazils_ninth_digit_are_one_identity(
    aurora: TenantInfo, boreal: TenantInfo, written: str
) -> None:
    known = enrolled(aurora)
    with unchanged(aurora, boreal), pytest.raises(IdentityTaken) as refusal:
        enrolled(aurora, name="Outra Pessoa", phone=written)
    assert (refusal.value.kind, refusal.value.customer) == ("phone", known.id)
    assert "customer" not in refusal.value.params


def test_landlines_keep_their_eight_digits(aurora: TenantInfo, boreal: TenantInfo) -> None:
    info = enrolled(aurora, phone="(11) 3456-7890")
    assert contact_of(tenant=aurora.id, customer=info.id).phone_e164 == "+551134567890"
    assert find_customer(tenant=aurora.id, phone="11 93456-7890") is None


def test_no_identity_no_customer(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with unchanged(aurora, boreal), pytest.raises(IdentityMissing):
        enrolled(aurora, phone=None)
    enrolled(aurora, phone=None, external_id="C-1")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12345"),
        ("phone", "+55 11 1234"),
        ("email", "ana@casa"),
        ("cpf", "111.111.111-11"),
        ("cpf", "529.982.247-26"),
        ("external_id", "a\x00b"),
        ("external_id", "x" * 121),
        ("birthday", date(2130, 1, 1)),
        ("birthday", date(1850, 1, 1)),
        ("wa_id", "abc"),
    ],
)
def test_what_cannot_be_is_refused_by_field(aurora: TenantInfo, boreal: TenantInfo, field: str, value: Any) -> None:
    with unchanged(aurora, boreal), pytest.raises(InvalidInput) as refusal:
        enrolled(aurora, **{"phone": PHONE, field: value})
    assert refusal.value.errors


def test_two_brands_may_know_the_same_person(aurora: TenantInfo, boreal: TenantInfo) -> None:
    here, there = enrolled(aurora, cpf=CPF), enrolled(boreal, cpf=CPF)
    assert here.id != there.id
    found = find_customer(tenant=boreal.id, cpf=CPF)
    assert found is not None
    assert found.id == there.id


def test_a_refusal_that_is_caught_leaves_no_half_of_a_customer(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """The caller goes on in its own transaction: the free e-mail address must not be taken by nobody."""
    enrolled(aurora)
    with unchanged(aurora, boreal), tenant_scope(aurora.id), pytest.raises(IdentityTaken):
        enrolled(aurora, email="novo@casa.com.br")
    assert find_customer(tenant=aurora.id, email="novo@casa.com.br") is None


def test_a_whatsapp_id_gives_the_phone_and_is_kept_as_it_came(aurora: TenantInfo, boreal: TenantInfo) -> None:
    info = enrol_customer(
        tenant=aurora.id,
        name="Bia",
        wa_id="551187654321",
        bsuid="BR.1349",
        consents=BOTH,
        origin=Origin(channel="whatsapp"),
    )
    contact = contact_of(tenant=aurora.id, customer=info.id)
    assert (contact.phone_e164, contact.wa_id, contact.bsuid) == (PHONE, "551187654321", "BR.1349")


def test_find_or_enrol_answers_who_is_known_unchanged(aurora: TenantInfo, boreal: TenantInfo) -> None:
    first, created = find_or_enrol(tenant=aurora.id, name="Ana", phone=PHONE, consents=BOTH, origin=at_counter(aurora))
    assert created
    with unchanged(aurora, boreal):
        again, created = find_or_enrol(
            tenant=aurora.id, name="Outro Nome", phone="1187654321", origin=at_counter(aurora)
        )
    assert (again, created) == (first, False)


def test_birthdays_are_found_by_day_of_the_year(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, birthday=date(1990, 3, 14))
    enrolled(aurora, name="Bia", phone="11 98888-7777", birthday=date(1990, 4, 14))
    enrolled(boreal, birthday=date(1990, 3, 14))
    assert customers_with_birthday(tenant=aurora.id, month=3, day=14) == (ana.id,)


def test_the_export_holds_everything_about_one_person(aurora: TenantInfo, boreal: TenantInfo) -> None:
    info = enrolled(aurora, email=EMAIL, birthday=date(1990, 3, 14), consents=BOTH)
    enrolled(boreal, name="Canary", email="canary@casa.com.br")
    export = export_person(tenant=aurora.id, customer=info.id)
    assert export["identities"] == {"phone": PHONE, "email": EMAIL}
    assert (export["name"], export["birthday"]) == ("Ana Souza", "1990-03-14")
    assert {row["category"] for row in export["consents"]} == {"utility", "marketing"}
    assert "canary" not in str(export).lower()


@pytest.mark.django_db(transaction=True)
def test_of_tills_that_enrol_one_phone_at_once_one_wins(aurora: TenantInfo, boreal: TenantInfo) -> None:
    forms = [PHONE, "11 8765-4321"] * 4
    with unchanged(boreal):
        results = race(*(lambda form=form: enrolled(aurora, phone=form, email=EMAIL, cpf=CPF) for form in forms))
    winners = [result for result in results if not isinstance(result, Exception)]
    losers = [result for result in results if isinstance(result, Exception)]
    assert len(winners) == 1
    assert {type(loser) for loser in losers} == {IdentityTaken}
    with tenant_scope(aurora.id):
        assert Customer.objects.count() == 1
        assert Identity.objects.count() == 3
    assert len(events_of(aurora, "customer.enrolled.v1")) == 1


@pytest.mark.django_db(transaction=True)
def test_tills_that_find_or_enrol_at_once_get_the_same_customer(aurora: TenantInfo, boreal: TenantInfo) -> None:
    def work() -> tuple[str, bool]:
        info, created = find_or_enrol(tenant=aurora.id, name="Ana", phone=PHONE, origin=at_counter(aurora))
        return str(info.id), created

    with unchanged(boreal):
        results = race(*[work] * 8)
    assert len({result[0] for result in results if isinstance(result, tuple)}) == 1
    assert sum(result[1] for result in results if isinstance(result, tuple)) == 1
    assert all(isinstance(result, tuple) for result in results)
