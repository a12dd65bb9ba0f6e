"""Whom stores limit, and how the limit is lifted."""

import pytest

from dashboard.brand.forms.settings import MemberChangeForm
from smartbis.tenancy.selectors import stores
from smartbis.tenancy.services import change_staff
from tests.dashboard.desk import sign_in
from tests.factories import actor, make_member, store_of

OWNER = actor("owner")


def test_who_loses_the_last_store_reaches_none(aurora):
    member = make_member(aurora, "operator", stores=(store_of(aurora).id,))
    assert len(stores(tenant=aurora.id, actor=member.as_actor())) == 1
    left = change_staff(tenant=aurora.id, member=member.id, actor=OWNER, store_ids=[])
    assert (left.as_actor().stores, stores(tenant=aurora.id, actor=left.as_actor())) == (frozenset(), [])
    free = change_staff(tenant=aurora.id, member=member.id, actor=OWNER, is_limited=False)
    assert free.as_actor().stores is None
    again = change_staff(tenant=aurora.id, member=member.id, actor=OWNER, store_ids=[store_of(aurora, "moema").id])
    assert again.as_actor().stores == frozenset([store_of(aurora, "moema").id])


@pytest.mark.parametrize("everywhere", [True, False])
def test_lifting_a_limit_is_said(aurora, everywhere):
    place = store_of(aurora)
    given = {"role": "operator", "stores": [str(place.id)] if everywhere else []} | (
        {"everywhere": "on"} if everywhere else {}
    )
    assert "stores" in MemberChangeForm(given, stores=[place], is_partner=False).errors
    lifted = MemberChangeForm({"role": "operator", "everywhere": "on"}, stores=[place], is_partner=False)
    assert lifted.is_valid()
    assert lifted.changes() == {"role": "operator", "store_ids": [], "is_limited": False}


def test_somebody_without_stores_sees_no_figures_of_others(aurora):
    desk = sign_in(aurora, "analyst", stores=(store_of(aurora).id,))
    change_staff(tenant=aurora.id, member=desk.member.id, actor=OWNER, store_ids=[])
    for page in ("/dashboard/", "/dashboard/reports/", "/dashboard/sales/"):
        assert desk.client.get(page).status_code == 200
