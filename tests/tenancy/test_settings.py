"""The settings that a brand may have."""

from typing import Any

import pytest

from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import change_brand, open_tenant
from tests.factories import actor

WRONG: dict[str, Any] = {
    "timezone": "America/Sampa",
    "locale": "de",
    "shortfall_policy": "forget",
    "default_area_code": "1a",
    "support_phone": "123",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_that_cannot_be_is_refused(aurora, name):
    for write in (
        lambda: change_brand(tenant=aurora.id, actor=actor("owner"), **{name: WRONG[name]}),
        lambda: open_tenant(slug="nova", name="Nova", **{name: WRONG[name]}),
    ):
        with pytest.raises(InvalidInput) as refused:
            write()
        assert list(refused.value.errors) == [name]
    assert get_tenant(tenant=aurora.id) == aurora


def test_settings_that_can_be_are_kept_in_one_form(aurora):
    given = {"timezone": "Europe/London", "locale": "en", "shortfall_policy": "pending_only", "default_area_code": ""}
    phone = {"support_phone": "(11) 98765-4821"}
    kept = change_brand(tenant=aurora.id, actor=actor("owner"), **given, **phone)
    assert {name: getattr(kept, name) for name in given} == given
    assert kept.support_phone == "+5511987654821"
    assert change_brand(tenant=aurora.id, actor=actor("owner"), support_phone="").support_phone == ""
