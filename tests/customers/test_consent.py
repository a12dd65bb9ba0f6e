"""Consent: nothing without a record, the newest record counts, an opt-out holds for the number in every form."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from smartbis.customers.errors import CustomerGone, CustomerNotFound
from smartbis.customers.infos import ConsentGiven, CustomerDraft, Origin
from smartbis.customers.selectors import allowed_customers, allows, consent_history, consent_state
from smartbis.customers.services import (
    add_identity,
    enrol_in_bulk,
    erase_customer,
    record_consent,
    suppress_phone,
)
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.customers.people import BOTH, NOTICES, PHONE, PHONE_WITHOUT_NINE, enrolled, events_of
from tests.factories import actor, store_of
from tests.unchanged import unchanged

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def may(brand: TenantInfo, customer: object) -> tuple[bool, bool]:
    return tuple(  # type: ignore[return-value]
        allows(tenant=brand.id, customer=customer, category=category)  # type: ignore[arg-type]
        for category in ("utility", "marketing")
    )


def test_without_a_record_nothing_may_be_sent(aurora: TenantInfo, boreal: TenantInfo) -> None:
    assert may(aurora, enrolled(aurora).id) == (False, False)
    assert may(boreal, enrolled(boreal, consents=NOTICES).id) == (True, False)


def test_a_record_says_who_where_when_and_which_text(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        ana = enrolled(aurora, consents=BOTH)
    state = consent_state(tenant=aurora.id, customer=ana.id)
    assert set(state) == {"utility", "marketing"}
    record = state["marketing"]
    assert (record.granted, record.basis, record.text_version) == (True, "consent", "2026-11")
    assert (record.channel, record.store_id, record.recorded_at) == ("counter", store_of(aurora).id, NOON)
    assert record.actor_kind == "staff"
    assert may(aurora, ana.id) == (True, True)
    assert may(boreal, ana.id) == (False, False)


def test_the_newest_record_counts_and_all_are_kept(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        ana = enrolled(aurora, consents=BOTH)
    enrolled(boreal, consents=BOTH)
    steps = [(False, "whatsapp"), (True, "portal"), (True, "portal"), (False, "counter")]
    for hour, (granted, channel) in enumerate(steps, start=1):
        with frozen(NOON + timedelta(hours=hour)), unchanged(boreal):
            record_consent(
                tenant=aurora.id,
                customer=ana.id,
                category="marketing",
                granted=granted,
                channel=channel,  # type: ignore[arg-type]
                actor=actor("operator"),
            )
        assert may(aurora, ana.id) == (True, granted)
    history = consent_history(tenant=aurora.id, customer=ana.id)
    assert [row.granted for row in history if row.category == "marketing"] == [False, True, True, False, True]
    changes = [payload["granted"] for payload in events_of(aurora, "customer.consent_changed.v1")]
    assert changes == [False, True, False], "saying the same again is proof, not a change"


def test_the_present_state_is_read_in_one_query(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, bia = enrolled(aurora, consents=BOTH), enrolled(aurora, name="Bia", phone="11988887777", consents=NOTICES)
    with tenant_scope(aurora.id), CaptureQueriesContext(connection) as queries:
        allowed = allowed_customers(tenant=aurora.id, customers=[ana.id, bia.id], category="marketing")
    assert allowed == {ana.id}
    assert len(queries) == 1


@pytest.mark.parametrize("form", [{"phone": PHONE}, {"wa_id": PHONE_WITHOUT_NINE}, {"wa_id": "5511987654321"}])
def test_an_opt_out_of_one_form_blocks_the_other(aurora: TenantInfo, boreal: TenantInfo, form: dict[str, str]) -> None:
    ana = enrolled(aurora, consents=BOTH)
    enrolled(boreal, consents=BOTH)
    with unchanged(boreal):
        suppress_phone(tenant=aurora.id, category="marketing", **form)
    assert may(aurora, ana.id) == (True, False)


def test_an_opt_out_by_one_customer_blocks_another_with_the_same_number(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora, consents=BOTH)
    bia = enrolled(aurora, name="Bia", phone=None, external_id="C-2", consents=BOTH)
    add_identity(tenant=aurora.id, customer=bia.id, kind="whatsapp", value=PHONE_WITHOUT_NINE)
    record_consent(
        tenant=aurora.id, customer=bia.id, category="marketing", granted=False, channel="whatsapp", actor=actor()
    )
    assert (may(aurora, ana.id), may(aurora, bia.id)) == ((True, False), (True, False))


def test_an_opt_out_by_a_stranger_holds_when_a_list_brings_them(aurora: TenantInfo, boreal: TenantInfo) -> None:
    suppress_phone(tenant=aurora.id, category="marketing", wa_id=PHONE_WITHOUT_NINE)
    ids = {
        brand.id: enrol_in_bulk(
            tenant=brand.id,
            drafts=[CustomerDraft(key="1", name="Ana", phone=PHONE, consents=BOTH)],
            origin=Origin(channel="import"),
        )["1"]
        for brand in (aurora, boreal)
    }
    assert may(aurora, ids[aurora.id]) == (True, False)
    assert may(boreal, ids[boreal.id]) == (True, True)


def test_only_the_person_lifts_an_opt_out(aurora: TenantInfo, boreal: TenantInfo) -> None:
    suppress_phone(tenant=aurora.id, category="marketing", phone=PHONE)
    ana = enrolled(aurora, consents=NOTICES)
    for channel, lifted in (("import", False), ("demo", False), ("portal", True)):
        record_consent(
            tenant=aurora.id,
            customer=ana.id,
            category="marketing",
            granted=True,
            channel=channel,  # type: ignore[arg-type]
            actor=actor(),
        )
        assert may(aurora, ana.id) == (True, lifted)


def test_agreeing_at_the_counter_again_lifts_an_opt_out(aurora: TenantInfo, boreal: TenantInfo) -> None:
    suppress_phone(tenant=aurora.id, category="marketing", phone=PHONE)
    suppress_phone(tenant=boreal.id, category="marketing", phone=PHONE)
    ana = enrolled(aurora, consents=BOTH)
    assert may(aurora, ana.id) == (True, True)
    assert may(boreal, enrolled(boreal, consents=NOTICES).id) == (True, False)


def test_records_cannot_be_changed_or_removed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    enrolled(aurora, consents=BOTH)
    for statement in ("UPDATE customers_consent SET granted = true", "DELETE FROM customers_consent"):
        with (
            unchanged(aurora, boreal),
            pytest.raises(DatabaseError),
            tenant_scope(aurora.id),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize("bad", [{"category": "everything"}, {"channel": "pigeon"}])
def test_bad_input_records_nothing(aurora: TenantInfo, boreal: TenantInfo, bad: dict[str, str]) -> None:
    ana = enrolled(aurora)
    given = {"category": "marketing", "channel": "portal", **bad}
    with unchanged(aurora, boreal), pytest.raises(InvalidInput):
        record_consent(tenant=aurora.id, customer=ana.id, granted=True, actor=actor(), **given)  # type: ignore[arg-type]


def test_nobody_speaks_for_another_brands_or_an_erased_customer(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)

    def agree(brand: TenantInfo) -> None:
        record_consent(
            tenant=brand.id, customer=ana.id, category="utility", granted=True, channel="portal", actor=actor()
        )

    with unchanged(aurora, boreal), pytest.raises(CustomerNotFound):
        agree(boreal)
    erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
    with unchanged(aurora, boreal), pytest.raises(CustomerGone):
        agree(aurora)


def test_a_tenants_own_basis_for_notices_is_recorded_as_such(aurora: TenantInfo, boreal: TenantInfo) -> None:
    basis = ConsentGiven(utility=True, marketing=False, text_version="terms-3", basis="contract")
    ana = enrolled(aurora, consents=basis)
    assert consent_state(tenant=aurora.id, customer=ana.id)["utility"].basis == "contract"
    assert may(aurora, ana.id) == (True, False)
