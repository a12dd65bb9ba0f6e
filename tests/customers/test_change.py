"""Changing a customer: all of it or nothing, and the trail names fields, never values."""

from datetime import date
from typing import Any

import pytest

from smartbis.customers.errors import CustomerGone, CustomerNotFound, IdentityMissing, IdentityTaken
from smartbis.customers.selectors import birthday_of, contact_of, find_customer
from smartbis.customers.services import add_identity, change_customer, erase_customer
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.models import AuditEntry
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.customers.people import CPF, EMAIL, PHONE, enrolled
from tests.factories import actor
from tests.unchanged import unchanged

NEW_PHONE = "+5521999998888"


def test_what_is_given_changes_and_the_rest_stays(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, email=EMAIL, cpf=CPF, birthday=date(1990, 3, 14))
    enrolled(boreal, email=EMAIL, cpf=CPF)
    with unchanged(boreal):
        changed = change_customer(
            tenant=aurora.id, customer=ana.id, name="Ana Lima", phone="21 99999-8888", actor=actor()
        )
    assert (changed.name, changed.phone_masked) == ("Ana Lima", "(21) 9****-8888")
    assert (changed.email_masked, changed.cpf_masked, changed.has_birthday) == (
        ana.email_masked,
        ana.cpf_masked,
        True,
    )
    assert contact_of(tenant=aurora.id, customer=ana.id).phone_e164 == NEW_PHONE
    assert find_customer(tenant=aurora.id, phone=PHONE) is None
    with tenant_scope(aurora.id):
        entry = AuditEntry.objects.get(action="customer.change")
    assert (entry.object_id, entry.before, entry.after) == (ana.id, None, {"fields": ["name", "phone"]})


def test_a_new_phone_drops_whatsapps_ids_of_the_old_one(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)
    add_identity(tenant=aurora.id, customer=ana.id, kind="whatsapp", value="551187654321")
    add_identity(tenant=aurora.id, customer=ana.id, kind="bsuid", value="BR.1")
    change_customer(tenant=aurora.id, customer=ana.id, phone=PHONE, actor=actor())
    assert contact_of(tenant=aurora.id, customer=ana.id).wa_id == "551187654321", "the same phone changes nothing"
    change_customer(tenant=aurora.id, customer=ana.id, phone=NEW_PHONE, actor=actor())
    contact = contact_of(tenant=aurora.id, customer=ana.id)
    assert (contact.phone_e164, contact.wa_id, contact.bsuid) == (NEW_PHONE, None, None)


def test_identities_and_birthday_can_be_taken_away_but_not_the_last(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, email=EMAIL, birthday=date(1990, 3, 14))
    bare = change_customer(tenant=aurora.id, customer=ana.id, remove={"email", "birthday"}, actor=actor())
    assert (bare.email_masked, bare.has_birthday) == ("", False)
    assert birthday_of(tenant=aurora.id, customer=ana.id) is None
    with unchanged(aurora, boreal), pytest.raises(IdentityMissing):
        change_customer(tenant=aurora.id, customer=ana.id, remove={"phone"}, actor=actor())
    swapped = change_customer(tenant=aurora.id, customer=ana.id, remove={"phone"}, external_id="C-1", actor=actor())
    assert (swapped.has_phone, swapped.external_id) == (False, "C-1")


def test_an_identity_of_somebody_else_refuses_the_whole_change(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, bia = enrolled(aurora), enrolled(aurora, name="Bia", phone=NEW_PHONE)
    with unchanged(aurora, boreal), pytest.raises(IdentityTaken) as refusal:
        change_customer(
            tenant=aurora.id, customer=bia.id, name="Outra", email=EMAIL, phone="11 8765-4321", actor=actor()
        )
    assert refusal.value.customer == ana.id


@pytest.mark.parametrize("change", [{"remove": {"name"}}, {"phone": "123"}, {"birthday": date(2130, 1, 1)}])
def test_bad_input_changes_nothing(aurora: TenantInfo, boreal: TenantInfo, change: dict[str, Any]) -> None:
    ana = enrolled(aurora)
    with unchanged(aurora, boreal), pytest.raises(InvalidInput):
        change_customer(tenant=aurora.id, customer=ana.id, name="Outra", actor=actor(), **change)


def test_another_brands_or_an_erased_customer_cannot_be_changed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)
    with unchanged(aurora, boreal), pytest.raises(CustomerNotFound):
        change_customer(tenant=boreal.id, customer=ana.id, name="Minha", actor=actor())
    erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
    with unchanged(aurora, boreal), pytest.raises(CustomerGone):
        change_customer(tenant=aurora.id, customer=ana.id, name="De volta", actor=actor())
