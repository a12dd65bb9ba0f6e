"""Signing in by a code."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from portal.models import PortalSession, SignInChallenge
from portal.workers import purge_sign_ins
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.portal.conftest import Post

Enter = Callable[[TenantInfo, CustomerInfo], Client]
NOON = datetime(2026, 11, 18, 15, 5, tzinfo=UTC)
PHONE = "(11) 98765-4821"


def ask(client: Client, brand: TenantInfo, phone: str = PHONE, **more: str):
    return client.post(f"/p/{brand.slug}/sign-in/", {"phone": phone, **more})


def answer(client: Client, brand: TenantInfo, code: str):
    return client.post(f"/p/{brand.slug}/sign-in/code/", {"code": code})


def test_a_customer_signs_in_with_the_code_that_was_sent(aurora: TenantInfo, post: Post) -> None:
    make_customer(aurora, phone="+5511987654821")
    client = Client()
    asked = ask(client, aurora)
    assert (asked.status_code, asked["Location"]) == (302, "/p/aurora/sign-in/code/")
    assert "(11) 9****-4821" in client.get(asked["Location"]).content.decode()
    done = answer(client, aurora, post.code)
    assert (done.status_code, done["Location"]) == (302, "/p/aurora/")
    cookie = next(each for name, each in done.cookies.items() if name.startswith("portal_"))
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/p/aurora/"
    home = client.get("/p/aurora/")
    assert home.status_code == 200
    assert "Marina" in home.content.decode()
    assert "no-store" in home["Cache-Control"]


def test_the_code_and_the_token_are_kept_as_hashes_only(aurora: TenantInfo, post: Post) -> None:
    make_customer(aurora, phone="+5511987654821")
    client = Client()
    ask(client, aurora)
    done = answer(client, aurora, post.code)
    token = next(each.value for name, each in done.cookies.items() if name.startswith("portal_"))
    with tenant_scope(aurora.id):
        kept = str(list(SignInChallenge.objects.values_list())) + str(list(PortalSession.objects.values_list()))
    assert post.code not in kept
    assert token not in kept
    assert "987654821" not in kept


@pytest.mark.parametrize("known", [True, False])
def test_nothing_says_whether_a_number_is_enrolled(aurora: TenantInfo, post: Post, known: bool, monkeypatch) -> None:
    """The answer is the same, a code is sent alike, and nobody is looked up before it is right."""
    from portal.services import challenges

    def never(**_: object) -> None:
        raise AssertionError("looked up before the code was right")

    if known:
        make_customer(aurora, phone="+5511987654821")
    monkeypatch.setattr(challenges, "find_customer", never)
    client = Client()
    asked = ask(client, aurora)
    page = client.get(asked["Location"])
    wrong = answer(client, aurora, post.wrong_code)
    assert (asked.status_code, page.status_code, wrong.status_code, len(post.sent)) == (302, 200, 422, 1)
    assert "Restam 4 tentativas" in wrong.content.decode()


def test_five_wrong_codes_burn_it(aurora: TenantInfo, post: Post) -> None:
    make_customer(aurora, phone="+5511987654821")
    client = Client()
    ask(client, aurora)
    for _ in range(5):
        assert answer(client, aurora, post.wrong_code).status_code == 422
    refused = answer(client, aurora, post.code)
    assert refused.status_code == 422
    assert "não vale mais" in refused.content.decode()
    assert client.get("/p/aurora/").status_code == 302
    with tenant_scope(aurora.id):
        assert not PortalSession.objects.exists()


def test_a_code_lives_ten_minutes_and_is_used_once(aurora: TenantInfo, post: Post) -> None:
    make_customer(aurora, phone="+5511987654821")
    late, once = Client(), Client()
    with frozen(NOON):
        ask(late, aurora)
        late_code = post.code
        ask(once, aurora)
        stolen = Client()
        stolen.cookies.update(once.cookies)
        assert answer(once, aurora, post.code).status_code == 302
        assert answer(stolen, aurora, post.code)["Location"] == "/p/aurora/sign-in/"
    with frozen(NOON + timedelta(minutes=10)):
        refused = answer(late, aurora, late_code)
    assert refused.status_code == 422
    assert "não vale mais" in refused.content.decode()


def test_a_code_is_good_in_the_browser_that_asked_for_it_alone(aurora: TenantInfo, post: Post) -> None:
    make_customer(aurora, phone="+5511987654821")
    ask(Client(), aurora)
    other = Client()
    assert answer(other, aurora, post.code)["Location"] == "/p/aurora/sign-in/"
    ask(other, aurora, "(11) 98888-7777")
    assert answer(other, aurora, post.sent[0][2]).status_code == 422


def test_a_cookie_of_another_brand_or_of_our_own_making_opens_nothing(
    aurora: TenantInfo, boreal: TenantInfo, post: Post, enter: Enter
) -> None:
    make_customer(boreal, phone="+5511987654821")
    client = enter(aurora, make_customer(aurora))
    assert client.get("/p/aurora/").status_code == 200
    assert client.get("/p/boreal/").status_code == 302
    name, cookie = next(iter(client.cookies.items()))
    forged = Client()
    forged.cookies[name] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    assert forged.get("/p/aurora/").status_code == 302


def test_another_code_can_be_asked_for_after_thirty_seconds(aurora: TenantInfo, post: Post) -> None:
    make_customer(aurora, phone="+5511987654821")
    client = Client()
    with frozen(NOON):
        ask(client, aurora)
        first = post.code
        early = client.post("/p/aurora/sign-in/resend/")
        assert early.status_code == 429
        assert len(post.sent) == 1
    with frozen(NOON + timedelta(seconds=31)):
        assert client.post("/p/aurora/sign-in/resend/").status_code == 302
        assert len(post.sent) == 2
        assert post.sent[1][1] == "+5511987654821"
        if first != post.code:
            assert answer(client, aurora, first).status_code == 422
        assert answer(client, aurora, post.code)["Location"] == "/p/aurora/"


def test_a_number_gets_five_codes_an_hour_known_or_not(aurora: TenantInfo, post: Post) -> None:
    with frozen(NOON):
        for _ in range(5):
            assert ask(Client(), aurora).status_code == 302
        refused = ask(Client(), aurora)
        assert refused.status_code == 429
        assert "Tente de novo em" in refused.content.decode()
        assert ask(Client(), aurora, "(11) 98888-7777").status_code == 302
    assert len(post.sent) == 6


def test_a_number_gets_ten_codes_a_day(aurora: TenantInfo, post: Post) -> None:
    for hour in range(4):
        with frozen(NOON.replace(hour=1) + timedelta(hours=hour)):
            for _ in range(5):
                ask(Client(), aurora)
    assert len(post.sent) == 10


def test_an_address_cannot_write_to_everybody(aurora: TenantInfo, post: Post) -> None:
    with frozen(NOON):
        answers = [ask(Client(), aurora, f"(11) 9{80000000 + number}").status_code for number in range(62)]
    assert answers.count(302) == 60
    assert answers[-1] == 429


def test_many_wrong_codes_from_one_address_stop_it(aurora: TenantInfo, post: Post, monkeypatch) -> None:
    from portal import limits

    monkeypatch.setattr(limits, "WRONG_ADDRESS", limits.Limit("portal.wrong.address", 2, limits.HOUR))
    client = Client()
    ask(client, aurora)
    assert [answer(client, aurora, post.wrong_code).status_code for _ in range(3)] == [422, 422, 429]
    assert answer(client, aurora, post.code).status_code == 429, "a right one has to wait then, too"


@pytest.mark.parametrize(
    ("phone", "says"),
    [("98765-4821", 302), ("(11) 3222-4444", "telefone fixo"), ("123", "Confira o número"), ("", "Confira os campos")],
)
def test_what_is_no_mobile_is_refused_in_words(aurora: TenantInfo, post: Post, phone: str, says: int | str) -> None:
    answer = ask(Client(), aurora, phone)
    if isinstance(says, int):
        assert answer.status_code == says
        assert post.sent[0][1] == "+5511987654821"
    else:
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert not post.sent


def test_a_message_opens_its_page_after_signing_in(aurora: TenantInfo, post: Post) -> None:
    make_customer(aurora, phone="+5511987654821")
    client = Client()
    there = "/p/aurora/statement/?unit=BRL"
    sent = client.get(there)
    assert sent["Location"] == "/p/aurora/sign-in/?next=%2Fp%2Faurora%2Fstatement%2F%3Funit%3DBRL"
    page = client.get(sent["Location"]).content.decode()
    assert 'value="/p/aurora/statement/?unit=BRL"' in page
    ask(client, aurora, next=there)
    assert answer(client, aurora, post.code)["Location"] == there


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/p/aurora/",
        "//evil.example",
        "/p/boreal/",
        "/dashboard/",
        "/p/aurora/../boreal/",
        "javascript:alert(1)",
        "/p/aurora\\@evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(aurora: TenantInfo, post: Post, elsewhere: str) -> None:
    make_customer(aurora, phone="+5511987654821")
    client = Client()
    ask(client, aurora, next=elsewhere)
    assert answer(client, aurora, post.code)["Location"] == "/p/aurora/"


def test_who_is_signed_in_needs_no_code_and_signing_out_ends_the_session(
    aurora: TenantInfo, post: Post, enter: Enter
) -> None:
    client = enter(aurora, make_customer(aurora, phone="+5511987654821"))
    copy = Client()
    copy.cookies.update(client.cookies)
    assert ask(client, aurora)["Location"] == "/p/aurora/"
    assert not post.sent
    assert client.post("/p/aurora/sign-out/")["Location"] == "/p/aurora/sign-in/"
    assert copy.get("/p/aurora/").status_code == 302
    with tenant_scope(aurora.id):
        assert not PortalSession.objects.exists()


def test_an_erased_customers_session_is_no_good(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    client = enter(aurora, customer)
    erase_customer(tenant=aurora.id, customer=customer.id, actor=SYSTEM)
    assert client.get("/p/aurora/").status_code == 302


def test_a_session_ends_after_thirty_idle_days_but_not_while_it_is_used(aurora: TenantInfo, enter: Enter) -> None:
    with frozen(NOON):
        customer = make_customer(aurora)
        used, idle = enter(aurora, customer), enter(aurora, customer)
    with frozen(NOON + timedelta(days=20)):
        assert used.get("/p/aurora/").status_code == 200
    with frozen(NOON + timedelta(days=31)):
        assert used.get("/p/aurora/").status_code == 200
        assert idle.get("/p/aurora/").status_code == 302
    with frozen(NOON + timedelta(days=181)):
        assert used.get("/p/aurora/").status_code == 302


def test_codes_are_removed_after_a_day(aurora: TenantInfo, boreal: TenantInfo, post: Post) -> None:
    with frozen(NOON):
        ask(Client(), aurora)
        ask(Client(), boreal)
    with frozen(NOON + timedelta(hours=20)):
        ask(Client(), aurora)
    with frozen(NOON + timedelta(hours=25)):
        purge_sign_ins(tenant=aurora.id)
    with tenant_scope(aurora.id):
        assert SignInChallenge.objects.count() == 1
    with tenant_scope(boreal.id):
        assert SignInChallenge.objects.count() == 1


def test_a_suspended_programme_says_so_kindly(aurora: TenantInfo, enter: Enter, as_suspended) -> None:
    client = enter(aurora, make_customer(aurora))
    as_suspended(aurora)
    for path in ("", "sign-in/", "join/", "vouchers/"):
        page = client.get(f"/p/aurora/{path}")
        assert page.status_code == 403
        assert "em pausa" in page.content.decode()


def test_no_such_brand(db: None) -> None:
    assert Client().get("/p/nobody/").status_code == 404
