"""Referrals and challenges at the desk; two brands."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from programs.challenges.infos import ChallengeDraft
from programs.challenges.selectors import challenges
from programs.challenges.services import create_challenge
from programs.referrals.infos import ReferralInfo, ReferralTermsDraft
from programs.referrals.selectors import find_referral, referral_terms, referrals
from programs.referrals.services import bind_referral, code_of, set_terms
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import OWNER, sign_in
from tests.factories import make_customer
from tests.programs.conftest import make_points

REFERRALS = reverse("dashboard:referrals")
CHALLENGES = reverse("dashboard:challenges")
NEW = reverse("dashboard:challenge_new")


def held(brand: TenantInfo, friend_name: str = "Bia Reis") -> ReferralInfo:
    """A friend who signed up on the telephone of who brought them."""
    make_points(brand, participations={"referral": 100})
    set_terms(tenant=brand.id, draft=ReferralTermsDraft(is_live=True), actor=OWNER)
    ana, friend = make_customer(brand, "Ana Souza"), make_customer(brand, friend_name)
    code = code_of(tenant=brand.id, customer=ana.id)
    found = bind_referral(
        tenant=brand.id,
        code=code,
        friend=friend.id,
        channel="portal",
        actor=Actor(kind="customer"),
        seen_here=(ana.id,),
    )
    assert found is not None
    return found


def status_of(brand: TenantInfo, referral: ReferralInfo) -> str:
    found = find_referral(tenant=brand.id, referral=referral.id)
    assert found is not None
    return found.status


def typed(**more: str) -> dict[str, str]:
    start, end = now() - timedelta(days=1), now() + timedelta(days=20)
    whole = {"name": "Três visitas!", "goal": "purchases", "count": "3", "period": "fixed", "times": "1"}
    whole |= {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{end:%Y-%m-%dT%H:%M}", "wait_days": "0"}
    return whole | more


def challenge_of(brand: TenantInfo, **terms: Any) -> Any:
    period = {"starts_at": now() - timedelta(days=1), "ends_at": now() + timedelta(days=30)}
    whole: dict[str, Any] = {"key": "tres", "name": "Três visitas", "goal": "purchases", "number": 3}
    return create_challenge(tenant=brand.id, draft=ChallengeDraft(**whole | period | terms), actor=OWNER)


def test_the_terms_of_referrals_are_typed_and_kept(aurora: TenantInfo, boreal: TenantInfo) -> None:
    client = sign_in(aurora).client
    page = client.get(REFERRALS).content.decode()
    assert "Nenhuma indicação ainda" in page
    wrong = client.post(REFERRALS, {"is_live": "on", "wait_days": "-1"})
    assert wrong.status_code == 422
    assert not referral_terms(tenant=aurora.id).is_live
    terms = {"is_live": "on", "minimum": "40,00", "wait_days": "7", "month_cap": "5", "rewards_friend": "on"}
    assert client.post(REFERRALS, terms).headers["Location"] == REFERRALS
    kept = referral_terms(tenant=aurora.id)
    assert (kept.is_live, kept.minimum_minor, kept.wait_days, kept.month_cap) == (True, 4_000, 7, 5)
    assert (kept.life_cap, kept.rewards_friend) == (None, True)
    assert not referral_terms(tenant=boreal.id).is_live


def test_a_held_referral_is_decided_by_somebody_who_may(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ours, theirs = held(aurora), held(boreal, "Outra Pessoa")
    client = sign_in(aurora, "manager").client
    page = client.get(REFERRALS).content.decode()
    assert "Bia Reis" in page
    assert "cadastrou-se no aparelho de quem indicou" in page
    assert "Outra Pessoa" not in page
    assert "Bia Reis" not in client.get(REFERRALS, {"status": "settled"}).content.decode()
    decide = reverse("dashboard:referral_decide", args=[ours.id])
    assert sign_in(aurora, "analyst").client.post(decide, {"decision": "accept"}).status_code == 403
    assert sign_in(boreal).client.post(decide, {"decision": "accept"}).status_code == 404
    other = reverse("dashboard:referral_decide", args=[theirs.id])
    assert client.post(other, {"decision": "refuse"}).status_code == 404
    assert (status_of(aurora, ours), status_of(boreal, theirs)) == ("held", "held")
    assert client.post(decide, {"decision": "refuse"}).headers["Location"] == REFERRALS
    assert status_of(aurora, ours) == "refused"
    again = client.post(decide, {"decision": "accept"}, follow=True).content.decode()
    assert "Indicação aceita" not in again
    assert status_of(aurora, ours) == "refused"
    assert [each.status for each in referrals(tenant=boreal.id)] == ["held"]


def test_accepting_lets_it_wait_for_the_first_purchase(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ours, theirs = held(aurora), held(boreal)
    client = sign_in(aurora).client
    client.post(reverse("dashboard:referral_decide", args=[ours.id]), {"decision": "accept"})
    assert (status_of(aurora, ours), status_of(boreal, theirs)) == ("waiting", "held")


def test_a_challenge_is_written_changed_and_ended(aurora: TenantInfo, boreal: TenantInfo) -> None:
    client = sign_in(aurora).client
    assert "Nenhum desafio" in client.get(CHALLENGES).content.decode()
    assert client.post(NEW, typed(reward_words="60 pontos")).headers["Location"] == CHALLENGES
    (made,) = challenges(tenant=aurora.id)
    assert (made.key, made.number, made.reward_words) == ("tres-visitas", 3, "60 pontos")
    here = reverse("dashboard:challenge", args=[made.id])
    assert "Três visitas!" in client.get(CHALLENGES).content.decode()
    assert client.post(here, typed(name="Três idas", count="4", goal="spend")).headers["Location"] == CHALLENGES
    (changed,) = challenges(tenant=aurora.id)
    promised = (changed.key, changed.goal, changed.number, changed.starts_at)
    assert (changed.name, promised) == ("Três idas", ("tres-visitas", "purchases", 3, made.starts_at))
    client.post(here, {"action": "end"})
    assert [each.status for each in challenges(tenant=aurora.id)] == ["ended"]
    assert challenges(tenant=boreal.id) == []


def test_a_challenge_of_money_keeps_minor_units_and_a_rolling_one_its_days(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    client = sign_in(aurora).client
    client.post(NEW, typed(name="Quinhentos", goal="spend", money="500,00", count=""))
    client.post(NEW, typed(name="Em dez dias", period="rolling", days="10", starts_at="", ends_at="", opt_in="on"))
    by_key = {each.key: each for each in challenges(tenant=aurora.id)}
    assert (by_key["quinhentos"].goal, by_key["quinhentos"].number) == ("spend", 50_000)
    rolling = by_key["em-dez-dias"]
    assert (rolling.days, rolling.starts_at, rolling.opt_in) == (10, None, True)
    assert challenges(tenant=boreal.id) == []


def test_what_a_goal_needs_is_said_beside_its_field(aurora: TenantInfo, boreal: TenantInfo) -> None:
    client = sign_in(aurora).client
    for wrong in (
        typed(count=""),
        typed(goal="spend", money=""),
        typed(goal="category", category=""),
        typed(starts_at=""),
        typed(period="rolling", days=""),
        typed(name=""),
    ):
        answer = client.post(NEW, wrong)
        assert answer.status_code == 422
        assert "aria-invalid" in answer.content.decode()
    challenge_of(aurora, key="tres-visitas")
    taken = client.post(NEW, typed())
    assert taken.status_code == 422
    assert len(challenges(tenant=aurora.id)) == 1
    assert challenges(tenant=boreal.id) == []


def test_a_challenge_that_began_at_an_odd_instant_can_be_changed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    starts = now().replace(second=41, microsecond=123_456) - timedelta(days=1)
    ours, theirs = challenge_of(aurora, starts_at=starts), challenge_of(boreal)
    here = reverse("dashboard:challenge", args=[ours.id])
    sent = typed(name="Outro nome", ends_at=f"{now() + timedelta(days=60):%Y-%m-%dT%H:%M}")
    assert sign_in(aurora).client.post(here, sent).status_code == 302
    (changed,) = challenges(tenant=aurora.id)
    assert (changed.name, changed.starts_at, changed.number) == ("Outro nome", starts, 3)
    assert [each.name for each in challenges(tenant=boreal.id)] == [theirs.name]


def test_another_brands_challenge_is_not_found_and_an_analyst_changes_nothing(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    ours = challenge_of(aurora)
    here = reverse("dashboard:challenge", args=[ours.id])
    stranger = sign_in(boreal).client
    assert stranger.get(here).status_code == stranger.post(here, typed(count="9")).status_code == 404
    assert stranger.post(here, {"action": "end"}).status_code == 404
    assert "Três visitas" not in stranger.get(CHALLENGES).content.decode()
    analyst = sign_in(aurora, "analyst").client
    assert "Três visitas" in analyst.get(CHALLENGES).content.decode()
    assert analyst.post(here, {"action": "end"}).status_code == analyst.get(NEW).status_code == 403
    assert sign_in(aurora).client.get(reverse("dashboard:challenge", args=[new_id()])).status_code == 404
    assert [(each.number, each.status) for each in challenges(tenant=aurora.id)] == [(3, "live")]
