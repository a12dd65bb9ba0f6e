"""A whole version in the editor: its state travels as form fields, and what is done to it is done to those."""

import secrets
from typing import Any

from django.forms.widgets import ChoiceWidget
from django.http import QueryDict

from dashboard.brand.forms.rules.card import CONDITIONS, FIRST_VALUES, RuleCard, needed_of
from dashboard.brand.forms.rules.transport import fields_of, place_of, rule_of
from dashboard.brand.forms.rules.version import SpendingForm, VersionForm, spending_fields, worth_fields
from dashboard.brand.rules.choices import RuleChoices
from dashboard.brand.rules.faults import said
from programs.rules import InvalidRule, Rule, RuleSet, Spending, read_rule, read_rules, sentence
from programs.rules.spec import MAX_RULES
from smartbis.kernel.errors import InvalidInput

SPENDING = "spending"


class Editor:
    """The cards of a version and its common part. What its forms do not show stays as in `kept`."""

    def __init__(
        self,
        *,
        choices: RuleChoices,
        is_new: bool,
        rules: RuleSet | None = None,
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
        kept: RuleSet | None = None,
    ) -> None:
        self.choices, self.is_new, self.data = choices, is_new, data
        self.kept = kept or rules or RuleSet(())
        self.faults: list[str] = []
        self.states = [fields_of(rule) for rule in rules.rules] if rules else []
        first = {**(worth_fields(rules.point_value) if rules else {}), **(initial or {})}
        if data is not None:
            self.states = [RuleCard.raw(data, f"r{place}") for place in range(_count(data))]
        self.version = VersionForm(data, is_new=is_new, kind=choices.kind, initial=first)
        self.spending = self._spending_form(rules, data)
        self.cards = self._cards(bound=False)

    def do(self, action: str) -> str:
        """Change the list of cards as a button says (`add`, `up:2`, `condition:0:stores`); the id to focus then."""
        name, _colon, rest = action.partition(":")
        place_text, _colon, more = rest.partition(":")
        place = int(place_text) if place_text.isdecimal() and int(place_text) < len(self.states) else None
        focus = ""
        if name == "add" and len(self.states) < MAX_RULES:
            focus = self._insert(len(self.states), {"effect": _first_effect(self.choices.kind), "mode": "sum"})
        elif place is not None:
            focus = self._do_to_card(name, place, more)
        self.cards = self._cards(bound=False)
        return focus

    def _do_to_card(self, name: str, place: int, more: str) -> str:
        states = self.states
        if name == "copy" and len(states) < MAX_RULES:
            return self._insert(place + 1, dict(states[place]))
        if name == "remove":
            del states[place]
            return "add-rule"
        if name in ("up", "down"):
            other = place + (1 if name == "down" else -1)
            if 0 <= other < len(states):
                states[place], states[other] = states[other], states[place]
                return f"rule-{other}"
        if name == "condition" and more in CONDITIONS:
            shown = [*states[place].get("shown", []), more]
            states[place] = {**states[place], **FIRST_VALUES.get(more, {}), "shown": list(dict.fromkeys(shown))}
            return f"condition-{place}-{more}"
        if name == "drop" and more in CONDITIONS:
            cleared = {field: value for field, value in states[place].items() if field not in CONDITIONS[more][1]}
            states[place] = cleared | {"shown": [each for each in states[place].get("shown", []) if each != more]}
            return f"rule-{place}"
        return ""

    def _insert(self, place: int, state: dict[str, Any]) -> str:
        self.states.insert(place, state | {"key": f"r-{secrets.token_hex(4)}"})
        return f"rule-{place}"

    def is_valid(self) -> bool:
        """Whether every field can be read; binds the cards, so that they show what is wrong."""
        self.cards = self._cards(bound=True)
        fine = [card.is_valid() and _has_needed(card) for card in self.cards]
        if self.spending is not None:
            fine.append(self.spending.is_valid())
        return all([self.version.is_valid(), *fine])

    def spec(self) -> dict[str, Any]:
        """The version as JSON. After `is_valid`."""
        spec: dict[str, Any] = {"rules": [rule_of(card.cleaned_data) for card in self.cards]}
        spec[SPENDING] = self.spending.spending() if self.spending is not None else _kept(self.kept.spending)
        value = self.version.point_value() if self.choices.kind == "points" else None
        if self.choices.kind == "cashback" and self.kept.point_value:
            value = dict(vars(self.kept.point_value))
        if value:
            spec["point_value"] = value
        return spec

    def rules(self) -> RuleSet | None:
        """The rules as they stand, with what is wrong beside its field; None while something is."""
        if not self.is_valid():
            return None
        try:
            return read_rules(self.spec())
        except InvalidRule as error:
            self.refuse(error)
            return None

    def readable(self) -> RuleSet | None:
        """Those of the cards that can be read by themselves, before anything is judged together."""
        found = [rule for place, state in enumerate(self.states) if (rule := self._rule(state, place))]
        return RuleSet(tuple(found)) if found else None

    def refuse(self, error: InvalidInput) -> None:
        """Put what the domain found wrong beside the fields that it names."""
        for field, sentences in error.errors.items():
            words = [said(each) for each in sentences]
            if not self._put(field, words):
                self.faults += words

    def _put(self, field: str, words: list[str]) -> bool:
        parts = field.split(".")
        if parts[0] == "rules" and len(parts) > 2 and parts[1].isdigit() and int(parts[1]) < len(self.cards):
            card = self.cards[int(parts[1])]
            name = place_of(".".join(parts[2:]))
            on_card = {field.name for _name, _label, fields in card.conditions for field in fields}
            hidden = {each for _label, fields in CONDITIONS.values() for each in fields} - on_card
            card.add_error(name if name in card.fields and name not in hidden else None, words)
            return True
        if parts[0] == SPENDING and self.spending is not None and parts[-1] in self.spending.fields:
            self.spending.add_error(parts[-1], words)
            return True
        place = {"effective_at": "starts", "point_value.points": "worth_points", "point_value.minor": "worth_minor"}
        name = place.get(field, field)
        if name in self.version.fields:
            self.version.add_error(name, words)
            return True
        return False

    def sentences(self) -> list[str]:
        """Each card's rule as customers read it; empty where it is not complete."""
        return [self._sentence(state, place) for place, state in enumerate(self.states)]

    def _sentence(self, state: dict[str, Any], place: int) -> str:
        rule = self._rule(state, place)
        return self.say(rule) if rule else ""

    def _rule(self, state: dict[str, Any], place: int) -> Rule | None:
        card = self._bound(state, place)
        if not card.is_valid():
            return None
        try:
            return read_rule(rule_of(card.cleaned_data))
        except InvalidRule:
            return None

    def say(self, rule: Rule) -> str:
        """A rule as customers read it."""
        said_by = self.choices
        return sentence(rule, unit=said_by.unit, currency=said_by.currency, locale=said_by.locale, names=said_by.names)

    def _cards(self, *, bound: bool) -> list[RuleCard]:
        if bound:
            return [self._bound(state, place) for place, state in enumerate(self.states)]
        return [
            RuleCard(initial=state, prefix=f"r{place}", choices=self.choices) for place, state in enumerate(self.states)
        ]

    def _bound(self, state: dict[str, Any], place: int) -> RuleCard:
        """A card that judges its state, whether that was typed or comes from a rule."""
        if self.data is not None and _is_as_sent(self.data, state, place):
            return RuleCard(self.data, prefix=f"r{place}", choices=self.choices)
        shown = RuleCard(initial=state, prefix=f"r{place}", choices=self.choices)
        return RuleCard(_sent(shown), prefix=f"r{place}", choices=self.choices)

    def _spending_form(self, rules: RuleSet | None, data: QueryDict | None) -> SpendingForm | None:
        if self.choices.kind != "cashback":
            return None
        first = spending_fields(rules.spending if rules else Spending())
        return SpendingForm(data, prefix=SPENDING, choices=self.choices, initial=first)


def _count(data: QueryDict) -> int:
    text = data.get("count", "0")
    return min(int(text), MAX_RULES) if text.isdecimal() else 0


def _is_as_sent(data: QueryDict, state: dict[str, Any], place: int) -> bool:
    return data.get(f"r{place}-key") == state.get("key") and RuleCard.raw(data, f"r{place}") == state


def _sent(card: RuleCard) -> QueryDict:
    """What a browser would send of a card."""
    data = QueryDict(mutable=True)
    for field in card:
        value = field.value()
        prepared = field.field.prepare_value(value)
        if field.name == "hours":
            for start, end in value or []:
                data.appendlist(f"{field.html_name}-from", start)
                data.appendlist(f"{field.html_name}-until", end)
        elif isinstance(prepared, (list, tuple)):
            data.setlist(field.html_name, [str(each) for each in prepared])
        elif isinstance(field.field.widget, ChoiceWidget) and field.field.widget.allow_multiple_selected:
            data.setlist(field.html_name, [])
        elif isinstance(field.field.widget, ChoiceWidget):
            data[field.html_name] = "" if prepared is None else str(prepared)
        elif prepared is not None:
            data[field.html_name] = field.field.widget.format_value(prepared) or ""
    return data


def _has_needed(card: RuleCard) -> bool:
    """Whether the effect has its numbers; what is missing is said beside its field."""
    missing = {
        name: words for name, words in needed_of(card.cleaned_data["effect"]).items() if not card.cleaned_data.get(name)
    }
    for name, words in missing.items():
        card.add_error(name, words)
    return not missing


def _first_effect(kind: str) -> str:
    return "percentage" if kind == "cashback" else "per_unit"


def _kept(rules: Spending) -> dict[str, Any]:
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(rules).items()}
