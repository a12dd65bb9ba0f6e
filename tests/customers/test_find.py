"""Looking up: by any identity, in one brand only, in few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smartbis.customers.errors import CustomerNotFound, IdentityTaken
from smartbis.customers.selectors import customers_with_phone, find_customer, get_customer, get_customers
from smartbis.customers.services import add_identity
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.customers.people import CPF, EMAIL, PHONE, PHONE_WITHOUT_NINE, enrolled
from tests.unchanged import unchanged

KEYS = [
    {"phone": "11 98765 4321"},
    {"phone": "1187654321"},
    {"wa_id": PHONE_WITHOUT_NINE},
    {"wa_id": "5511987654321"},
    {"cpf": "52998224725"},
    {"email": "ANA@casa.com.br"},
    {"external_id": "C-77"},
    {"bsuid": "BR.1349"},
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_customer_is_found_by_any_identity_and_only_at_home(
    aurora: TenantInfo, boreal: TenantInfo, key: dict[str, str]
) -> None:
    ana = enrolled(aurora, email=EMAIL, cpf=CPF, external_id="C-77")
    add_identity(tenant=aurora.id, customer=ana.id, kind="bsuid", value="BR.1349")
    found = find_customer(tenant=aurora.id, **key)
    assert found is not None
    assert found.id == ana.id
    assert find_customer(tenant=boreal.id, **key) is None


def test_another_brands_customer_is_like_none_at_all(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)
    answers = []
    for customer in (ana.id, new_id()):
        with pytest.raises(CustomerNotFound) as refusal:
            get_customer(tenant=boreal.id, customer=customer)
        answers.append((str(refusal.value), refusal.value.params))
    assert answers[0] == answers[1]
    assert get_customers(tenant=boreal.id, customers=[ana.id]) == {}


@pytest.mark.parametrize("key", [{}, {"phone": PHONE, "cpf": CPF}])
def test_exactly_one_identity_is_needed(aurora: TenantInfo, boreal: TenantInfo, key: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        find_customer(tenant=aurora.id, **key)


def test_the_exact_form_is_preferred_when_two_customers_share_a_number(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """WhatsApp may know one account under the short form, while another customer gave the long one."""
    ana = enrolled(aurora)
    bia = enrolled(aurora, name="Bia", phone=None, external_id="C-2")
    add_identity(tenant=aurora.id, customer=bia.id, kind="whatsapp", value=PHONE_WITHOUT_NINE)
    by_short = customers_with_phone(tenant=aurora.id, wa_id=PHONE_WITHOUT_NINE)
    assert [info.id for info in by_short] == [bia.id, ana.id]
    by_long = customers_with_phone(tenant=aurora.id, phone=PHONE)
    assert [info.id for info in by_long] == [ana.id, bia.id]
    assert customers_with_phone(tenant=boreal.id, phone=PHONE) == ()


def test_an_identity_of_another_customer_cannot_be_added(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, bia = enrolled(aurora), enrolled(aurora, name="Bia", phone="11988887777")
    add_identity(tenant=aurora.id, customer=ana.id, kind="bsuid", value="BR.1")
    with unchanged(aurora, boreal), pytest.raises(IdentityTaken):
        add_identity(tenant=aurora.id, customer=bia.id, kind="bsuid", value="BR.1")
    with unchanged(aurora, boreal):
        add_identity(tenant=aurora.id, customer=ana.id, kind="bsuid", value="BR.1")


def test_a_customer_of_another_brand_gets_no_identity(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = enrolled(aurora)
    with unchanged(aurora, boreal), pytest.raises(CustomerNotFound):
        add_identity(tenant=boreal.id, customer=ana.id, kind="bsuid", value="BR.1")


def test_looking_up_takes_one_query(aurora: TenantInfo, boreal: TenantInfo) -> None:
    enrolled(aurora, cpf=CPF, email=EMAIL, external_id="C-77")
    for identity in ({"cpf": CPF}, {"phone": PHONE}):
        with tenant_scope(aurora.id), CaptureQueriesContext(connection) as asked:
            assert find_customer(tenant=aurora.id, **identity)
        assert len(asked) == 1
