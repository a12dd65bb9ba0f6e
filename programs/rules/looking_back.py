"""A sale that was judged when it came in, looked at again: why each rule that gave nothing gave nothing. Pure.

What was given is kept, with the facts that decided; what was not given is not. So the rules of then are asked once
more, and an answer that rests on what may be otherwise by now says so.
"""

from collections.abc import Collection
from typing import NamedTuple

from programs.rules.conditions import Reason
from programs.rules.evaluate import Evaluator, Missed
from programs.rules.facts import SaleFacts
from programs.rules.spec import Period, Rule, RuleSet

_ABOUT_THE_CUSTOMER: frozenset[Reason] = frozenset(
    {
        "other_purchase",
        "not_birthday",
        "not_in_plan",
        "not_in_tier",
        "not_in_segment",
        "not_in_community",
        "without_tag",
    }
)
_ABOUT_ARTICLES: frozenset[Reason] = frozenset({"no_such_article", "nothing_paid", "below_minimum", "below_quantity"})
# Above any limit.
_ALL_OF_IT = 2**62


class Passed(NamedTuple):
    """A rule that gave nothing. Without a `reason` it would give something by what is known today.

    `limits` are those of which one left nothing; which one was not kept if there are several. `is_sure` unless the
    reason rests on what may have changed since the sale.
    """

    rule: Rule
    reason: Reason | None
    limits: tuple[str, ...] = ()
    is_sure: bool = True


def look_back(rules: RuleSet, facts: SaleFacts, given: Collection[str]) -> tuple[Passed, ...]:
    """Why those of the rules gave nothing whose key is not in `given`, in the rules' order.

    How much of a limit was left then is not kept. So each limited rule is asked as if it had all of it left, beside the
    others that gave nothing as if they had none: if it would have given something, a limit left nothing of it.
    """
    evaluator = Evaluator(rules)
    silent = [rule for rule in rules.rules if rule.key not in given]
    limited = {rule.key for rule in silent if rule.limits.counts}
    found = []
    for rule in silent:
        judged = evaluator.judge(facts, _UsedUp(limited - {rule.key}))
        found.append(_passed(rule, next((each for each in judged.missed if each.rule.key == rule.key), None)))
    return tuple(found)


class _UsedUp:
    """Uses that leave nothing of some rules' limits, and all of the others'."""

    def __init__(self, keys: Collection[str]) -> None:
        self._keys = keys

    def given(self, key: str, place: int, period: Period) -> int:
        return _ALL_OF_IT if key in self._keys else 0


def _passed(rule: Rule, missed: Missed | None) -> Passed:
    if missed is None:
        names = tuple(name for _place, _period, _most, name in rule.limits.checks)
        return Passed(rule, "limit_reached", names) if names else Passed(rule, None, is_sure=False)
    by = (missed.cut_by,) if missed.cut_by else ()
    return Passed(rule, missed.reason, by, is_sure=not _may_have_changed(rule, missed.reason))


def _may_have_changed(rule: Rule, reason: Reason) -> bool:
    asks_the_catalogue = bool(rule.when.categories or rule.when.item_tags)
    return reason in _ABOUT_THE_CUSTOMER or (asks_the_catalogue and reason in _ABOUT_ARTICLES)
