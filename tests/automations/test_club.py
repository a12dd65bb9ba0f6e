"""Who brought a friend, and who reached a goal, is told once what it gave."""

from datetime import timedelta
from typing import Any

from programs.challenges.infos import ChallengeDraft
from programs.challenges.selectors import progress_of
from programs.challenges.services import create_challenge
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.selectors import referrals
from programs.referrals.services import bind_referral, code_of, set_terms
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import Actor
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.automations.test_notices import plain, sale, told, work
from tests.factories import actor, make_customer
from tests.imports.loading import load
from tests.messaging.conftest import Line, enrol
from tests.programs.conftest import make_points

MANAGER = actor("manager")


def test_who_brought_a_friend_hears_what_it_gave(line: Line, aurora: TenantInfo) -> None:
    make_points(aurora, participations={"referral": 100})
    set_terms(tenant=aurora.id, draft=ReferralTermsDraft(is_live=True), actor=MANAGER)
    ana, bia = enrol(aurora.id), make_customer(aurora, "Bia Reis")
    code = code_of(tenant=aurora.id, customer=ana.id)
    bind_referral(tenant=aurora.id, code=code, friend=bia.id, channel="portal", actor=Actor(kind="customer"))
    sale(aurora, bia)
    work()
    work()
    (message,) = told(aurora, "referral_settled")
    assert message.customer_id == ana.id
    assert "A pessoa que você indicou, Bia, concluiu a primeira compra." in message.text
    assert "você recebeu 100 pontos" in plain(message.text)


def test_who_reached_a_goal_hears_what_it_gave(line: Line, aurora: TenantInfo) -> None:
    make_points(aurora, participations={"challenge:uma": 50})
    draft = ChallengeDraft(key="uma", name="Uma visita", goal="purchases", number=1, days=30)
    create_challenge(tenant=aurora.id, draft=draft, actor=MANAGER)
    ana = enrol(aurora.id)
    sale(aurora, ana)
    work()
    (message,) = told(aurora, "challenge_reached")
    assert "Você concluiu o desafio Uma visita do programa." in message.text
    assert "recebeu 50 pontos" in plain(message.text)


def test_what_a_challenge_gives_for_long_ago_is_not_told(line: Line, aurora: TenantInfo, boreal: TenantInfo) -> None:
    people = {}
    for brand, days in ((aurora, 5), (boreal, 1)):
        make_points(brand, participations={"challenge:uma": 50})
        people[brand.id] = enrol(brand.id)
        with frozen(now() - timedelta(days=days)):
            sale(brand, people[brand.id])
        period: dict[str, Any] = {"starts_at": now() - timedelta(days=9), "ends_at": now() + timedelta(days=9)}
        draft = ChallengeDraft(key="uma", name="Uma visita", goal="purchases", number=1, **period)
        create_challenge(tenant=brand.id, draft=draft, actor=MANAGER)
        drain_queue("bulk")
    work()
    assert [progress_of(tenant=each, customer=person.id)[0].done for each, person in people.items()] == [1, 1]
    assert [len(told(brand, "challenge_reached")) for brand in (aurora, boreal)] == [0, 1]


def test_a_friend_who_bought_long_ago_by_a_file_is_not_told(line: Line, aurora: TenantInfo, boreal: TenantInfo) -> None:
    begun = now() - timedelta(days=9)
    for brand, days in ((aurora, 5), (boreal, 1)):
        with frozen(begun):
            make_points(brand, participations={"referral": 100})
            set_terms(tenant=brand.id, draft=ReferralTermsDraft(is_live=True), actor=MANAGER)
            ana, bia = enrol(brand.id), make_customer(brand, "Bia Reis", external_id="77")
            code = code_of(tenant=brand.id, customer=ana.id)
            bind_referral(tenant=brand.id, code=code, friend=bia.id, channel="portal", actor=Actor(kind="customer"))
        at = (now() - timedelta(days=days)).isoformat()
        load(brand, f"external_id,occurred_at,amount,store,customer_external_id\nA1,{at},50.00,centro,77\n")
        work()
        work()
        assert referrals(tenant=brand.id)[0].status == "settled"
    assert [len(told(brand, "referral_settled")) for brand in (aurora, boreal)] == [0, 1]
