"""Belonging: keys with a period, written by the rooms above and read by all."""

from datetime import UTC, datetime, timedelta

import pytest

from smartbis.customers.errors import CustomerGone, CustomerNotFound
from smartbis.customers.selectors import members_of, memberships_of, memberships_with_periods
from smartbis.customers.services import end_membership, erase_customer, set_membership
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.selectors import TenantInfo
from tests.customers.people import enrolled
from tests.factories import actor
from tests.unchanged import unchanged

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_customer_belongs_within_the_period(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)
    with frozen(NOON), unchanged(boreal):
        set_membership(tenant=aurora.id, customer=ana.id, kind="plan", key="gold", valid_until=NOON + DAY)
        set_membership(tenant=aurora.id, customer=ana.id, kind="tag", key="vip")
    both = {("plan", "gold"), ("tag", "vip")}
    for at, belongs in ((NOON - DAY, set()), (NOON, both), (NOON + DAY, {("tag", "vip")})):
        assert memberships_of(tenant=aurora.id, customer=ana.id, at=at) == belongs
    assert members_of(tenant=aurora.id, kind="plan", key="gold", at=NOON) == {ana.id}
    assert members_of(tenant=boreal.id, kind="plan", key="gold", at=NOON) == frozenset()
    assert memberships_of(tenant=boreal.id, customer=ana.id, at=NOON) == frozenset()


def test_setting_it_again_moves_its_period_and_ending_it_ends_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)
    for until in (NOON + DAY, NOON + 30 * DAY):
        with frozen(NOON):
            set_membership(tenant=aurora.id, customer=ana.id, kind="plan", key="gold", valid_until=until)
    (row,) = memberships_with_periods(tenant=aurora.id, customer=ana.id)
    assert row.valid_until == NOON + 30 * DAY
    with unchanged(aurora, boreal):
        assert end_membership(tenant=boreal.id, customer=ana.id, kind="plan", key="gold") is False
    assert end_membership(tenant=aurora.id, customer=ana.id, kind="plan", key="gold") is True
    assert memberships_with_periods(tenant=aurora.id, customer=ana.id) == ()


def test_what_cannot_be_is_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)
    for bad in ({"kind": "club"}, {"key": ""}, {"valid_from": NOON, "valid_until": NOON}):
        with unchanged(aurora, boreal), pytest.raises(InvalidInput):
            set_membership(tenant=aurora.id, customer=ana.id, **{"kind": "plan", "key": "gold", **bad})  # type: ignore[arg-type]
    with unchanged(aurora, boreal), pytest.raises(CustomerNotFound):
        set_membership(tenant=boreal.id, customer=ana.id, kind="plan", key="gold")
    erase_customer(tenant=aurora.id, customer=ana.id, actor=actor())
    with unchanged(aurora, boreal), pytest.raises(CustomerGone):
        set_membership(tenant=aurora.id, customer=ana.id, kind="plan", key="gold")
