"""Programmes over REST: opened, read, changed, and another brand's are not there."""

from collections.abc import Callable
from typing import Any

import pytest

from programs.models import Article
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_store
from tests.api.conftest import Caller
from tests.api.problems import problem

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


SALE = {
    "store": "centro",
    "amount_minor": 10_000,
    "items": [
        {"sku": "V1", "category": "Vinho", "quantity": 2, "unit_minor": 3_000},
        {"sku": "P1", "category": "Pão", "unit_minor": 2_500},
        {"sku": "T1", "unit_minor": 1_500},
    ],
}
DRAFTED = {
    "rules": [
        {
            "key": "base",
            "name": "Sempre",
            "effect": {"kind": "percentage", "basis_points": 500},
            "limits": {"per_purchase": 400},
        },
        {"key": "wine", "effect": {"kind": "percentage", "basis_points": 1000}, "when": {"categories": ["Vinho"]}},
        {"key": "site", "effect": {"kind": "percentage", "basis_points": 100}, "when": {"channels": ["site"]}},
        {"key": "gold", "effect": {"kind": "percentage", "basis_points": 100}, "when": {"tiers": ["gold"]}},
        {"key": "event", "effect": {"kind": "fixed", "amount": 700}, "when": {"participations": ["event"]}},
    ]
}
TRY = {"kind": "cashback", "spec": DRAFTED, "sale": SALE}


def test_a_draft_says_of_each_rule_what_it_would_give_and_keeps_nothing(
    aurora: TenantInfo, boreal: TenantInfo, api: Caller, rival: Caller
) -> None:
    for brand, category in ((aurora, "Vinho"), (boreal, "Pão")):  # the same article is another thing elsewhere
        with tenant_scope(brand.id):
            Article.objects.create(tenant_id=brand.id, sku="T1", category=category, recorded_at=now())
    tried = api.post("/programs/try", TRY).json()
    assert (tried["unit"], tried["total"], tried["tier_points"]) == ("BRL", 1_150, 0)
    base, wine = tried["given"]
    assert (base["rule"], base["name"], base["wanted"], base["amount"], base["lines"]) == (
        "base",
        "Sempre",
        500,
        400,
        [],
    )
    assert base["cut"] == {"code": "per_purchase", "message": "O máximo por compra cortou."}
    assert base["explanation"].endswith("= R$\xa04,00 (seriam R$\xa05,00: o limite da regra foi alcançado)")
    assert (wine["rule"], wine["unit"], wine["base_minor"], wine["amount"], wine["cut"]) == (
        "wine",
        "BRL",
        7_500,
        750,
        None,
    )
    assert wine["lines"] == [{"item": 0, "base": 6_000}, {"item": 2, "base": 1_500}]
    assert [(each["rule"], each["reason"]["code"], each["cut_by"]) for each in tried["missed"]] == [
        ("site", "other_channel", None),
        ("gold", "not_in_tier", None),
        ("event", "kind_not_rewarded", None),
    ]
    assert tried["missed"][1]["reason"]["message"] == "O cliente não está no nível."
    assert rival.post("/programs/try", TRY).json()["total"] == 400 + 600
    assert api.get("/programs").json()["results"] == rival.get("/programs").json()["results"] == []


def test_a_made_up_customer_moment_and_participation_decide(api: Caller) -> None:
    customer = {"nth": 1, "is_birthday": True, "tiers": ["gold"], "tags": ["staff"]}
    noon = {
        "key": "noon",
        "effect": {"kind": "multiplier", "factor_bp": 20_000},
        "when": {"hours": [["12:00", "13:00"]]},
    }
    first = {
        "key": "first",
        "effect": {"kind": "fixed", "amount": 50},
        "when": {"purchases": {"from": 1, "until": 1}, "birthday": "day", "tiers": ["gold"], "tags": ["staff"]},
    }
    base = {"key": "base", "effect": {"kind": "per_unit", "points": 1, "minor": 100}}
    event = {"key": "event", "effect": {"kind": "fixed", "amount": 30}, "when": {"participations": ["event"]}}
    draft = {"kind": "points", "spec": {"rules": [base, first, noon, event]}, "at": "2026-11-21T12:30:00-03:00"}
    sale = {"store": "centro", "amount_minor": 10_000, "paid_minor": 8_000}
    tried = api.post("/programs/try", draft | {"sale": sale, "customer": customer}).json()
    assert {each["rule"]: (each["kind"], each["amount"]) for each in tried["given"]} == {
        "base": ("value", 80),
        "first": ("value", 50),
        "noon": ("multiplier", 130),
    }
    later = api.post("/programs/try", draft | {"sale": sale, "at": "2026-11-21T13:00:00-03:00"}).json()
    assert [each["rule"] for each in later["given"]] == ["base"]
    took_part = api.post("/programs/try", draft | {"participation": "event"}).json()
    assert (took_part["unit"], took_part["total"], len(took_part["missed"])) == ("points", 30, 3)
    assert took_part["given"][0]["explanation"].startswith("Participação: ")
    english = api.post("/programs/try", draft | {"participation": "x"}, Accept_Language="en").json()
    assert {each["reason"]["message"] for each in english["missed"]} != {
        each["reason"]["message"] for each in took_part["missed"]
    }


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"sale": None, "kind": "coins"}, "invalid", "kind"),
        ({"participation": "event"}, "invalid", "body"),
        ({"sale": SALE | {"paid_minor": 10_001}}, "invalid", "sale.paid_minor"),
        ({"sale": SALE | {"items": [{"sku": "V1", "unit_minor": -1}]}}, "invalid", "sale.items.0.unit_minor"),
        ({"sale": SALE | {"store": "praia"}}, "store_unknown", "sale.store"),
        ({"at": "2026-11-21T12:30:00"}, "invalid", "at"),
        ({"customer": {"nth": 0}}, "invalid", "customer.nth"),
        ({"kind": "points"}, "rule_invalid", "rules.0.effect"),
        ({"spec": {"rules": []}}, "rule_invalid", "rules"),
    ],
)
def test_what_cannot_be_tried_is_named(
    boreal: TenantInfo, api: Caller, change: dict[str, Any], code: str, field: str
) -> None:
    add_store(tenant=boreal.id, code="praia", name="Loja da Praia")  # theirs, not ours
    assert field in problem(api.post("/programs/try", TRY | change), 400, code)["errors"]


def test_trying_needs_the_scope_of_reading_rules(aurora: TenantInfo, caller: Callable[..., Any]) -> None:
    assert caller(aurora, "programs:read").post("/programs/try", TRY, key=None).status_code == 200
    problem(caller(aurora, "programs:write").post("/programs/try", TRY), 403, "scope_missing")
    theirs = {"rules": [{"key": "v", "effect": {"kind": "voucher", "coupon": str(new_id())}}]}
    problem(caller(aurora).post("/programs/try", TRY | {"spec": theirs}), 400, "rule_invalid", "rules.0.effect.coupon")


def test_a_programme_is_opened_from_a_starting_point(aurora: TenantInfo, api: Caller, rival: Caller) -> None:
    listed = {each["key"]: each for each in api.get("/programs/presets").json()["results"]}
    club = listed["club"]
    assert (club["name"], club["kind"], club["extras"]) == ("Clube", "points", ["tiers"])
    assert "1 ponto a cada R$\xa01,00." in club["sentence"]
    english = api.get("/programs/presets", Accept_Language="en").json()["results"]
    assert next(each["name"] for each in english if each["key"] == "club") != "Clube"
    opened = api.post("/programs/presets", {"preset": "club", "name": "Clube Aurora"}, key="once")
    assert (opened.status_code, opened.json()["name"]) == (201, "Clube Aurora")
    assert [rule["key"] for rule in opened.json()["current"]["spec"]["rules"]] == [
        rule["key"] for rule in club["spec"]["rules"]
    ]
    assert api.post("/programs/presets", {"preset": "club", "name": "Clube Aurora"}, key="once").json() == opened.json()
    problem(api.post("/programs/presets", {"preset": "club", "name": "Clube Aurora"}), 409, "slug_taken")
    assert [each["key"] for each in api.get("/tiers").json()["tiers"]] == ["bronze", "silver", "gold"]
    problem(rival.get("/tiers"), 404, "no_tiers")
    assert rival.get("/programs").json()["results"] == []


def test_extras_are_left_out_if_asked_and_gone_if_the_programme_cannot_be(api: Caller, rival: Caller) -> None:
    plain = api.post("/programs/presets", {"preset": "club", "with_extras": False}).json()
    assert plain["name"] == "Clube"
    problem(api.get("/tiers"), 404, "no_tiers")
    problem(api.post("/programs/presets", {"preset": "club"}), 409, "slug_taken")
    problem(api.get("/tiers"), 404, "no_tiers")
    problem(rival.post("/programs/presets", {"preset": "moon"}), 400, "invalid", "preset")


def test_opening_a_starting_point_needs_the_scope(aurora: TenantInfo, caller: Callable[..., Any]) -> None:
    reader = caller(aurora, "programs:read")
    assert reader.get("/programs/presets").status_code == 200
    problem(reader.post("/programs/presets", {"preset": "shop"}), 403, "scope_missing")


def test_a_programme_tells_how_much_of_its_budgets_is_used(aurora: TenantInfo, api: Caller, rival: Caller) -> None:
    rule = {"key": "base", "effect": {"kind": "percentage", "basis_points": 1000}, "limits": {"budget_minor": 1_000}}
    free = {"key": "site", "effect": {"kind": "percentage", "basis_points": 500}, "when": {"channels": ["site"]}}
    opened = [each.post("/programs", DRAFT | {"spec": {"rules": [rule, free]}}).json() for each in (api, rival)]
    sale = {"customer": {"phone": "11987654321", "name": "Ana"}, "store": "centro", "external_id": "1"}
    assert api.post("/purchases", sale | {"amount_minor": 4_000}).status_code == 201
    told = [
        each.get(f"/programs/{one['id']}").json()["budgets"] for each, one in zip((api, rival), opened, strict=True)
    ]
    assert told == [[{"rule": "base", "budget_minor": 1_000, "used_minor": used}] for used in (400, 0)]
