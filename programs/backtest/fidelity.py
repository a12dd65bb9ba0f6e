"""The live rules replayed, held against what the ledger awarded: equal to the cent, or with a reason. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from programs.backtest.events import KeptAward, SaleEvent
from programs.backtest.tallies import Fidelity
from programs.rules import Gain, RuleSet
from programs.rules.spec import Rule

# Why the ledger may differ, the first that fits. What none explains is `unexplained`, and that would be a fault.
REASONS = (
    "before_first_version",
    "recorded_before_programme",
    "programme_paused",
    "amount_changed",
    "articles_changed",
    "membership_changed",
    "birthday_changed",
    "purchase_count_changed",
    "limit_used_otherwise",
    "other_rule_differs",
    "best_chosen_otherwise",
    "taken_back_otherwise",
    "unexplained",
)
_NONE: dict[str, list[int]] = {}


@dataclass(frozen=True)
class Ledger:
    """What is known of how the ledger came about: instants in microseconds since 1970; pauses from and until."""

    opened_at: int = 0
    first_version_at: int = 0
    pauses: tuple[tuple[int, int], ...] = ()

    def reason_for_nothing(self, sale: SaleEvent) -> str | None:
        """Why a sale earned nothing of a programme that would have given something."""
        if sale.recorded_at < self.opened_at:
            return "recorded_before_programme"
        if sale.occurred_at < self.first_version_at:
            return "before_first_version"
        if any(since <= sale.recorded_at < until for since, until in self.pauses):
            return "programme_paused"
        return None


def compare(
    fidelity: Fidelity, ledger: Ledger, sale: SaleEvent, live: RuleSet, gains: Sequence[Gain], emptied: Sequence[Rule]
) -> dict[str, list[int]]:
    """Count what agrees with the `live` rules and what does not.

    Answers with the awards (by rule) whose refunds are to be compared, as [kept, taken].
    """
    kept = sale.kept
    if not sale.comes_back and len(kept) == len(gains):
        awarded = {each.rule: each.granted for each in kept}
        if awarded == {gain[0].key: gain[3] for gain in gains}:
            fidelity.awards += len(kept)
            fidelity.equal += len(kept)
            return _NONE
    return _compare(fidelity, ledger, sale, live, gains, emptied)


def _compare(
    fidelity: Fidelity, ledger: Ledger, sale: SaleEvent, live: RuleSet, gains: Sequence[Gain], emptied: Sequence[Rule]
) -> dict[str, list[int]]:
    replayed = {gain[0].key: gain for gain in gains if gain[0].kind != "gift"}
    kept = {each.rule: each for each in sale.kept}
    concerned = {*kept, *(gain[0].key for gain in gains), *(rule.key for rule in emptied)}
    rules = {rule.key: rule for rule in live.rules if rule.key in concerned}
    limited = {rule.key for rule in emptied}
    open_awards: dict[str, list[int]] = {}
    for key in {**replayed, **kept}:
        one, other = replayed.get(key), kept.get(key)
        fidelity.awards += 1
        if one is not None and other is not None and one[3] == other.granted:
            fidelity.equal += 1
            open_awards[key] = [other.reversed, 0]
            continue
        reason = _reason(ledger, sale, rules, key, one, other, is_limited=key in limited)
        fidelity.note(reason, sale.purchase, key, one[3] if one else 0, other.granted if other else 0)
    return open_awards if sale.comes_back else _NONE


def _reason(
    ledger: Ledger,
    sale: SaleEvent,
    rules: dict[str, Rule],
    key: str,
    one: Gain | None,
    other: KeptAward | None,
    *,
    is_limited: bool,
) -> str:
    if not sale.kept and (why := ledger.reason_for_nothing(sale)):
        return why
    rule = rules.get(key)
    if rule is None:
        return "unexplained"
    if one is not None and other is not None and one[1] != other.base:
        return "articles_changed" if rule.when.chooses_lines else "amount_changed"
    own = _changed(rule)
    if own and (one is None or other is None):
        return own
    if is_limited or rule.limits.counts:
        return "limit_used_otherwise"
    if any(_changed(each) or each.limits.counts for each in rules.values()):
        return "other_rule_differs"
    if any(each.stacking.mode == "best" and each.limits.exist for each in rules.values()):
        return "best_chosen_otherwise"
    return "unexplained"


def _changed(rule: Rule) -> str | None:
    """The fact of a rule that may be another now than it was."""
    if rule.when.categories or rule.when.item_tags:
        return "articles_changed"
    if rule.when.belonging:
        return "membership_changed"
    if rule.when.birthday:
        return "birthday_changed"
    return "purchase_count_changed" if rule.when.purchases else None


def compare_taken_back(fidelity: Fidelity, purchase: bytes, awards: dict[str, list[int]]) -> None:
    """Hold what refunds took back of equal awards against what the ledger took back."""
    for key, (kept, taken) in awards.items():
        if kept != taken:
            fidelity.note("taken_back_otherwise", purchase, key, taken, kept)
