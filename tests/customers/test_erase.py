"""Erasure: the person is gone, the id stays, and no list brings messages back."""

from datetime import date

import pytest
from django.db import connection

from smartbis.customers.errors import CustomerGone, CustomerNotFound
from smartbis.customers.infos import CustomerDraft, Origin
from smartbis.customers.models import Customer, Identity, Membership, NameToken
from smartbis.customers.selectors import (
    allows,
    contact_of,
    export_person,
    find_customer,
    get_customer,
)
from smartbis.customers.services import enrol_in_bulk, erase_customer, set_membership
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.customers.people import BOTH, CPF, EMAIL, PHONE, enrolled, events_of
from tests.factories import actor
from tests.unchanged import unchanged


def test_nothing_that_says_who_it_was_is_left(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, email=EMAIL, cpf=CPF, external_id="C-1", birthday=date(1990, 3, 14), consents=BOTH)
    bia = enrolled(aurora, name="Bia", phone="11988887777", consents=BOTH)
    enrolled(boreal, email=EMAIL, cpf=CPF, consents=BOTH)
    set_membership(tenant=aurora.id, customer=ana.id, kind="tag", key="vip")
    with tenant_scope(aurora.id):
        blinds = [bytes(row.blind) for row in Identity.objects.filter(customer_id=ana.id)]
    with unchanged(boreal):
        erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
    with tenant_scope(aurora.id):
        for model in (Identity, NameToken, Membership):
            assert not model.objects.filter(customer_id=ana.id).exists()
        row = Customer.objects.get(id=ana.id)
        assert (row.name, row.birthday_sealed, row.birthday_blind, row.status) == ("", None, None, "erased")
        assert not Identity.objects.filter(blind__in=blinds).exists()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(a::text || coalesce(e::text, ''), ' ') FROM tenancy_auditentry a, outbox_event e"
            )
            (trail,) = cursor.fetchone()
    assert "Souza" not in trail
    assert "4321" not in trail
    assert find_customer(tenant=aurora.id, phone=PHONE) is None
    assert contact_of(tenant=aurora.id, customer=ana.id).phone_e164 is None
    info = get_customer(tenant=aurora.id, customer=ana.id)
    assert (info.name, info.status, info.phone_masked, info.external_id) == ("", "erased", "", "")
    assert export_person(tenant=aurora.id, customer=ana.id)["identities"] == {}
    assert not allows(tenant=aurora.id, customer=ana.id, category="utility")
    assert allows(tenant=aurora.id, customer=bia.id, category="marketing"), "somebody else is not affected"
    assert events_of(aurora, "customer.erased.v1") == [{"customer_id": str(ana.id)}]


def test_a_list_loaded_later_brings_the_person_but_no_messages(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, consents=BOTH)
    erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
    drafts = [CustomerDraft(key="1", name="Ana Souza", phone="11 8765-4321", consents=BOTH)]
    again = enrol_in_bulk(tenant=aurora.id, drafts=drafts, origin=Origin(channel="import"))["1"]
    there = enrol_in_bulk(tenant=boreal.id, drafts=drafts, origin=Origin(channel="import"))["1"]
    assert again != ana.id
    for category in ("utility", "marketing"):
        assert not allows(tenant=aurora.id, customer=again, category=category)
        assert allows(tenant=boreal.id, customer=there, category=category)


def test_who_comes_back_in_person_is_a_new_customer(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, consents=BOTH)
    erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
    back = enrolled(aurora, consents=BOTH)
    assert back.id != ana.id
    assert allows(tenant=aurora.id, customer=back.id, category="marketing")


def test_erasing_again_or_another_brands_customer_is_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, consents=BOTH)
    with unchanged(aurora, boreal), pytest.raises(CustomerNotFound):
        erase_customer(tenant=boreal.id, customer=ana.id, actor=actor())
    erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
    with unchanged(aurora, boreal), pytest.raises(CustomerGone):
        erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
