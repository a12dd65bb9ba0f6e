"""The customer's own data: agreeing, changing, taking along, leaving."""

import json
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from portal.models import PortalSession
from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge, join_challenge
from programs.checkouts.infos import TillTermsInfo
from programs.checkouts.terms import set_till_terms
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import bind_referral, code_of, set_terms
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import allows, consent_history, find_customer, get_customer
from smartbis.kernel.clock import frozen
from smartbis.kernel.people import Actor
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, audit_trail
from tests.checkouts.quoting import quoted
from tests.factories import actor, make_customer
from tests.gatherings.hall import gathering_of, registered
from tests.unchanged import unchanged
from tests.vouchers.shop import NOON, coupon_of, give, issued

Enter = Callable[[TenantInfo, CustomerInfo], Client]


def test_the_account_shows_masked_contacts_alone(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora, phone="+5511987654821", email="marina@example.com")
    page = enter(aurora, customer).get("/p/aurora/account/").content.decode()
    assert "(11) 9****-4821" in page
    assert "98765" not in page
    assert "marina@example.com" not in page


def test_consents_are_switched_one_by_one_with_their_text(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    client = enter(aurora, customer)
    client.post("/p/aurora/account/consents/", {"marketing": "on"})
    assert allows(tenant=aurora.id, customer=customer.id, category="marketing")
    assert not allows(tenant=aurora.id, customer=customer.id, category="utility")
    count = len(consent_history(tenant=aurora.id, customer=customer.id))
    client.post("/p/aurora/account/consents/", {"marketing": "on"})
    proof = consent_history(tenant=aurora.id, customer=customer.id)
    assert len(proof) == count, "what does not change is not recorded again"
    assert {(row.channel, row.actor_kind, row.actor_id, row.text_version) for row in proof[:2]} == {
        ("portal", "customer", customer.id, "1")
    }
    page = client.get("/p/aurora/account/").content.decode()
    assert "Ofertas e novidades: aceito em" in page
    assert "Avisos da conta: recusado em" in page


def test_a_name_can_be_put_right(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    client = enter(aurora, customer)
    assert client.post("/p/aurora/account/name/", {"name": "Marina S. Lima"}).status_code == 302
    assert get_customer(tenant=aurora.id, customer=customer.id).name == "Marina S. Lima"
    assert client.post("/p/aurora/account/name/", {"name": "<script>"}).status_code == 302
    page = client.get("/p/aurora/account/").content.decode()
    assert "&lt;script&gt;" in page
    assert client.post("/p/aurora/account/name/", {"name": " "}).status_code == 422


def test_everything_kept_comes_along_as_a_file(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    customer, other = make_customer(aurora, phone="+5511987654821"), make_customer(aurora, "Outra Pessoa")
    give(aurora, customer, 1234)
    give(aurora, other, 4321)
    voucher = issued(aurora, coupon_of(aurora), customer)
    registered(aurora, gathering_of(aurora, name="Sarau"), customer)
    goal = ChallengeDraft(key="duas", name="Duas visitas", goal="purchases", number=2, days=30, opt_in=True)
    join_challenge(
        tenant=aurora.id,
        challenge=create_challenge(tenant=aurora.id, draft=goal, actor=actor("owner")).id,
        customer=customer.id,
    )
    set_terms(tenant=aurora.id, draft=ReferralTermsDraft(is_live=True), actor=actor("owner"))
    code = code_of(tenant=aurora.id, customer=customer.id)
    bind_referral(tenant=aurora.id, code=code, friend=other.id, channel="portal", actor=Actor(kind="customer"))
    with unchanged(boreal):
        answer = enter(aurora, customer).post("/p/aurora/account/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="aurora-meus-dados.json"'
    assert "no-store" in answer["Cache-Control"]
    data = json.loads(answer.content)
    assert data["person"]["identities"]["phone"] == "+5511987654821"
    assert data["balances"][0]["available"] == 1234
    assert [row["amount"] for row in data["statement"]] == [1234]
    assert voucher.code_grouped in [row["code"] for row in data["vouchers"]]
    assert [(row["event"], row["status"]) for row in data["events"]] == [("Sarau", "registered")]
    assert [(row["challenge"], row["total"], row["goal"]) for row in data["challenges"]] == [("Duas visitas", 0, 2)]
    assert (data["referrals"]["code"], len(data["referrals"]["brought"]), data["referrals"]["came"]) == (code, 1, None)
    assert "Outra" not in answer.content.decode()
    assert audit_trail(tenant=aurora.id)[0].action == "customer.export"


def test_leaving_asks_for_the_word_and_says_what_is_lost(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 1234)
    issued(aurora, coupon_of(aurora), customer)
    client = enter(aurora, customer)
    page = client.get("/p/aurora/account/erase/").content.decode().replace("\xa0", " ")
    assert "Você perde o seu saldo de R$ 12,34." in page
    assert "1 voucher em aberto" in page
    with unchanged(aurora):
        for word in ("", "sim", "apagarr"):
            assert client.post("/p/aurora/account/erase/", {"word": word}).status_code == 422
    assert client.get("/p/aurora/").status_code == 200


def test_who_leaves_is_gone_everywhere_and_the_ledger_still_balances(
    aurora: TenantInfo, boreal: TenantInfo, enter: Enter
) -> None:
    customer = make_customer(aurora, phone="+5511987654821")
    give(aurora, customer, 1234)
    here, there = enter(aurora, customer), enter(aurora, customer)
    with unchanged(boreal):
        done = here.post("/p/aurora/account/erase/", {"word": "apagar"})
    assert done["Location"] == "/p/aurora/gone/"
    assert "apagados" in here.get("/p/aurora/gone/").content.decode()
    assert here.get("/p/aurora/").status_code == there.get("/p/aurora/").status_code == 302
    with tenant_scope(aurora.id):
        assert not PortalSession.objects.exists()
    gone = get_customer(tenant=aurora.id, customer=customer.id)
    assert (gone.status, gone.name, gone.phone_masked) == ("erased", "", "")
    assert find_customer(tenant=aurora.id, phone="+5511987654821") is None
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 1234
    assert check_ledger(tenant=aurora.id).ok


def test_forms_need_their_token(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(enter(aurora, customer).cookies)
    for path in ("account/erase/", "account/consents/", "sign-out/", "convert/", "sign-in/"):
        assert strict.post(f"/p/aurora/{path}", {"word": "apagar"}).status_code == 403
    assert get_customer(tenant=aurora.id, customer=customer.id).status == "active"


def test_the_balance_is_saved_by_a_tick_and_quotes_obey(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    customer, theirs = make_customer(aurora), make_customer(boreal)
    for brand, person in ((aurora, customer), (boreal, theirs)):
        give(brand, person, 1_000)
    client = enter(aurora, customer)
    client.post("/p/aurora/account/saving/", {"saves": "on"})
    assert "checked" in client.get("/p/aurora/account/").content.decode().split('name="saves"')[1][:120]
    assert (quoted(aurora, customer).balance_minor, quoted(boreal, theirs).balance_minor) == (0, 1_000)
    client.post("/p/aurora/account/saving/", {})
    assert quoted(aurora, customer).balance_minor == 1_000


def test_a_voucher_shows_a_code_that_changes_where_the_brand_wants_it(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    voucher = issued(aurora, coupon_of(aurora), customer)
    client = enter(aurora, customer)
    path = f"/p/aurora/vouchers/{voucher.id}/"
    with frozen(NOON):
        before = client.get(path).context["qr_payload"]
        set_till_terms(tenant=aurora.id, terms=TillTermsInfo(rotates_codes=True), actor=actor("owner"))
        shown = client.get(path).context["qr_payload"]
    with frozen(NOON + timedelta(seconds=30)):
        later = client.get(path, headers={"HX-Request": "true"}).context["qr_payload"]
    assert before == voucher.qr_payload
    assert len({before, shown, later}) == 3


def test_a_coupon_may_want_codes_that_change_for_itself(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    customer, theirs = make_customer(aurora), make_customer(boreal)
    lasting, changing = coupon_of(aurora), coupon_of(aurora, name="Muda", rotates_code=True)
    client = enter(aurora, customer)
    for coupon, changes in ((lasting, False), (changing, True)):
        voucher = issued(aurora, coupon, customer)
        shown = client.get(f"/p/aurora/vouchers/{voucher.id}/").context["qr_payload"]
        assert (shown != voucher.qr_payload) is changes
        assert shown.startswith("SBV2") is changes
    foreign = issued(boreal, coupon_of(boreal, rotates_code=True), theirs)
    assert client.get(f"/p/aurora/vouchers/{foreign.id}/").status_code == 404
