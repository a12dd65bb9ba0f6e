"""Who comes in, by role; the whole table of routes is in tests/contracts."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from programs.selectors import programs
from smartbis.tenancy.selectors import TenantInfo, audit_page
from smartbis.tenancy.services import add_partner, add_staff, change_staff
from tests.dashboard.desk import OWNER, sell, sign_in, with_program
from tests.factories import make_customer, make_member, store_of

PAGES = [
    "overview",
    "customers",
    "purchases",
    "programs",
    "program_new",
    "coupons",
    "coupon_new",
    "messages",
    "templates",
    "channel",
    "costs",
    "sending_rules",
    "reports",
    "imports",
    "import_new",
    "stores",
    "team",
    "member_new",
    "keys",
    "key_new",
    "settings",
    "ledger",
    "audit",
]
SEES = {
    "owner": set(PAGES),
    "manager": set(PAGES) - {"member_new", "key_new"},
    "attendant": {
        "overview",
        "customers",
        "purchases",
        "coupons",
        "messages",
        "templates",
        "channel",
        "costs",
        "sending_rules",
    },
    "analyst": {
        "overview",
        "customers",
        "purchases",
        "programs",
        "coupons",
        "messages",
        "templates",
        "channel",
        "costs",
        "sending_rules",
        "reports",
        "imports",
        "stores",
    },
    "operator": set(),
    "partner": set(),
}


@pytest.mark.parametrize("role", SEES)
def test_each_role_sees_its_pages_and_no_other(aurora: TenantInfo, role: str) -> None:
    partner = None
    if role == "partner":
        partner = add_partner(tenant=aurora.id, name="Parceira").id
        add_staff(tenant=aurora.id, email="partner@aurora.example", role=role, partner=partner)
    desk = _signed_in(aurora, role)
    seen = {page for page in PAGES if desk.get(reverse(f"dashboard:{page}")).status_code == 200}
    assert seen == SEES[role]


def test_the_menu_names_only_what_the_role_may_see(aurora: TenantInfo) -> None:
    page = sign_in(aurora, "attendant").client.get(reverse("dashboard:overview")).content.decode()
    assert reverse("dashboard:customers") in page
    assert reverse("dashboard:team") not in page
    assert reverse("dashboard:settings") not in page


def test_an_operator_is_shown_the_way_to_the_counter(aurora: TenantInfo) -> None:
    answer = sign_in(aurora, "operator").client.get(reverse("dashboard:overview"))
    assert answer.status_code == 403
    assert reverse("counter:home") in answer.content.decode()


def test_a_stranger_signs_in_first_and_comes_back(aurora: TenantInfo) -> None:
    answer = Client().get(reverse("dashboard:customers"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("public:sign_in"))
    assert "next=/dashboard/customers/" in answer.headers["Location"]


def test_a_fragment_asked_for_after_the_session_ended_leads_to_sign_in(aurora: TenantInfo) -> None:
    answer = Client().get(reverse("dashboard:customers"), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(reverse("public:sign_in"))


def test_who_lost_access_is_out_at_the_next_request(aurora: TenantInfo) -> None:
    desk = sign_in(aurora, "manager")
    assert desk.client.get(reverse("dashboard:overview")).status_code == 200
    change_staff(tenant=aurora.id, member=desk.member.id, actor=OWNER, is_active=False)
    assert desk.client.get(reverse("dashboard:overview")).status_code == 403


def test_a_refused_write_leaves_a_line_in_the_audit_trail(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    answer = sign_in(aurora, "attendant").client.post(
        reverse("dashboard:customer_erase", args=[customer.id]), {"typed": "APAGAR"}
    )
    assert answer.status_code == 403
    newest = audit_page(tenant=aurora.id).items[0]
    assert (newest.action, newest.reason) == ("customer.erase", "permission_missing")


def test_another_brands_things_are_not_found(aurora: TenantInfo, boreal: TenantInfo) -> None:
    theirs = make_customer(boreal)
    sale = sell(boreal, theirs.id)
    client = sign_in(aurora).client
    for route, thing in (("customer", theirs.id), ("purchase", sale), ("store_change", store_of(boreal).id)):
        assert client.get(reverse(f"dashboard:{route}", args=[thing])).status_code == 404


def test_somebody_limited_to_a_store_sees_its_sales_only(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    centro, moema = store_of(aurora, "centro"), store_of(aurora, "moema")
    ours = sell(aurora, customer.id, number="balcao-centro")
    theirs = sell(aurora, customer.id, number="balcao-moema", store=moema.id)
    client = sign_in(aurora, "manager", stores=(centro.id,)).client
    page = client.get(reverse("dashboard:purchases")).content.decode()
    assert "balcao-centro" in page
    assert "balcao-moema" not in page
    assert client.get(reverse("dashboard:purchase", args=[ours])).status_code == 200
    assert client.get(reverse("dashboard:purchase", args=[theirs])).status_code == 404
    report = client.get(reverse("dashboard:reports")).content.decode()
    assert "Loja Centro" in report
    assert "Toda a marca" not in report


def test_somebody_limited_to_a_store_sees_the_rules_of_all_and_changes_none(aurora: TenantInfo) -> None:
    program = with_program(aurora)
    client = sign_in(aurora, "manager", stores=[store_of(aurora).id]).client
    page = client.get(reverse("dashboard:program", args=[program]))
    assert page.status_code == 200
    rules = reverse("dashboard:program_rules", args=[program])
    assert rules not in page.content.decode()
    for url in (rules, reverse("dashboard:program_change", args=[program]), reverse("dashboard:program_new")):
        assert (client.get(url).status_code, client.post(url, {"percent": "5"}).status_code) == (403, 403)
    assert client.post(reverse("dashboard:program_status", args=[program]), {"status": "paused"}).status_code == 403
    (info,) = programs(tenant=aurora.id)
    assert (info.status, info.latest) == ("live", 1)
    assert sign_in(aurora, "owner").client.get(rules).status_code == 200


@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_somebody_limited_to_a_store_sees_no_ledger(aurora: TenantInfo, role: str) -> None:
    pages = [reverse(f"dashboard:{name}") for name in ("ledger_liability", "ledger_closes", "ledger")]
    limited = sign_in(aurora, role, stores=[store_of(aurora).id]).client
    for page in pages:
        assert [limited.get(page + more).status_code for more in ("", "?format=csv")] == [403, 403]
        assert limited.post(page).status_code in (403, 405)
    assert pages[0] not in limited.get(reverse("dashboard:reports")).content.decode()
    whole = sign_in(aurora, "owner").client
    assert [whole.get(page).status_code for page in pages] == [200] * 3
    assert pages[0] in whole.get(reverse("dashboard:reports")).content.decode()


def test_somebody_limited_to_a_store_changes_no_other(aurora: TenantInfo, boreal: TenantInfo) -> None:
    centro, moema = store_of(aurora, "centro"), store_of(aurora, "moema")
    client = sign_in(aurora, "manager", stores=(centro.id,)).client
    for store, status in ((moema, 404), (store_of(boreal), 404), (centro, 302)):
        there = reverse("dashboard:store_activity", args=[store.id])
        assert client.post(there, {"active": "0"}).status_code == status
    assert (store_of(aurora, "moema").is_active, store_of(boreal).is_active) == (True, True)


def _signed_in(brand: TenantInfo, role: str) -> Client:
    email = f"{role}@{brand.slug}.example"
    if role != "partner":
        make_member(brand, role)
    client = Client()
    client.force_login(get_user_model().objects.get(email=email))
    return client
