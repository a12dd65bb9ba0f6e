"""What Meta limits for a business: people a day, offers a person gets, billing, and a token's life."""

import time

import pytest

from tests.sandbox.process import Number, Receiver, use

ANA, BRUNO, CAIO = "+5511988887777", "+5511977776666", "+5511966665555"


def offer(number: Number) -> None:
    number.template("oferta", "Hoje há café em dobro para quem vier.", category="MARKETING")


def code_of(number: Number, to: str, name: str = "oferta") -> int:
    answer = number.send(to, "template", use(name)).json()
    return int(answer.get("error", {}).get("code", 0))


def test_an_account_writes_first_to_so_many_people_a_day(aurora: Number, boreal: Number) -> None:
    """Those who wrote themselves, and who was met already, do not count; another account has a limit of its own."""
    aurora.register(daily_limit=250)
    for each in (aurora, boreal):
        offer(each)
    aurora.writes(CAIO)
    for number in range(250):
        assert code_of(aurora, f"+55219{80_000_000 + number:08d}") == 0
    assert code_of(aurora, ANA) == 131048
    assert [code_of(aurora, to) for to in ("+5521980000007", CAIO)] == [0, 0]
    assert code_of(boreal, ANA) == 0
    aurora.sandbox.control("clock", {"advance_seconds": 24 * 3600 + 1})
    assert code_of(aurora, ANA) == 0


@pytest.mark.parametrize(("limit", "tier"), [(0, "TIER_UNLIMITED"), (2000, "TIER_2K")])
def test_the_limit_is_told(aurora: Number, limit: int, tier: str) -> None:
    aurora.register(daily_limit=limit)
    asked = aurora.call("GET", f"{aurora.id}?fields=whatsapp_business_manager_messaging_limit").json()
    assert asked["whatsapp_business_manager_messaging_limit"] == tier


def test_a_person_gets_so_many_offers_a_day_from_all_businesses(
    aurora: Number, boreal: Number, receiver: Receiver
) -> None:
    for each in (aurora, boreal):
        each.register(marketing_cap=2)
        offer(each)
    receiver.reached(aurora.accepted(ANA, "template", use("oferta")), "delivered")
    receiver.reached(boreal.accepted(ANA, "template", use("oferta")), "delivered")
    failed = receiver.reached(aurora.accepted(ANA, "template", use("oferta")), "failed")
    assert failed["errors"][0]["code"] == 131049
    receiver.reached(aurora.accepted(BRUNO, "template", use("oferta")), "delivered")
    aurora.writes(ANA)  # within a window nothing is capped
    receiver.reached(aurora.accepted(ANA, "template", use("oferta")), "delivered")


def test_while_billing_is_stopped_only_what_is_free_goes(aurora: Number) -> None:
    aurora.register(billing_stopped=True)
    offer(aurora)
    assert code_of(aurora, ANA) == 131042
    aurora.writes(ANA)
    assert aurora.send(ANA).status_code == 200


def test_a_token_expires_by_the_sandboxs_clock(aurora: Number) -> None:
    aurora.register(token_expires_at=int(time.time()) + 3600)
    assert aurora.call("GET", aurora.id).status_code == 200
    aurora.sandbox.control("clock", {"advance_seconds": 3601})
    answer = aurora.call("GET", aurora.id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


@pytest.mark.parametrize(
    "options", [{"daily_limit": 300}, {"marketing_cap": -1}, {"billing_stopped": 1}, {"token_expires_at": "soon"}]
)
def test_options_refuse_nonsense(aurora: Number, options: dict[str, object]) -> None:
    with pytest.raises(AssertionError, match="must be"):
        aurora.register(**options)
