"""Calls that go wrong on purpose, and Meta's rate limits."""

import time

import pytest
import requests

from tests.sandbox.process import Number, Receiver

ANA = "+5511988887777"
BIA = "+5511977776666"


def test_meta_breaks_down_once(aurora: Number) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("faults", {"kind": "http_500", "count": 1})
    answer = aurora.send(ANA)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, 131000)
    assert answer.json()["error"]["is_transient"] is True
    assert aurora.sandbox.messages(ANA) == []
    aurora.accepted(ANA)


def test_a_gateway_answers_in_html(aurora: Number) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("faults", {"kind": "html_502"})
    answer = aurora.send(ANA)
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("code", "status"), [(130429, 429), (131026, 400), (190, 401), (131031, 403), (2, 503)])
def test_any_code_can_be_asked_for(aurora: Number, code: int, status: int) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("faults", {"kind": f"error_code:{code}", "count": 2})
    for _ in range(2):
        answer = aurora.send(ANA)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    aurora.accepted(ANA)


def test_a_fault_may_hit_one_number_only(aurora: Number, boreal: Number) -> None:
    aurora.writes(ANA)
    boreal.writes(ANA)
    aurora.sandbox.control("faults", {"kind": "http_500", "phone_number_id": boreal.id})
    aurora.accepted(ANA)
    assert boreal.send(ANA).status_code == 500


@pytest.mark.parametrize(("kind", "kept"), [("timeout_before", 0), ("timeout_after", 1)])
def test_time_outs_before_and_after_acceptance(aurora: Number, kind: str, kept: int) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("faults", {"kind": kind, "seconds": 1})
    body = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "oi"}}
    url = f"{aurora.sandbox.url}/v26.0/{aurora.id}/messages"
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json=body, headers=aurora.headers, timeout=0.4)
    assert len(aurora.sandbox.messages(ANA)) == kept


def test_a_slow_call_is_accepted_in_the_end(aurora: Number) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("faults", {"kind": "slow", "seconds": 0.3})
    assert aurora.send(ANA).elapsed.total_seconds() >= 0.3


def test_a_message_may_fail_later(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("faults", {"kind": "failed:132015"})
    assert receiver.reached(aurora.accepted(ANA), "failed")["errors"][0]["code"] == 132015
    receiver.reached(aurora.accepted(ANA), "delivered")


def test_faults_are_listed_and_cleared(aurora: Number) -> None:
    aurora.sandbox.control("faults", {"kind": "http_500", "count": 3})
    assert [one["count"] for one in aurora.sandbox.control("faults")["results"]] == [3]
    aurora.sandbox.session.delete(f"{aurora.sandbox.url}/_sandbox/faults")
    assert aurora.sandbox.control("faults")["results"] == []


def test_forty_five_messages_to_one_person_then_131056(aurora: Number) -> None:
    aurora.writes(ANA)
    aurora.writes(BIA)
    for _ in range(45):
        aurora.accepted(ANA)
    answer = aurora.send(ANA)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131056)
    aurora.accepted(BIA)
    aurora.sandbox.control("clock", {"advance_seconds": 6})
    aurora.accepted(ANA)
    aurora.register(pair_limit=False)
    aurora.accepted(ANA)


def test_throughput_of_a_number(aurora: Number) -> None:
    aurora.register(throughput=2, pair_limit=False)
    aurora.writes(ANA)
    codes = [aurora.send(ANA).status_code for _ in range(4)]
    assert codes[:2] == [200, 200]
    assert codes[-1] == 429


@pytest.mark.parametrize(
    ("asked", "status", "code"), [("http_500", 500, 131000), ("error_code:131056", 400, 131056), ("nonsense", 400, 100)]
)
def test_a_call_brings_its_own_fault(aurora: Number, asked: str, status: int, code: int) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("faults", {"kind": "html_502"})
    body = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "x"}}
    answer = aurora.call(
        "POST", f"{aurora.id}/messages", json=body, headers={**aurora.headers, "X-Sandbox-Fault": asked}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert aurora.send(ANA).status_code == 502, "what waited for a call still waits"
    aurora.accepted(ANA)


def test_a_call_says_how_slow_it_is(aurora: Number) -> None:
    aurora.writes(ANA)
    body = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "x"}}
    started = time.monotonic()
    headers = {**aurora.headers, "X-Sandbox-Fault": "slow; seconds=0.4"}
    assert aurora.call("POST", f"{aurora.id}/messages", json=body, headers=headers).status_code == 200
    assert time.monotonic() - started >= 0.4
    for wrong in ("slow; minutes=1", "slow; seconds=x"):
        headers = {**aurora.headers, "X-Sandbox-Fault": wrong}
        assert aurora.call("POST", f"{aurora.id}/messages", json=body, headers=headers).status_code == 400
