"""Meta's paths: versions, tokens, ownership and the shape of refusals."""

import hashlib
import hmac
from typing import Any

import pytest
import requests

from tests.sandbox.process import Number, Receiver, Sandbox, until

ANA = "+5511988887777"


def error_of(answer: requests.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


def test_an_accepted_message_has_metas_answer(aurora: Number) -> None:
    aurora.writes(ANA)
    answer = aurora.send(ANA)
    body = answer.json()
    assert answer.status_code == 200
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"][0]["input"] == ANA
    assert body["contacts"][0]["wa_id"] == "5511988887777"
    assert body["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize("version", ["v14.0", "v20.0", "v27.0", "v26", "v26.1"])
def test_an_unknown_version_is_refused(aurora: Number, sandbox: Sandbox, version: str) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/{version}/{aurora.id}/messages", json={}, headers=aurora.headers)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == 2500
    assert error_of(answer)["message"] == f"Unknown path components: /{version}/{aurora.id}/messages"


def test_a_missing_version_is_refused_in_metas_shape(aurora: Number, sandbox: Sandbox) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/{aurora.id}/messages", json={}, headers=aurora.headers)
    assert (answer.status_code, error_of(answer)["code"]) == (400, 2500)


def test_a_token_is_needed(aurora: Number) -> None:
    answer = aurora.call("POST", f"{aurora.id}/messages", json={}, headers={})
    assert (answer.status_code, error_of(answer)["code"]) == (401, 104)


def test_a_dead_token_is_refused(aurora: Number) -> None:
    answer = aurora.call("POST", f"{aurora.id}/messages", json={}, headers={"Authorization": "Bearer other"})
    assert (answer.status_code, error_of(answer)["code"]) == (401, 190)
    assert error_of(answer)["type"] == "OAuthException"
    assert error_of(answer)["fbtrace_id"].startswith("A")


@pytest.mark.parametrize("path", ["{id}/messages", "{waba}/message_templates", "{id}/media"])
def test_another_businesses_objects_do_not_exist(aurora: Number, boreal: Number, path: str) -> None:
    answer = aurora.call("POST", path.format(id=boreal.id, waba=boreal.waba_id), json={})
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["error_subcode"]) == (400, 100, 33)
    assert error_of(answer)["type"] == "GraphMethodException"


def test_broken_json_is_code_100(aurora: Number) -> None:
    answer = aurora.call("POST", f"{aurora.id}/messages", data=b"{", headers=aurora.headers)
    assert (answer.status_code, error_of(answer)["code"]) == (400, 100)


def test_an_oversized_body_is_refused(aurora: Number) -> None:
    answer = aurora.send(ANA, "text", {"body": "x" * 1_100_000})
    assert (answer.status_code, error_of(answer)["code"]) == (413, 100)


def test_numbers_of_an_account_are_listed_with_the_asked_fields(aurora: Number) -> None:
    listed = aurora.call("GET", f"{aurora.waba_id}/phone_numbers").json()["data"]
    one = aurora.call("GET", aurora.id, params={"fields": "display_phone_number,status,throughput"}).json()
    assert [number["id"] for number in listed] == [aurora.id]
    assert one == {
        "id": aurora.id,
        "display_phone_number": "+55 11 4000-1000",
        "status": "CONNECTED",
        "throughput": {"level": "HIGH"},
    }


def test_media_is_uploaded_described_downloaded_and_deleted(aurora: Number, boreal: Number) -> None:
    files = {"file": ("logo.png", b"\x89PNG\r\n\x1a\n" + b"\r\n--x\r\n", "image/png")}
    form = {"messaging_product": "whatsapp", "type": "image/png"}
    media_id = aurora.call("POST", f"{aurora.id}/media", files=files, data=form).json()["id"]
    described = aurora.call("GET", media_id).json()
    assert described["mime_type"] == "image/png"
    assert described["file_size"] == 15
    assert requests.get(described["url"], headers=aurora.headers, timeout=5).content == files["file"][1]
    assert requests.get(described["url"], timeout=5).status_code == 404
    assert requests.get(described["url"], headers=boreal.headers, timeout=5).status_code == 404
    assert aurora.call("DELETE", media_id).json() == {"success": True}
    assert error_of(aurora.call("GET", media_id))["error_subcode"] == 33


def test_media_of_a_wrong_kind_is_131053(aurora: Number) -> None:
    form = {"messaging_product": "whatsapp"}
    answer = aurora.call("POST", f"{aurora.id}/media", files={"file": ("a.exe", b"MZ", "application/x-dos")}, data=form)
    assert (answer.status_code, error_of(answer)["code"]) == (400, 131053)


def test_a_webhook_address_is_verified_by_challenge(aurora: Number, sandbox: Sandbox, receiver: Receiver) -> None:
    assert sandbox.control(f"channels/{aurora.id}/verify", {})["verified"] is True
    receiver.verify_token = "something else"
    try:
        assert sandbox.control(f"channels/{aurora.id}/verify", {})["verified"] is False
    finally:
        receiver.verify_token = "verify-me"


def test_subscriptions_can_be_dropped_and_redirected(aurora: Number, receiver: Receiver) -> None:
    path = f"{aurora.waba_id}/subscribed_apps"
    override = receiver.url + "override/"
    refused = aurora.call("POST", path, json={"override_callback_uri": override, "verify_token": "wrong"})
    assert error_of(refused)["code"] == 2200
    answer = aurora.call("POST", path, json={"override_callback_uri": override, "verify_token": "verify-me"})
    assert answer.json() == {"success": True}
    assert aurora.call("GET", path).json()["data"][0]["override_callback_uri"] == override
    aurora.writes(ANA)
    until(lambda: receiver.items("messages"))
    assert receiver.posts[0]["path"] == "/webhooks/whatsapp/override/"
    receiver.clear()
    aurora.call("DELETE", path)
    assert aurora.call("GET", path).json() == {"data": []}
    aurora.writes(ANA)
    until(lambda: aurora.sandbox.control("health")["webhooks_waiting"] == 0)
    assert receiver.posts == []


def test_mistakes_in_control_calls_are_problems_with_a_code(sandbox: Sandbox) -> None:
    problem = sandbox.control("inbound", {"from": ANA, "text": "oi", "channel": "nobody"}, expect=404)
    assert problem["code"] == "channel_not_found"
    assert sandbox.control("faults", {"kind": "earthquake"}, expect=400)["code"] == "invalid_request"
    plain = sandbox.session.post(f"{sandbox.url}/_sandbox/reset", data="x", headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415


def test_other_sites_cannot_post_through_a_browser(sandbox: Sandbox) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/reset", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_a_call_may_prove_the_app_secret(aurora: Number) -> None:
    proof = hmac.new(aurora.secret.encode(), aurora.token.encode(), hashlib.sha256).hexdigest()
    assert aurora.call("GET", aurora.id, params={"appsecret_proof": proof}).json()["id"] == aurora.id
    refused = aurora.call("GET", aurora.id, params={"appsecret_proof": "0" * 64})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 100)
