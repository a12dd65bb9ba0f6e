"""Customers over REST: enrol, look up, change, erase, and nobody else's."""

from uuid import UUID

import pytest

from smartbis.customers.selectors import allows, consent_history
from smartbis.kernel.ids import new_id
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem

ANA = {"name": "Ana Souza", "phone": "11 98765-4321"}


def test_a_customer_is_enrolled_and_found_by_each_identity(api: Caller) -> None:
    given = ANA | {"cpf": "529.982.247-25", "email": "Ana@Example.com", "external_id": 881, "birthday": "1990-02-03"}
    made = api.post("/customers", given)
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["name"] == "Ana Souza"
    assert body["has_phone"]
    assert body["external_id"] == "881"
    assert "98765" not in made.content.decode(), "identities are masked"
    for query in (
        "phone=%2B5511987654321",
        "phone=1187654321",
        "cpf=52998224725",
        "email=ana@example.com",
        "external_id=881",
    ):
        found = api.get(f"/customers?{query}").json()
        assert [each["id"] for each in found["results"]] == [body["id"]], query
        assert found["next"] is None
    assert api.get(f"/customers/{body['id']}").json() == body


def test_an_unknown_identity_finds_nobody(api: Caller) -> None:
    assert api.get("/customers?phone=11987654321").json() == {"results": [], "next": None}


def test_consents_are_recorded_as_they_were_given(aurora: TenantInfo, api: Caller) -> None:
    made = api.post("/customers", ANA | {"consents": {"utility": True}}).json()
    assert allows(tenant=aurora.id, customer=UUID(made["id"]), category="utility")
    assert not allows(tenant=aurora.id, customer=UUID(made["id"]), category="marketing")
    (entry,) = consent_history(tenant=aurora.id, customer=UUID(made["id"]))
    assert (entry.channel, entry.actor_kind, entry.text_version) == ("api", "api_key", aurora.terms_version)


def test_without_consents_nothing_is_granted(aurora: TenantInfo, api: Caller) -> None:
    made = api.post("/customers", ANA).json()
    assert consent_history(tenant=aurora.id, customer=UUID(made["id"])) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": 11987654321}, "phone"),
        ({"phone": ["11987654321"]}, "phone"),
        ({"birthday": "1990-13-01"}, "birthday"),
        ({"birthday": "2999-01-01"}, "birthday"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": {"first": "Ana"}}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"name": "Ana\u202eSouza"}, "name"),
        ({"external_id": "x" * 101}, "external_id"),
        ({"consents": True}, "consents"),
        ({"consents": {"marketing": []}}, "consents.marketing"),
    ],
)
def test_a_field_that_cannot_be_is_named(api: Caller, change: dict[str, object], field: str) -> None:
    problem(api.post("/customers", ANA | change), 400, "invalid", field)
    assert api.get("/customers").json()["results"] == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("phone", "12", "phone_invalid"),
        ("phone", "x", "phone_invalid"),
        ("cpf", "111.111.111-11", "cpf_invalid"),
        ("email", "ana", "email_invalid"),
    ],
)
def test_an_identity_that_cannot_be_has_a_code_of_its_own(api: Caller, field: str, value: str, code: str) -> None:
    problem(api.post("/customers", ANA | {field: value}), 400, code, field)


def test_a_customer_needs_an_identity(api: Caller) -> None:
    problem(api.post("/customers", {"name": "Ana"}), 400, "identity_missing", "phone")


def test_an_identity_that_somebody_has_is_409_and_says_which_kind(api: Caller) -> None:
    api.post("/customers", ANA)
    body = problem(api.post("/customers", {"name": "Bia", "phone": "+55 11 98765 4321"}), 409, "identity_taken")
    assert body["kind"] == "phone"
    assert "customer" not in body, "who has it is not told"


def test_a_customer_is_changed_field_by_field(api: Caller) -> None:
    made = api.post("/customers", ANA | {"email": "ana@example.com"}).json()
    changed = api.patch(f"/customers/{made['id']}", {"name": "Ana Lima", "email": None})
    assert changed.status_code == 200, changed.content
    assert changed.json()["name"] == "Ana Lima"
    assert changed.json()["email_masked"] == ""
    assert changed.json()["phone_masked"] == made["phone_masked"]


def test_the_last_identity_cannot_be_taken_away(api: Caller) -> None:
    made = api.post("/customers", ANA).json()
    problem(api.patch(f"/customers/{made['id']}", {"phone": None}), 400, "identity_missing")


def test_a_withdrawal_holds(aurora: TenantInfo, api: Caller) -> None:
    made = api.post("/customers", ANA | {"consents": {"utility": True, "marketing": True}}).json()
    api.patch(f"/customers/{made['id']}", {"consents": {"marketing": False}})
    assert not allows(tenant=aurora.id, customer=UUID(made["id"]), category="marketing")
    assert allows(tenant=aurora.id, customer=UUID(made["id"]), category="utility")


def test_an_erased_customer_is_gone_and_stays_gone(api: Caller) -> None:
    made = api.post("/customers", ANA).json()
    assert api.delete(f"/customers/{made['id']}").status_code == 204
    assert api.get("/customers?phone=11987654321").json()["results"] == []
    gone = api.get(f"/customers/{made['id']}").json()
    assert (gone["status"], gone["name"], gone["phone_masked"]) == ("erased", "", "")
    problem(api.patch(f"/customers/{made['id']}", {"name": "Ana"}), 410, "customer_erased")
    problem(api.delete(f"/customers/{made['id']}"), 410, "customer_erased")


def test_another_brands_customer_is_answered_like_nobody(api: Caller, rival: Caller) -> None:
    theirs = rival.post("/customers", ANA).json()["id"]
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        foreign = api.send(method, f"/customers/{theirs}", body)
        nobody = api.send(method, f"/customers/{new_id()}", body)
        problem(foreign, 404, "customer_not_found")
        assert foreign.content == nobody.content
    assert rival.get(f"/customers/{theirs}").json()["name"] == "Ana Souza"


def test_a_list_is_walked_page_by_page(api: Caller) -> None:
    made = [api.post("/customers", {"name": f"C {n}", "external_id": n}).json()["id"] for n in range(5)]
    seen: list[str] = []
    path: str | None = "/customers?limit=2"
    while path:
        page = api.get(path).json()
        seen += [each["id"] for each in page["results"]]
        path = page["next"] and page["next"].removeprefix("http://testserver/api/v1")
    assert sorted(seen) == sorted(made)
    assert len(set(seen)) == 5


def test_a_key_makes_a_repeat_harmless(api: Caller) -> None:
    first = api.post("/customers", ANA, key="till-1")
    again = api.post("/customers", ANA, key="till-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(api.post("/customers", ANA | {"name": "Bia"}, key="till-1"), 422, "idempotency_key_reused")


def test_a_refusal_is_judged_anew(api: Caller) -> None:
    problem(api.post("/customers", ANA | {"cpf": "1"}, key="till-2"), 400, "cpf_invalid", "cpf")
    assert api.post("/customers", ANA, key="till-2").status_code == 201


def test_one_brands_key_is_not_anothers(api: Caller, rival: Caller) -> None:
    ours = api.post("/customers", ANA, key="same").json()
    theirs = rival.post("/customers", ANA | {"name": "Bia"}, key="same").json()
    assert ours["id"] != theirs["id"]


@pytest.mark.parametrize("key", ["", " ", "k" * 256])
def test_a_key_of_no_use_is_refused(api: Caller, key: str) -> None:
    problem(api.send("POST", "/customers", ANA, key=None, Idempotency_Key=key), 400, "idempotency_key_missing")
