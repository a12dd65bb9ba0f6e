"""Coming in by a message's button: once, for reading, and kindly on by signing in otherwise."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client

from messaging.links import LIFE, new_link
from messaging.models import Link, Message
from portal.models import PortalSession
from portal.services.sessions import LINK_LIFE
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import SYSTEM
from smartbis.outbox.models import Event
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.factories import make_customer
from tests.portal.conftest import Post
from tests.vouchers.shop import coupon_of, give, issued

Enter = Callable[[TenantInfo, CustomerInfo], Client]
NOON = datetime(2026, 11, 18, 15, 5, tzinfo=UTC)


def link_to(brand: TenantInfo, customer: CustomerInfo, page: str = "statement/") -> str:
    """The path of a link as a message carries it."""
    with tenant_scope(brand.id):
        message = Message.objects.create(
            tenant_id=brand.id,
            customer_id=customer.id,
            direction="out",
            kind="template",
            template="purchase_credited",
            cause=f"test:{Link.objects.count()}",
            status="accepted",
            created_at=now(),
        )
        link, token = new_link(message, page, now())
        link.save()
    return f"/p/{brand.slug}/l/{token}/"


def sign_in_at(brand: TenantInfo, page: str) -> str:
    return f"/p/{brand.slug}/sign-in/?{urlencode({'next': f'/p/{brand.slug}/{page}'})}"


def sessions(brand: TenantInfo) -> list[str]:
    with tenant_scope(brand.id):
        return list(PortalSession.objects.order_by("created_at").values_list("proof", flat=True))


def outcomes(brand: TenantInfo) -> list[str]:
    with tenant_scope(brand.id):
        rows = Event.objects.filter(name="message.link_tapped.v1").order_by("recorded_at", "id")
        return [payload["outcome"] for payload in rows.values_list("payload", flat=True)]


def test_a_confirmed_tap_opens_the_page_as_its_customer(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, holder="personal"), customer := make_customer(aurora))
    path = link_to(aurora, customer, f"vouchers/{voucher.id}/")
    client = Client()
    answer = client.post(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/p/aurora/vouchers/{voucher.id}/")
    cookie = next(each for name, each in answer.cookies.items() if name.startswith("portal_"))
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/p/aurora/")
    assert cookie["max-age"] == LINK_LIFE.total_seconds()
    assert voucher.code_grouped in client.get(answer["Location"]).content.decode()
    assert outcomes(aurora) == ["opened"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_previews_and_scanners_open_and_burn_nothing(aurora: TenantInfo, method: str) -> None:
    path = link_to(aurora, make_customer(aurora))
    for _ in range(3):
        answer = getattr(Client(headers={"User-Agent": "WhatsApp/2.24"}), method)(path)
        assert answer.status_code == 200
        assert not any(name.startswith("portal_") for name in answer.cookies)
        assert "Marina" not in answer.content.decode()
        assert answer["X-Robots-Tag"] == "noindex"
        assert "no-store" in answer["Cache-Control"]
    assert (outcomes(aurora), sessions(aurora)) == ([], [])
    assert Client().post(path)["Location"] == "/p/aurora/statement/"


def test_the_tap_is_a_form_of_this_site(aurora: TenantInfo) -> None:
    """Another site cannot sign a browser in: the form carries a token."""
    path = link_to(aurora, make_customer(aurora))
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert outcomes(aurora) == []
    assert "csrfmiddlewaretoken" in Client().get(path).content.decode()


def test_forwarded_after_its_use_it_shows_nothing_and_leads_on_by_signing_in(aurora: TenantInfo, post: Post) -> None:
    path = link_to(aurora, make_customer(aurora, phone="+5511987654821"))
    assert Client().post(path)["Location"] == "/p/aurora/statement/"
    other = Client()
    assert "Marina" not in other.get(path).content.decode()
    answer = other.post(path, follow=True)
    assert answer.redirect_chain == [(sign_in_at(aurora, "statement/"), 302)]
    assert "já foi usado" in answer.content.decode()
    assert outcomes(aurora) == ["opened", "used"]
    other.post("/p/aurora/sign-in/", {"phone": "(11) 98765-4821", "next": "/p/aurora/statement/"})
    done = other.post("/p/aurora/sign-in/code/", {"code": post.code})
    assert done["Location"] == "/p/aurora/statement/", "the same page, once it is known who asks"


def test_a_late_link_leads_on_by_signing_in(aurora: TenantInfo) -> None:
    with frozen(NOON):
        path = link_to(aurora, make_customer(aurora))
    with frozen(NOON + LIFE):
        assert Client().post(path)["Location"] == sign_in_at(aurora, "statement/")
    assert (outcomes(aurora), sessions(aurora)) == (["late"], [])


def test_an_unknown_link_and_another_brands_lead_to_the_sign_in(aurora: TenantInfo, boreal: TenantInfo) -> None:
    path = link_to(aurora, make_customer(aurora))
    theirs = path.replace("/aurora/", "/boreal/")
    for wrong, brand in ((theirs, boreal), ("/p/aurora/l/nothing/", aurora)):
        assert Client().get(wrong).status_code == 200
        assert Client().post(wrong)["Location"] == sign_in_at(brand, "")
    assert (outcomes(aurora), sessions(aurora), sessions(boreal)) == ([], [], [])


def test_an_erased_customers_link_opens_nothing(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    path = link_to(aurora, customer)
    erase_customer(tenant=aurora.id, customer=customer.id, actor=SYSTEM)
    assert Client().post(path)["Location"] == sign_in_at(aurora, "statement/")
    assert sessions(aurora) == []


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("account/name/", {"name": "Outra"}),
        ("account/consents/", {"utility": "on"}),
        ("account/erase/", {"word": "APAGAR"}),
        ("account/export/", {}),
        ("convert/", {"amount": "10,00", "confirmed": "1", "key": "a"}),
    ],
)
def test_by_a_link_one_only_reads(aurora: TenantInfo, page: str, form: dict[str, str]) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 5000)
    client = Client()
    client.post(link_to(aurora, customer))
    assert client.get("/p/aurora/account/").status_code == 200
    answer = client.post(f"/p/aurora/{page}", form, headers={"Referer": "http://testserver/p/aurora/account/?x=1"})
    assert answer["Location"] == sign_in_at(aurora, "account/?x=1")
    assert "confirme que é você" in client.get(answer["Location"]).content.decode()
    assert "Marina" in client.get("/p/aurora/").content.decode()


def test_spending_asks_for_a_code_and_comes_back(aurora: TenantInfo, post: Post) -> None:
    customer = make_customer(aurora, phone="+5511987654821")
    give(aurora, customer, 5000)
    coupon = coupon_of(aurora, cost_unit="BRL", cost_amount=3000, holder="personal")
    client, offer = Client(), f"/p/aurora/offers/{coupon.id}/"
    client.post(link_to(aurora, customer))

    def take() -> str:
        answer = client.post(f"{offer}take/", {"key": "abc"}, headers={"Referer": f"http://testserver{offer}"})
        return str(answer["Location"])

    assert take() == sign_in_at(aurora, f"offers/{coupon.id}/")
    client.post("/p/aurora/sign-in/", {"phone": "(11) 98765-4821", "next": offer})
    assert client.post("/p/aurora/sign-in/code/", {"code": post.code})["Location"] == offer
    assert sessions(aurora) == ["code"], "the session for reading ended"
    assert "/vouchers/" in take()


@pytest.mark.parametrize("referer", ["https://elsewhere.example/p/aurora/account/", "http://testserver/p/boreal/", ""])
def test_only_this_brands_own_pages_are_come_back_to(aurora: TenantInfo, referer: str) -> None:
    client = Client()
    client.post(link_to(aurora, make_customer(aurora)))
    answer = client.post("/p/aurora/account/name/", {"name": "Outra"}, headers={"Referer": referer})
    assert answer["Location"] == "/p/aurora/sign-in/"


def test_a_session_by_link_ends_whatever_is_done_in_it(aurora: TenantInfo) -> None:
    client, customer = Client(), make_customer(aurora)
    with frozen(NOON):
        client.post(link_to(aurora, customer))
    with frozen(NOON + LINK_LIFE - timedelta(seconds=1)):
        assert client.get("/p/aurora/statement/").status_code == 200
    with frozen(NOON + LINK_LIFE):
        assert client.get("/p/aurora/statement/")["Location"] == sign_in_at(aurora, "statement/")


def test_who_is_signed_in_by_a_code_stays_so(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    client = enter(aurora, customer)
    assert client.post(link_to(aurora, customer))["Location"] == "/p/aurora/statement/"
    assert sessions(aurora) == ["code"]
    assert outcomes(aurora) == ["opened"]
    again = link_to(aurora, customer)
    client.post(again)
    assert client.post(again)["Location"] == "/p/aurora/statement/", "a used link leads who is known straight on"


def test_somebody_elses_link_opens_by_their_own_tap_alone(aurora: TenantInfo, enter: Enter) -> None:
    mine, other = make_customer(aurora), make_customer(aurora, "Bia Lima", phone="+5511987650000")
    client, path = enter(aurora, mine), link_to(aurora, other)
    assert "data-opens" not in client.get(path).content.decode()
    assert "data-opens" in client.get(link_to(aurora, mine)).content.decode()
    client.post(path)
    assert "Bia" in client.get("/p/aurora/").content.decode()
    assert sessions(aurora) == ["link"]


def test_the_shops_button_leads_to_the_shop_and_signs_nobody_in(aurora: TenantInfo) -> None:
    path = link_to(aurora, make_customer(aurora), "shop/")
    assert Client().get("/p/aurora/shop/")["Location"] == "/p/aurora/", "a brand without a shop"
    change_brand(tenant=aurora.id, actor=SYSTEM, shop_url="https://loja.aurora.example/?de=whatsapp")
    answer = Client().post(path, follow=True)
    assert [address for address, _ in answer.redirect_chain] == ["/p/aurora/shop/"]
    assert 'content="0; url=https://loja.aurora.example/?de=whatsapp"' in answer.content.decode()
    assert (sessions(aurora), outcomes(aurora)) == ([], ["opened"])


def test_a_merged_customers_link_opens_as_who_stays(aurora: TenantInfo) -> None:
    from messaging.services import reassign_messages

    gone, stays = make_customer(aurora), make_customer(aurora, "Bia Lima", phone="+5511987650000")
    path = link_to(aurora, gone)
    reassign_messages(tenant=aurora.id, merged=gone.id, into=stays.id)
    client = Client()
    client.post(path)
    assert "Bia" in client.get("/p/aurora/").content.decode()
    with tenant_scope(aurora.id):
        assert set(PortalSession.objects.values_list("customer_id", flat=True)) == {UUID(str(stays.id))}
