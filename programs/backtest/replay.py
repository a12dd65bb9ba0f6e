"""The replay of events on the live rules and on a draft. Pure: events in, a tally out."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from programs.backtest.events import BackEvent, Belonging, Event, KeptAward, SaleEvent
from programs.backtest.fidelity import Ledger, compare, compare_taken_back
from programs.backtest.sides import Choice, Side, TakenBack, prepared
from programs.backtest.tallies import Figures, SideTally, Spent, Tally, count
from programs.rules import Gain, Member, Rule, RuleSet, SaleFacts, spendable


class Version(NamedTuple):
    """A published version of the programme's rules; `effective_at` in microseconds since 1970."""

    number: int
    effective_at: int
    rules: RuleSet


@dataclass(frozen=True)
class Plan:
    """What is to be replayed: the versions in force over time (oldest first), and the draft beside them.

    `is_shared` says that some limit holds for all customers together: then events come in the one order in which they
    were recorded; otherwise customer by customer.
    """

    currency: str
    versions: tuple[Version, ...]
    draft: RuleSet
    ledger: Ledger
    is_shared: bool = False
    sides: frozenset[str] = frozenset({"live", "draft"})


class _Sold:
    """What later refunds of a sale have to know."""

    __slots__ = ("awards", "places")

    def __init__(self, places: list[Figures], awards: dict[str, list[int]]) -> None:
        self.places = places
        self.awards = awards


class Replay:
    """Takes events in, one after the other; `done` gives what they came to."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._tally = Tally()
        self._live = Side(_chooser(plan.versions)) if "live" in plan.sides else None
        draft = prepared(plan.draft)
        self._draft = Side(lambda _sale: draft) if "draft" in plan.sides else None
        self._needs_spending = plan.draft.spending != RuleSet(()).spending
        self._customer: bytes | None = None
        self._nets: dict[bytes, list[int]] = {}
        self._bought: dict[bytes, int] = {}
        self._sold: dict[bytes, _Sold] = {}
        self._places: dict[tuple[str, Belonging, int, int], list[Figures]] = {}

    def run(self, events: Iterable[Event], *, beat: Callable[[int], None], every: int = 5_000) -> Tally:
        """Replay all; `beat` is told now and then how many sales of the period are through."""
        done = 0
        for event in events:
            if not self._plan.is_shared and event.customer != self._customer:
                self._next_customer(event.customer)
            if type(event) is SaleEvent:
                if event.counts:
                    self._sell(event)
                    done += 1
                    if done % every == 0:
                        beat(done)
                else:
                    self._count(event)
            else:
                self._take_back(event)  # type: ignore[arg-type]
        self._close()
        beat(done)
        return self._tally

    def _next_customer(self, customer: bytes) -> None:
        self._close()
        self._customer = customer
        self._bought.clear()
        for side in (self._live, self._draft):
            if side is not None:
                side.forget()

    def _close(self) -> None:
        """Count the customers that are through, and what the ledger kept of sales with refunds."""
        for customer, (live, draft) in self._nets.items():
            self._tally.note_customer(customer, live, draft)
        self._nets.clear()
        if self._live is not None:
            for purchase, sold in self._sold.items():
                compare_taken_back(self._tally.fidelity, purchase, sold.awards)
        self._sold.clear()

    def _nth(self, sale: SaleEvent) -> int:
        nth = self._bought.get(sale.customer, 0) + 1
        self._bought[sale.customer] = nth
        for each in sale.kept:
            if each.nth is not None:
                return each.nth
        return nth

    def _count(self, sale: SaleEvent) -> None:
        self._nth(sale)
        for side in (self._live, self._draft):
            if side is not None:
                side.count(sale)

    def _sell(self, sale: SaleEvent) -> None:
        tally = self._tally
        facts = self._facts(sale)
        places = self._figures(sale)
        nets = self._nets.get(sale.customer)
        if nets is None:
            nets = self._nets[sale.customer] = [0, 0]
        live = draft = 0
        awards: dict[str, list[int]] = {}
        if self._live is not None:
            gains, emptied = self._live.sell(sale, facts)
            live = _add(tally.live, gains, emptied)
            awards = compare(tally.fidelity, self._plan.ledger, sale, gains, emptied)
        if self._draft is not None:
            draft = _add(tally.draft, *self._draft.sell(sale, facts))
            if sale.balance_used_minor and self._needs_spending:
                self._spend(sale)
        nets[0] += live
        nets[1] += draft
        for place in places:
            place.live += live
            place.draft += draft
            if self._live is not None:
                place.sales += 1
                place.sales_minor += sale.gross_minor
        if sale.comes_back:
            self._sold[sale.purchase] = _Sold(places, awards)

    def _facts(self, sale: SaleEvent) -> SaleFacts:
        """The sale as both sides judge it; what an award remembers of the customer is believed."""
        birthday, day = sale.birthday, sale.moment.day
        for each in sale.kept:
            if each.birthday:
                birthday = (day.month, day.day)
        return SaleFacts(
            sale.gross_minor,
            sale.paid_minor,
            self._plan.currency,
            sale.store,
            sale.moment,
            sale.channel,
            sale.payment_method,
            Member(self._nth(sale), birthday, sale.belongs),
            sale.lines,
        )

    def _figures(self, sale: SaleEvent) -> list[Figures]:
        """Where the sale counts: in its store, tier and month, and in each segment."""
        day = sale.moment.day
        name = (sale.store, sale.belongs, day.year, day.month)
        found = self._places.get(name)
        if found is None:
            tiers = sorted(key for kind, key in sale.belongs if kind == "tier")
            segments = sorted(key for kind, key in sale.belongs if kind == "segment")
            cell = self._tally.cell((sale.store, tiers[0] if tiers else "", f"{day.year}-{day.month:02d}"))
            found = self._places[name] = [cell, *(self._tally.segment(key) for key in segments)]
        return found

    def _spend(self, sale: SaleEvent) -> None:
        used = sale.balance_used_minor
        found = spendable(
            self._plan.draft.spending,
            available_minor=used,
            sale_minor=sale.gross_minor,
            store=sale.store,
            lines=sale.lines,
        )
        note_spending(self._tally, "sales", used, found.amount_minor, found.obstacles)

    def _take_back(self, back: BackEvent) -> None:
        sold = self._sold.get(back.purchase)
        tally = self._tally
        live = self._taken(self._live, tally.live, back, sold)
        draft = self._taken(self._draft, tally.draft, back, None)
        if sold is not None:
            nets = self._nets.get(back.customer)
            if nets is None:
                nets = self._nets[back.customer] = [0, 0]
            nets[0] -= live
            nets[1] -= draft
            for place in sold.places:
                place.live -= live
                place.draft -= draft
                if self._live is not None:
                    place.refunded_minor += back.amount_minor
        if back.is_whole:
            self._bought[back.customer] = max(0, self._bought.get(back.customer, 0) - 1)

    def _taken(self, side: Side | None, tally: SideTally, back: BackEvent, sold: _Sold | None) -> int:
        """What the side takes back of its value, written down where the sale was in the period."""
        if side is None:
            return 0
        taken = side.take_back(back)
        if back.purchase not in self._sold:
            return 0
        total = 0
        for each in taken:
            total += _taken_of(tally, each)
            if sold is not None and each.rule.key in sold.awards:
                sold.awards[each.rule.key][1] += each.amount
        return total


def note_spending(tally: Tally, what: str, used: int, allowed: int, obstacles: Sequence[str]) -> None:
    """Count a past use of balance, of which the draft would have allowed so much."""
    spent = tally.spending.setdefault(what, Spent())
    spent.uses += 1
    spent.amount += used
    if allowed >= used:
        return
    if allowed == 0:
        spent.refused += 1
        spent.refused_amount += used
    else:
        spent.lowered += 1
        spent.lowered_amount += used - allowed
    count(spent.obstacles, ((each, 1) for each in obstacles[:1]))


def _chooser(versions: Sequence[Version]) -> Callable[[SaleEvent], Choice]:
    """The version that awarded the sale, or else the one in force then; the first for what is older."""
    choices = [prepared(each.rules) for each in versions]
    if len(choices) == 1:
        only = choices[0]
        return lambda _sale: only
    starts = [each.effective_at for each in versions]
    numbers = {each.number: choice for each, choice in zip(versions, choices, strict=True)}

    def choose(sale: SaleEvent) -> Choice:
        kept: tuple[KeptAward, ...] = sale.kept
        if kept and kept[0].version in numbers:
            return numbers[kept[0].version]
        return choices[max(0, bisect_right(starts, sale.occurred_at) - 1)]

    return choose


def _add(tally: SideTally, gains: Sequence[Gain], emptied: Sequence[Rule]) -> int:
    """Write down what a sale earned; the value in the programme's unit."""
    value = 0
    for rule, _base, wanted, amount, cut_by, _lines in gains:
        found = tally.rules.get(rule.key) or tally.rule(rule)
        found.times += 1
        found.granted += amount
        if cut_by is not None:
            found.times_cut += 1
            found.amount_cut += wanted - amount
            count(found.cut_by, ((cut_by, 1),))
        if found.kind == "tier":
            tally.tier_points += amount
        elif found.kind == "gift":
            tally.gifts += amount
        else:
            value += amount
    for rule in emptied:
        tally.rule(rule).times_empty += 1
    if value:
        tally.sales += 1
        tally.granted += value
    return value


def _taken_of(tally: SideTally, taken: TakenBack) -> int:
    tally.rule(taken.rule).reversed += taken.amount
    if taken.rule.kind == "tier":
        tally.tier_points -= taken.amount
        return 0
    if taken.rule.kind == "gift":
        return 0
    tally.reversed += taken.amount
    return taken.amount
