"""Bringing friends and reaching goals, as customers see it; two brands."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from programs.challenges.infos import ChallengeDraft, ChallengeInfo
from programs.challenges.selectors import progress_of
from programs.challenges.services import create_challenge
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.selectors import referrer_info
from programs.referrals.services import bind_referral, set_terms
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.portal.test_pages import sell, text_of
from tests.programs.conftest import make_points

Enter = Callable[[TenantInfo, CustomerInfo], Client]


def open_referrals(brand: TenantInfo, **terms: Any) -> None:
    make_points(brand, participations={"referral": 100})
    set_terms(tenant=brand.id, draft=ReferralTermsDraft(is_live=True, **terms), actor=actor("manager"))


def challenge_of(brand: TenantInfo, **terms: Any) -> ChallengeInfo:
    period = {"starts_at": now() - timedelta(days=1), "ends_at": now() + timedelta(days=30)}
    whole: dict[str, Any] = {"key": "tres", "name": "Três visitas", "goal": "purchases", "number": 3}
    whole["reward_words"] = "60 pontos"
    return create_challenge(tenant=brand.id, draft=ChallengeDraft(**whole | period | terms), actor=actor("manager"))


def test_a_link_is_made_when_it_is_asked_for_and_friends_are_told_by_first_name(
    aurora: TenantInfo, boreal: TenantInfo, enter: Enter
) -> None:
    open_referrals(aurora, minimum_minor=4_000, wait_days=7)
    ana = make_customer(aurora, "Ana Souza")
    client = enter(aurora, ana)
    before = text_of(client, "/p/aurora/refer/")
    assert "Criar meu link" in before
    assert "a partir de R$ 40" in before
    assert "Passados 7 dias" in before
    assert referrer_info(tenant=aurora.id, customer=ana.id).code == ""
    assert client.post("/p/aurora/refer/").headers["Location"] == "/p/aurora/refer/"
    code = referrer_info(tenant=aurora.id, customer=ana.id).code
    assert f"/p/aurora/i/{code}/" in text_of(client, "/p/aurora/refer/")
    friend = make_customer(aurora, "Bia Reis")
    bind_referral(tenant=aurora.id, code=code, friend=friend.id, channel="portal", actor=Actor(kind="customer"))
    page = text_of(client, "/p/aurora/refer/")
    assert "falta a primeira compra" in page
    assert ">Bia<" in page
    assert "Reis" not in page
    assert "0 de 1 já renderam" in page
    assert "Bia" not in text_of(enter(aurora, make_customer(aurora, "Caio Luz")), "/p/aurora/refer/")
    assert "não estão valendo agora" in text_of(enter(boreal, make_customer(boreal)), "/p/boreal/refer/")


def test_a_held_friend_is_only_in_review_to_who_brought_them(aurora: TenantInfo, enter: Enter) -> None:
    open_referrals(aurora)
    ana, friend = make_customer(aurora, "Ana Souza"), make_customer(aurora, "Bia Reis")
    client = enter(aurora, ana)
    client.post("/p/aurora/refer/")
    code = referrer_info(tenant=aurora.id, customer=ana.id).code
    seen: dict[str, Any] = {"channel": "portal", "actor": Actor(kind="customer"), "seen_here": (ana.id,)}
    bind_referral(tenant=aurora.id, code=code, friend=friend.id, **seen)
    page = text_of(client, "/p/aurora/refer/")
    assert "em análise" in page
    assert "aparelho" not in page


def test_a_challenge_shows_how_far_one_has_come(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    challenge_of(aurora)
    ana = make_customer(aurora)
    client = enter(aurora, ana)
    sell(aurora, ana, 5_000)
    drain_queue("relay")
    page = text_of(client, "/p/aurora/challenges/")
    assert "Três visitas" in page
    assert "1 de 3" in page
    assert "60 pontos" in page
    for number in ("v2", "v3"):
        sell(aurora, ana, 5_000, number)
    drain_queue("relay")
    assert "Concluídos" in text_of(client, "/p/aurora/challenges/")
    assert "Nenhum desafio agora" in text_of(enter(boreal, make_customer(boreal)), "/p/boreal/challenges/")


def test_one_joins_a_challenge_that_asks_for_it_and_no_other_brands(
    aurora: TenantInfo, boreal: TenantInfo, enter: Enter
) -> None:
    ours = challenge_of(aurora, opt_in=True)
    ana = make_customer(aurora)
    client = enter(aurora, ana)
    join = f"/p/aurora/challenges/{ours.id}/join/"
    assert join in text_of(client, "/p/aurora/challenges/")
    sell(aurora, ana, 5_000)
    drain_queue("relay")
    assert [each.joined for each in progress_of(tenant=aurora.id, customer=ana.id)] == [False]
    assert client.post(join).headers["Location"] == "/p/aurora/challenges/"
    assert [each.joined for each in progress_of(tenant=aurora.id, customer=ana.id)] == [True]
    assert join not in text_of(client, "/p/aurora/challenges/")
    bob = make_customer(boreal)
    stranger = enter(boreal, bob)
    assert stranger.post(f"/p/boreal/challenges/{ours.id}/join/").status_code == 404
    assert progress_of(tenant=boreal.id, customer=bob.id) == []


def test_nobody_who_is_not_signed_in_sees_either(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ours = challenge_of(aurora, opt_in=True)
    for path in ("/p/aurora/refer/", "/p/aurora/challenges/", "/p/boreal/challenges/"):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert "/sign-in/" in answer.headers["Location"]
    assert Client().post(f"/p/aurora/challenges/{ours.id}/join/").status_code in (302, 403)
