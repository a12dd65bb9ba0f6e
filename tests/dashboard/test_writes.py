"""What can be done from the dashboard, and that each form has one effect."""

import io
from uuid import UUID

import pytest
from django.urls import reverse
from PIL import Image

from dashboard.brand.forms.base import new_nonce
from programs.selectors import programs
from smartbis.customers.selectors import allows, get_customer
from smartbis.ledger.selectors import balances
from smartbis.purchases.infos import ItemDraft
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.selectors import TenantInfo, api_keys, get_tenant, staff, stores
from smartbis.tenancy.services import authenticate_key
from tests.checkouts.quoting import committed, quoted
from tests.counter.conftest import fields_of
from tests.dashboard.desk import sell, sign_in, with_coupon, with_program
from tests.factories import make_customer
from tests.vouchers.shop import give
from vouchers.selectors import coupons, vouchers_of

RULE = {"base": "paid", "participations": "", "hold_days": "", "minimum": ""}


def test_a_programme_is_opened_from_two_numbers_and_its_sentence_is_shown(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    typed = RULE | {"name": "Volta", "kind": "cashback", "percent": "12,5"}
    shown = client.get(reverse("dashboard:program_preview"), typed).content.decode()
    assert "12,5% de cashback em cada compra." in shown
    answer = client.post(reverse("dashboard:program_new"), typed)
    (program,) = programs(tenant=aurora.id)
    assert answer.headers["Location"] == reverse("dashboard:program", args=[program.id])
    assert "12,5% de cashback" in client.get(answer.headers["Location"]).content.decode()


def test_points_without_numbers_are_refused_beside_the_fields(aurora: TenantInfo) -> None:
    typed = RULE | {"name": "Pontos", "kind": "points", "points": "", "per": ""}
    answer = sign_in(aurora).client.post(reverse("dashboard:program_new"), typed)
    assert answer.status_code == 422
    assert programs(tenant=aurora.id) == []


def test_a_new_version_starts_later_and_the_one_in_force_stays(aurora: TenantInfo) -> None:
    program = with_program(aurora)
    client = sign_in(aurora).client
    typed = RULE | {"percent": "10", "starts": "2030-01-01T00:00"}
    assert client.post(reverse("dashboard:program_change", args=[program]), typed).status_code == 302
    (info,) = programs(tenant=aurora.id)
    assert info.current is not None
    assert info.upcoming is not None
    assert (info.current.version, info.upcoming.version) == (1, 2)
    past = client.post(reverse("dashboard:program_change", args=[program]), typed | {"starts": "2020-01-01T00:00"})
    assert past.status_code == 422


def test_one_rendered_coupon_form_makes_one_coupon(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    typed = {
        "nonce": new_nonce(),
        "name": "R$ 10 de volta",
        "kind": "amount",
        "value": "10,00",
        "cost_unit": "money",
        "cost_money": "8,00",
        "on_lapse": "return",
        "uses": "1",
        "grace_days": "7",
        "funded_by": "brand",
        "is_listed": "on",
        "publish": "1",
    }
    first = client.post(reverse("dashboard:coupon_new"), typed)
    again = client.post(reverse("dashboard:coupon_new"), typed)
    (coupon,) = coupons(tenant=aurora.id)
    assert first.headers["Location"] == again.headers["Location"] == reverse("dashboard:coupon", args=[coupon.id])
    assert (coupon.status, coupon.value_minor, coupon.cost_unit, coupon.cost_amount) == ("live", 1000, "BRL", 800)


def test_a_coupon_without_its_value_is_refused_and_nothing_is_made(aurora: TenantInfo) -> None:
    typed = {"name": "X", "kind": "percentage", "uses": "1", "grace_days": "7", "funded_by": "brand"}
    answer = sign_in(aurora).client.post(reverse("dashboard:coupon_new"), typed)
    assert answer.status_code == 422
    assert coupons(tenant=aurora.id) == []


def test_a_voucher_is_given_by_hand_once_a_form(aurora: TenantInfo) -> None:
    customer, coupon = make_customer(aurora), with_coupon(aurora)
    client = sign_in(aurora, "attendant").client
    typed = {"nonce": new_nonce(), "coupon": str(coupon.id)}
    for _ in range(2):
        assert client.post(reverse("dashboard:customer_issue", args=[customer.id]), typed).status_code == 302
    assert len(vouchers_of(tenant=aurora.id, customer=customer.id)) == 1


def test_consent_is_recorded_only_when_the_person_said_so(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    client = sign_in(aurora, "attendant").client
    there = reverse("dashboard:customer_consent", args=[customer.id])
    said = {"category": "marketing", "granted": "yes"}
    assert client.post(there, said).status_code == 422
    assert not allows(tenant=aurora.id, customer=customer.id, category="marketing")
    assert client.post(there, said | {"told": "on"}).status_code == 302
    assert allows(tenant=aurora.id, customer=customer.id, category="marketing")


def test_a_person_is_erased_only_after_the_typed_word(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    client = sign_in(aurora).client
    there = reverse("dashboard:customer_erase", args=[customer.id])
    assert client.post(there, {"typed": "sim"}).status_code == 422
    assert get_customer(tenant=aurora.id, customer=customer.id).status == "active"
    assert client.post(there, {"typed": "apagar"}).status_code == 302
    assert get_customer(tenant=aurora.id, customer=customer.id).status == "erased"
    assert client.get(reverse("dashboard:customer", args=[customer.id])).status_code == 200


def test_a_part_is_refunded_once_a_form_and_the_rest_after_it(aurora: TenantInfo) -> None:
    with_program(aurora)
    customer = make_customer(aurora)
    sale = sell(aurora, customer.id, 10_000)
    client = sign_in(aurora).client
    there = reverse("dashboard:purchase_refund", args=[sale])
    part = {"nonce": new_nonce(), "part": "part", "amount": "25,00"}
    for _ in range(2):
        assert client.post(there, part).status_code == 302
    assert _refunded(aurora, sale) == 2_500
    assert client.post(there, {"part": "part", "amount": "80,00"}).status_code in (409, 422)
    assert client.post(there, {"part": "whole"}).status_code == 302
    assert _refunded(aurora, sale) == 10_000
    assert [each.available for each in balances(tenant=aurora.id, customer=customer.id)] == [0]


def test_a_refund_of_all_that_is_left_says_what_is_handed_back_also_when_sent_twice(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 3_000)
    sale = committed(aurora, quoted(aurora, customer)).purchase.id
    client = sign_in(aurora).client
    there = reverse("dashboard:purchase_refund", args=[sale])
    shown = client.get(reverse("dashboard:purchase", args=[sale]))
    form = fields_of(shown, there) | {"part": "whole"}
    text = client.post(there, form, follow=True).content.decode().replace("\xa0", " ")
    assert "Devolução de R$ 100,00 registrada. A devolver do que foi pago: R$ 70,00. Voltou ao saldo: R$ 30,00." in text
    again = client.post(there, form, follow=True).content.decode().replace("\xa0", " ")
    assert "Devolução de R$ 100,00 registrada." in again, "the same form again is answered alike"
    assert client.post(there, form | {"nonce": new_nonce()}).status_code in (409, 422)
    assert _refunded(aurora, sale) == 10_000


def test_articles_are_refunded_by_number_and_no_more_than_were_sold(aurora: TenantInfo) -> None:
    with_program(aurora)
    customer = make_customer(aurora)
    lines = (ItemDraft("CAFE", "Café", "", 3, 2_000), ItemDraft("BOLO", "Bolo", "", 1, 4_000))
    sale = sell(aurora, customer.id, 10_000, items=lines)
    client = sign_in(aurora).client
    there = reverse("dashboard:purchase_refund", args=[sale])
    assert "Café (até 3)" in client.get(reverse("dashboard:purchase", args=[sale])).content.decode()
    cafe, bolo = (f"item{each.position}" for each in get_purchase(tenant=aurora.id, purchase=sale).items)
    for wrong in ({}, {cafe: "0"}, {cafe: "4"}, {cafe: "-1"}, {cafe: "x"}):
        assert client.post(there, {"part": "items", **wrong}).status_code == 422
    assert _refunded(aurora, sale) == 0
    two = {"nonce": new_nonce(), "part": "items", cafe: "2", bolo: "0"}
    for _ in range(2):
        assert client.post(there, two).status_code == 302
    assert _refunded(aurora, sale) == 4_000
    assert "Café (até 1)" in client.get(reverse("dashboard:purchase", args=[sale])).content.decode()
    assert client.post(there, {"part": "items", cafe: "1", bolo: "1"}).status_code == 302
    assert _refunded(aurora, sale) == 10_000
    assert [each.available for each in balances(tenant=aurora.id, customer=customer.id)] == [0]


def test_a_key_is_shown_once_and_works_until_it_is_revoked(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    typed = {"nonce": new_nonce(), "name": "Caixa", "kind": "secret", "scopes": ["purchases:write"]}
    page = client.post(reverse("dashboard:key_new"), typed).content.decode()
    secret = page.split('data-copy="')[1].split('"')[0]
    assert authenticate_key(secret) is not None
    again = client.post(reverse("dashboard:key_new"), typed)
    assert again.headers["Location"] == reverse("dashboard:keys")
    (key,) = api_keys(tenant=aurora.id)
    assert secret not in client.get(reverse("dashboard:keys")).content.decode()
    client.post(reverse("dashboard:key_revoke", args=[key.id]))
    assert authenticate_key(secret) is None


def test_a_partners_store_brings_its_partner_along(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    typed = {"name": "Farmácia", "code": "Farmacia", "kind": "partner", "new_partner": "São Lucas"}
    assert client.post(reverse("dashboard:stores"), typed).status_code == 302
    store = next(each for each in stores(tenant=aurora.id) if each.code == "farmacia")
    assert store.partner_id is not None
    taken = client.post(reverse("dashboard:stores"), {"name": "Outra", "code": "farmacia", "kind": "own"})
    assert taken.status_code == 422


def test_the_last_owner_cannot_be_shut_out(aurora: TenantInfo) -> None:
    desk = sign_in(aurora)
    desk.client.post(reverse("dashboard:member_activity", args=[desk.member.id]), {"active": "0"})
    assert all(each.is_active for each in staff(tenant=aurora.id))


def test_a_logo_is_written_anew_and_anything_else_is_refused(
    aurora: TenantInfo, settings: pytest.FixtureRequest, tmp_path: pytest.TempPathFactory
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]
    client = sign_in(aurora).client
    typed = {
        "name": "Aurora",
        "brand_colour": "#ffcc00",
        "voucher_days": "45",
        "shortfall_policy": "owe",
        "terms_version": "1",
    }
    script = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    script.name = "logo.png"
    assert client.post(reverse("dashboard:settings"), typed | {"logo": script}).status_code == 422
    assert get_tenant(tenant=aurora.id).logo == ""
    picture = io.BytesIO()
    Image.new("RGB", (900, 300), "red").save(picture, "JPEG", comment=b"secret")
    picture.seek(0)
    picture.name = "logo.jpg"
    assert client.post(reverse("dashboard:settings"), typed | {"logo": picture}).status_code == 302
    brand = get_tenant(tenant=aurora.id)
    kept = (tmp_path / brand.logo).read_bytes()  # type: ignore[operator]
    assert kept.startswith(b"\x89PNG")
    assert b"secret" not in kept
    assert (brand.brand_colour, brand.voucher_days) == ("#ffcc00", 45)


def test_tones_of_a_colour_are_told_and_nonsense_is_refused(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    there = reverse("dashboard:settings_tones")
    assert client.get(there, {"colour": "#ffee00"}).json()["is_adjusted"] is True
    assert client.get(there, {"colour": "red;}"}).status_code == 400


def test_the_ledger_is_added_up_on_demand(aurora: TenantInfo) -> None:
    with_program(aurora)
    sell(aurora, make_customer(aurora).id)
    page = sign_in(aurora).client.post(reverse("dashboard:ledger")).content.decode()
    assert "Tudo confere" in page


def _refunded(brand: TenantInfo, sale: UUID) -> int:
    return get_purchase(tenant=brand.id, purchase=sale).refunded_minor


@pytest.mark.parametrize(
    ("page", "needed", "optional"),
    [("coupons/new/", "id_value", "id_stock"), ("programs/new/rules/?preset=shop", "id_r0-percent", "id_r0-hold_days")],
)
def test_what_another_choice_makes_needed_is_not_called_optional(
    aurora: TenantInfo, page: str, needed: str, optional: str
) -> None:
    body = sign_in(aurora).client.get(f"/dashboard/{page}").content.decode()
    labels = {name: body.split(f'for="{name}"')[1].split("</label>")[0] for name in (needed, optional)}
    assert "opcional" not in labels[needed]
    assert "opcional" in labels[optional]
