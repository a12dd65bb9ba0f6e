"""The editor's cards hold every rule whole: what is shown and sent back is the same rule."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings

from dashboard.brand.forms.rules import Editor
from dashboard.brand.rules.choices import RuleChoices
from programs.rules import Names, RuleSet, read_rules
from tests.programs.rule_strategies import RULE_SETS

LISTS: dict[str, list[tuple[str, str]]] = {
    name: [] for name in ("stores", "channels", "payment_methods", "participations", "plans", "tiers", "coupons")
}


def choices(kind: str = "points") -> RuleChoices:
    return RuleChoices(kind, "BRL", Names(), "pt_BR", LISTS)


def sent_back(rules: RuleSet, kind: str) -> RuleSet | None:
    """The rules after a browser was shown them and sent them again."""
    shown = Editor(choices=choices(kind), is_new=False, rules=rules)
    return Editor(choices=choices(kind), is_new=False, data=as_sent(shown), kept=rules).rules()


def as_sent(editor: Editor) -> QueryDict:
    """What a browser sends of an editor."""
    from dashboard.brand.forms.rules.editor import _sent

    data = QueryDict(mutable=True)
    forms: list[Any] = [*editor.cards, editor.version, *([editor.spending] if editor.spending else [])]
    for form in forms:
        sent = _sent(form)
        for name in sent:
            data.setlist(name, sent.getlist(name))
    data["count"] = str(len(editor.cards))
    return data


@given(rules=RULE_SETS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@pytest.mark.parametrize("kind", ["points", "cashback"])
def test_a_version_that_is_sent_back_unchanged_is_the_same(kind: str, rules: RuleSet) -> None:
    assert sent_back(rules, kind) == rules


EVERYTHING: dict[str, Any] = {
    "rules": [
        {
            "key": "base",
            "name": "Base",
            "effect": {"kind": "percentage", "basis_points": 1250},
            "when": {
                "stores": ["centro", "moema"],
                "channels": ["store"],
                "products": ["sku, with comma"],
                "categories": ["Pão"],
                "item_tags": ["novo"],
                "weekdays": [1, 7],
                "hours": [["08:00", "12:30"], ["22:00", "24:00"]],
                "from": "2026-12-01",
                "until": "2026-12-31",
                "purchases": {"from": 2},
                "birthday": "month",
                "plans": ["anual"],
                "tiers": ["ouro"],
                "segments": ["a"],
                "communities": ["b"],
                "tags": ["c"],
                "minimum_minor": 5001,
                "minimum_quantity": 2,
                "payment_methods": ["pix", "vale"],
            },
            "limits": {
                "per_purchase": 100,
                "per_customer": {"day": 200, "life": 9000},
                "per_rule": {"month": 100_000},
                "times_per_customer": {"week": 2},
                "budget_minor": 123_456,
            },
            "stacking": {"mode": "exclusive", "priority": 7},
            "base": "gross",
            "rounding": "ceil",
            "hold_days": 30,
        },
        {"key": "dobro", "effect": {"kind": "multiplier", "factor_bp": 12_345}},
    ],
    "spending": {
        "minimum_balance": 1000,
        "minimum_sale_minor": 5000,
        "maximum_share_bp": 5050,
        "excluded_products": ["x"],
        "excluded_categories": ["y"],
        "excluded_stores": ["moema"],
    },
}


def test_every_condition_limit_and_stacking_survives_the_form() -> None:
    rules = read_rules(EVERYTHING)
    assert sent_back(rules, "cashback") == rules
