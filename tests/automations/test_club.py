"""Who brought a friend, and who reached a goal, is told once what it gave."""

from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import bind_referral, code_of, set_terms
from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import TenantInfo
from tests.automations.test_notices import plain, sale, told, work
from tests.factories import actor, make_customer
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
