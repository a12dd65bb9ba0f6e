"""Many customers at once: the same people as one by one, in a fixed number of statements."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smartbis.customers.infos import CustomerDraft, Origin
from smartbis.customers.models import Consent, Customer, Identity
from smartbis.customers.selectors import customers_by_name, find_customer, get_customer
from smartbis.customers.services import enrol_in_bulk
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.customers.people import BOTH, CPF, EMAIL, PHONE, enrolled, events_of
from tests.racing import race
from tests.unchanged import unchanged

IMPORT = Origin(channel="import")


def numbered(count: int, start: int = 0) -> list[CustomerDraft]:
    return [
        CustomerDraft(key=str(n), name=f"Pessoa {n}", phone=f"+55119{70000000 + n}", external_id=f"E{n}", consents=BOTH)
        for n in range(start, start + count)
    ]


def test_drafts_become_customers_that_can_be_found(aurora: TenantInfo, boreal: TenantInfo) -> None:
    since = datetime(2026, 5, 1, tzinfo=UTC)
    drafts = [
        CustomerDraft(key="a", name="Ana Souza", phone="11 8765-4321", cpf=CPF, enrolled_at=since),
        CustomerDraft(key="b", external_id="12345"),
    ]
    with unchanged(boreal):
        ids = enrol_in_bulk(tenant=aurora.id, drafts=drafts, origin=IMPORT)
    found = find_customer(tenant=aurora.id, phone=PHONE)
    assert found is not None
    assert (found.id, found.enrolled_at, found.cpf_masked) == (ids["a"], since, "***.982.247-**")
    assert get_customer(tenant=aurora.id, customer=ids["b"]).external_id == "12345"
    assert [info.id for info in customers_by_name(tenant=aurora.id, prefix="souza")] == [ids["a"]]
    assert events_of(aurora, "customer.enrolled.v1") == []


def test_who_is_known_is_answered_and_gains_what_was_missing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, cpf=CPF)
    drafts = [
        CustomerDraft(key="1", name="Outro Nome", phone="1187654321", external_id="C-9", consents=BOTH),
        CustomerDraft(key="2", external_id="C-9", email=EMAIL),
        CustomerDraft(key="3", email=EMAIL, phone="11 98888-7777"),
    ]
    with unchanged(boreal):
        ids = enrol_in_bulk(tenant=aurora.id, drafts=drafts, origin=IMPORT)
    assert ids == {"1": ana.id, "2": ana.id, "3": ana.id}
    info = get_customer(tenant=aurora.id, customer=ana.id)
    assert (info.name, info.external_id, info.email_masked) == ("Ana Souza", "C-9", "a****@casa.com.br")
    assert info.phone_masked == "(11) 9****-4321", "a second phone replaces nothing"
    with tenant_scope(aurora.id):
        assert Customer.objects.count() == 1
        assert Consent.objects.count() == 0


def test_a_draft_between_two_customers_goes_by_the_shops_own_id(aurora: TenantInfo, boreal: TenantInfo) -> None:
    enrolled(aurora)
    bia = enrolled(aurora, name="Bia", phone=None, external_id="C-2")
    with unchanged(aurora, boreal):
        ids = enrol_in_bulk(
            tenant=aurora.id,
            drafts=[CustomerDraft(key="1", phone=PHONE, external_id="C-2")],
            origin=IMPORT,
        )
    assert ids == {"1": bia.id}


def test_loading_again_changes_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    first = enrol_in_bulk(tenant=aurora.id, drafts=numbered(20), origin=IMPORT)
    with unchanged(aurora, boreal):
        assert enrol_in_bulk(tenant=aurora.id, drafts=numbered(20), origin=IMPORT) == first


def test_bad_drafts_refuse_the_batch_by_their_keys(aurora: TenantInfo, boreal: TenantInfo) -> None:
    drafts = [*numbered(3), CustomerDraft(key="x", phone="12"), CustomerDraft(key="y", name="Sem nada")]
    with unchanged(aurora, boreal), pytest.raises(InvalidInput) as refusal:
        enrol_in_bulk(tenant=aurora.id, drafts=drafts, origin=IMPORT)
    assert set(refusal.value.errors) == {"x", "y"}


def test_a_batch_costs_the_same_at_two_and_at_two_hundred(aurora: TenantInfo, boreal: TenantInfo) -> None:
    costs = []
    for brand, count in ((aurora, 2), (boreal, 200)):
        with tenant_scope(brand.id), CaptureQueriesContext(connection) as queries:
            enrol_in_bulk(tenant=brand.id, drafts=numbered(count), origin=IMPORT)
        costs.append(len(queries))
    # The first look also reads the brand's key, once in a process.
    assert abs(costs[0] - costs[1]) <= 1
    assert max(costs) <= 9


def test_events_are_published_when_asked(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with unchanged(boreal):
        ids = enrol_in_bulk(tenant=aurora.id, drafts=numbered(2), origin=IMPORT, publish=True)
    told = {payload["customer_id"] for payload in events_of(aurora, "customer.enrolled.v1")}
    assert told == {str(customer) for customer in ids.values()}


@pytest.mark.django_db(transaction=True)
def test_two_loads_and_a_till_at_once_make_each_person_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    def load(drafts: list[CustomerDraft]) -> object:
        return enrol_in_bulk(tenant=aurora.id, drafts=drafts, origin=IMPORT)

    def till() -> object:
        return enrolled(aurora, name="Ana", phone="+5511970000005")

    with unchanged(boreal):
        one, two, _ = race(lambda: load(numbered(30)), lambda: load(numbered(30)[::-1]), till)
    assert isinstance(one, dict)
    assert one == two
    with tenant_scope(aurora.id):
        assert Customer.objects.count() == 30
        assert Identity.objects.filter(kind="phone").count() == 30
