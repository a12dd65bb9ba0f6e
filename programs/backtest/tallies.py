"""What a replay comes to, in sums that can be added up part by part. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from programs.backtest.listing import Listing
from programs.rules.spec import Rule

MOST_LISTED = 20
EXAMPLES = 5
# Upper ends (excluded) of the classes of a customer's difference, in the programme's unit; the last class has none.
STEPS = (-20_000, -5_000, -1_000, -100, 0, 1, 101, 1_001, 5_001, 20_001)


def count(counts: dict[str, int], more: Iterable[tuple[str, int]]) -> None:
    """Add to counts by name."""
    for name, number in more:
        counts[name] = counts.get(name, 0) + number


@dataclass
class RuleTally:
    """One rule of a side: how often it gave, how much in its unit, and what limits cut."""

    key: str
    name: str
    kind: str
    times: int = 0
    granted: int = 0
    reversed: int = 0
    times_cut: int = 0
    amount_cut: int = 0
    times_empty: int = 0
    cut_by: dict[str, int] = field(default_factory=dict)

    def note_cut(self, by: str, amount: int) -> None:
        """Count what a limit cut."""
        self.times_cut += 1
        self.amount_cut += amount
        self.cut_by[by] = self.cut_by.get(by, 0) + 1

    def add(self, other: "RuleTally") -> None:
        """Add another part's."""
        for name in ("times", "granted", "reversed", "times_cut", "amount_cut", "times_empty"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        count(self.cut_by, other.cut_by.items())


@dataclass
class SideTally:
    """One side: value in the programme's unit, points for tiers, pieces given, and each rule."""

    granted: int = 0
    reversed: int = 0
    tier_points: int = 0
    gifts: int = 0
    sales: int = 0
    rules: dict[str, RuleTally] = field(default_factory=dict)

    def rule(self, rule: Rule) -> RuleTally:
        """The tally of a rule."""
        found = self.rules.get(rule.key)
        if found is None:
            found = self.rules[rule.key] = RuleTally(rule.key, rule.name, rule.kind)
        return found

    def note_taken(self, rule: Rule, amount: int) -> int:
        """Count what was taken back of a rule's grant; how much of it is value."""
        self.rule(rule).reversed += amount
        if rule.kind == "tier":
            self.tier_points -= amount
            return 0
        if rule.kind == "gift":
            return 0
        self.reversed += amount
        return amount

    def add(self, other: "SideTally") -> None:
        """Add another part's."""
        for name in ("granted", "reversed", "tier_points", "gifts", "sales"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for key, each in other.rules.items():
            if key in self.rules:
                self.rules[key].add(each)
            else:
                self.rules[key] = each


@dataclass
class Figures:
    """Sales and refunds in minor units, and the net value of either side in the programme's unit."""

    sales: int = 0
    sales_minor: int = 0
    refunded_minor: int = 0
    live: int = 0
    draft: int = 0

    def add(self, other: "Figures") -> None:
        """Add another part's."""
        self.sales += other.sales
        self.sales_minor += other.sales_minor
        self.refunded_minor += other.refunded_minor
        self.live += other.live
        self.draft += other.draft


@dataclass
class Differences:
    """Where the ledger differs from the live rules replayed, for one reason."""

    times: int = 0
    replayed: int = 0
    awarded: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Differences") -> None:
        """Add another part's."""
        self.times += other.times
        self.replayed += other.replayed
        self.awarded += other.awarded
        self.examples = (self.examples + other.examples)[:EXAMPLES]


@dataclass
class Fidelity:
    """How the ledger compares with the live rules replayed: awards that agree, and the others by reason.

    `listed` has every one of the others; like customers it is kept apart from what is written.
    """

    awards: int = 0
    equal: int = 0
    reasons: dict[str, Differences] = field(default_factory=dict)
    listed: Listing = field(default_factory=Listing)

    def note(self, reason: str, purchase: bytes, rule: str, replayed: int, awarded: int) -> None:
        """Count a difference, and list it."""
        self.listed.note(purchase, rule, reason, replayed, awarded)
        found = self.reasons.setdefault(reason, Differences())
        found.times += 1
        found.replayed += replayed
        found.awarded += awarded
        if len(found.examples) < EXAMPLES:
            found.examples.append(purchase.hex())

    def add(self, other: "Fidelity") -> None:
        """Add another part's; what is listed is not carried along."""
        self.awards += other.awards
        self.equal += other.equal
        for reason, each in other.reasons.items():
            self.reasons.setdefault(reason, Differences()).add(each)


@dataclass
class Spent:
    """Past uses of balance under the draft's spending rules: refused, lowered, by obstacle; amounts in the unit."""

    uses: int = 0
    amount: int = 0
    refused: int = 0
    refused_amount: int = 0
    lowered: int = 0
    lowered_amount: int = 0
    obstacles: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Spent") -> None:
        """Add another part's."""
        for name in ("uses", "amount", "refused", "refused_amount", "lowered", "lowered_amount"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        count(self.obstacles, other.obstacles.items())


# store, tier, month
Cell = tuple[str, str, str]


@dataclass
class Tally:
    """Everything a part of a replay comes to. `customers` holds the nets of those whom the sides treat differently."""

    live: SideTally = field(default_factory=SideTally)
    draft: SideTally = field(default_factory=SideTally)
    cells: dict[Cell, Figures] = field(default_factory=dict)
    segments: dict[str, Figures] = field(default_factory=dict)
    fidelity: Fidelity = field(default_factory=Fidelity)
    spending: dict[str, Spent] = field(default_factory=dict)
    customers_seen: int = 0
    gaining: int = 0
    losing: int = 0
    steps: list[int] = field(default_factory=lambda: [0] * (len(STEPS) + 1))
    customers: list[tuple[bytes, int, int]] = field(default_factory=list)

    def cell(self, name: Cell) -> Figures:
        """The figures of a store, tier and month."""
        found = self.cells.get(name)
        if found is None:
            found = self.cells[name] = Figures()
        return found

    def segment(self, key: str) -> Figures:
        """The figures of a segment."""
        found = self.segments.get(key)
        if found is None:
            found = self.segments[key] = Figures()
        return found

    def note_customer(self, customer: bytes, live: int, draft: int) -> None:
        """Count a customer who bought in the period, by what the two sides leave them with."""
        self.customers_seen += 1
        difference = draft - live
        self.gaining += difference > 0
        self.losing += difference < 0
        self.steps[sum(1 for step in STEPS if difference >= step)] += 1
        if difference:
            self.customers.append((customer, live, draft))

    def add(self, other: "Tally") -> None:
        """Add another part's; customers are not carried along."""
        self.live.add(other.live)
        self.draft.add(other.draft)
        for cell, each in other.cells.items():
            self.cell(cell).add(each)
        for key, figures in other.segments.items():
            self.segment(key).add(figures)
        self.fidelity.add(other.fidelity)
        for what, spent in other.spending.items():
            self.spending.setdefault(what, Spent()).add(spent)
        self.customers_seen += other.customers_seen
        self.gaining += other.gaining
        self.losing += other.losing
        self.steps = [one + two for one, two in zip(self.steps, other.steps, strict=True)]

    def written(self) -> dict[str, Any]:
        """As JSON, but for the customers."""
        return {
            "live": asdict(self.live),
            "draft": asdict(self.draft),
            "cells": [[*cell, *_row(each)] for cell, each in self.cells.items()],
            "segments": [[key, *_row(each)] for key, each in self.segments.items()],
            "fidelity": {
                "awards": self.fidelity.awards,
                "equal": self.fidelity.equal,
                "reasons": {reason: asdict(each) for reason, each in self.fidelity.reasons.items()},
            },
            "spending": {what: asdict(each) for what, each in self.spending.items()},
            "customers": [self.customers_seen, self.gaining, self.losing],
            "steps": self.steps,
        }

    @classmethod
    def read(cls, written: dict[str, Any]) -> "Tally":
        """What was written."""
        found = cls()
        if not written:
            return found
        found.live, found.draft = _side(written["live"]), _side(written["draft"])
        found.cells = {(row[0], row[1], row[2]): Figures(*row[3:]) for row in written["cells"]}
        found.segments = {row[0]: Figures(*row[1:]) for row in written["segments"]}
        kept = written["fidelity"]
        reasons = {reason: Differences(**each) for reason, each in kept["reasons"].items()}
        found.fidelity = Fidelity(kept["awards"], kept["equal"], reasons)
        for what, each in written["spending"].items():
            found.spending[what] = Spent(**each)
        found.customers_seen, found.gaining, found.losing = written["customers"]
        found.steps = written["steps"]
        return found


def _row(figures: Figures) -> list[int]:
    return [figures.sales, figures.sales_minor, figures.refunded_minor, figures.live, figures.draft]


def _side(written: dict[str, Any]) -> SideTally:
    return SideTally(**{**written, "rules": {key: RuleTally(**each) for key, each in written["rules"].items()}})
