"""What rules ask about a sale beyond the sale itself: whoever gathers facts reads no more than that."""

from collections.abc import Iterable
from dataclasses import dataclass

from programs.rules.spec import RuleSet


@dataclass(frozen=True)
class Needs:
    """Which facts some rule looks at."""

    nth: bool = False
    birthday: bool = False
    belonging: bool = False
    lines: bool = False
    catalogue: bool = False
    uses: bool = False
    hours: bool = False

    @property
    def member(self) -> bool:
        """Whether anything about the customer matters."""
        return self.nth or self.birthday or self.belonging

    @property
    def lock(self) -> bool:
        """Whether a fact is only sure while the customer's accounts are locked."""
        return self.nth or self.uses


def needs_of(rules: RuleSet) -> Needs:
    """What a set of rules asks."""
    return Needs(
        nth=any(rule.when.purchases for rule in rules.rules),
        birthday=any(rule.when.birthday for rule in rules.rules),
        belonging=any(rule.when.belonging for rule in rules.rules),
        lines=any(rule.when.chooses_lines or rule.when.minimum_quantity for rule in rules.rules),
        catalogue=any(rule.when.categories or rule.when.item_tags for rule in rules.rules),
        uses=any(rule.limits.counts for rule in rules.rules),
        hours=any(rule.when.hours for rule in rules.rules),
    )


def all_needs(needs: Iterable[Needs]) -> Needs:
    """What several sets ask together."""
    every = {id(each): each for each in needs}.values()  # the sales of a batch ask nearly all the same
    return Needs(**{name: any(getattr(each, name) for each in every) for name in vars(Needs())})
