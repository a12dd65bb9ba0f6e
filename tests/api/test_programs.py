"""Programmes over REST: opened, read, changed, and another brand's are not there."""

from collections.abc import Callable
from typing import Any

from smartbis.tenancy.selectors import TenantInfo

SPEC = {"rules": [{"key": "base", "effect": {"kind": "percentage", "basis_points": 500}}]}
MORE = {"rules": [{"key": "base", "effect": {"kind": "percentage", "basis_points": 700}}]}
DRAFT = {"name": "Volta", "kind": "cashback", "spec": SPEC}


def test_a_programme_is_opened_once_and_gets_versions(
    aurora: TenantInfo, boreal: TenantInfo, caller: Callable[..., Any]
) -> None:
    ours, theirs = caller(aurora), caller(boreal)
    opened = ours.post("/programs", DRAFT, key="once")
    again = ours.post("/programs", DRAFT, key="once")
    assert (opened.status_code, again.status_code) == (201, 201)
    assert again.json() == opened.json()
    path = f"/programs/{opened.json()['id']}"
    told = {"text": "Agora 7%."}
    later = ours.post(f"{path}/versions", {"spec": MORE, "effective_at": "2090-01-01T00:00:00Z", "notice": told})
    assert later.status_code == 201
    assert [each["version"] for each in later.json()["versions"]] == [2, 1]
    assert later.json()["upcoming"]["sentence"] == "7% de cashback em cada compra."
    assert ours.patch(path, {"status": "paused"}).json()["status"] == "paused"
    assert ours.get(path).json()["status"] == "paused"
    for answer in (
        theirs.get(path),
        theirs.patch(path, {"status": "live"}),
        theirs.post(f"{path}/versions", {"spec": MORE}),
    ):
        assert answer.status_code == 404
    assert theirs.get("/programs").json()["results"] == []


def test_a_version_made_from_an_older_one_is_refused(aurora: TenantInfo, caller: Callable[..., Any]) -> None:
    ours = caller(aurora)
    path = f"/programs/{ours.post('/programs', DRAFT).json()['id']}"
    assert ours.post(f"{path}/versions", {"spec": MORE, "based_on": 1}).status_code == 201
    answer = ours.post(f"{path}/versions", {"spec": SPEC, "based_on": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "program_changed")
    assert [each["version"] for each in ours.get(path).json()["versions"]] == [2, 1]


def test_what_is_wrong_with_rules_is_named_by_field(aurora: TenantInfo, caller: Callable[..., Any]) -> None:
    bad = {"rules": [{"key": "a", "effect": {"kind": "percentage", "basis_points": 0}}]}
    answer = caller(aurora).post("/programs", DRAFT | {"spec": bad})
    assert (answer.status_code, answer.json()["code"]) == (400, "rule_invalid")
    assert list(answer.json()["errors"]) == ["rules.0.effect.basis_points"]
    assert caller(aurora).get("/programs").json()["results"] == []


def test_reading_needs_one_scope_and_changing_another(aurora: TenantInfo, caller: Callable[..., Any]) -> None:
    reader = caller(aurora, "programs:read")
    assert reader.get("/programs").status_code == 200
    assert reader.post("/programs", DRAFT).json()["code"] == "scope_missing"


def test_a_rule_for_a_payment_method_meets_the_sale_over_rest(aurora: TenantInfo, caller: Callable[..., Any]) -> None:
    pix = {"key": "pix", "effect": {"kind": "percentage", "basis_points": 500}, "when": {"payment_methods": ["pix"]}}
    ours = caller(aurora)
    ours.post("/programs", DRAFT | {"spec": {"rules": [pix]}})
    sale = {"customer": {"phone": "11987654321", "name": "Ana"}, "store": "centro", "amount_minor": 1000}
    earned = [
        [award["amount"] for award in ours.post("/purchases", sale | more).json()["awards"]]
        for more in ({"external_id": "1", "payment_method": "pix"}, {"external_id": "2", "payment_method": "cash"})
    ]
    assert earned == [[50], []]
