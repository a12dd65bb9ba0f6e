"""What one version of a programme changes against another. Pure."""

from dataclasses import dataclass
from typing import Literal

from programs.rules.spec import Rule, RuleSet

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """A rule that came, went, or works otherwise now; `before` is None for a new one, `after` for one that is gone."""

    kind: Kind
    before: Rule | None
    after: Rule | None


@dataclass(frozen=True)
class Changes:
    """All that differs between two versions; the rules in the newer version's order, what is gone at the end."""

    rules: tuple[Change, ...]
    spending: bool
    point_value: bool

    def __bool__(self) -> bool:
        return bool(self.rules) or self.spending or self.point_value


def changes(before: RuleSet, after: RuleSet) -> Changes:
    """What `after` changes. A rule is the same rule while its key is; its place in the list is no difference."""
    found: list[Change] = []
    for rule in after.rules:
        old = before.rule(rule.key)
        if old is None:
            found.append(Change("added", None, rule))
        elif old != rule:
            found.append(Change("changed", old, rule))
    found += [Change("removed", rule, None) for rule in before.rules if after.rule(rule.key) is None]
    return Changes(tuple(found), before.spending != after.spending, before.point_value != after.point_value)
