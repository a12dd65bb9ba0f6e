"""The replay of events on the live rules and on a draft. Pure: events in, a tally out."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from programs.backtest.events import BackEvent, Belonging, Event, KeptAward, SaleEvent
from programs.backtest.fidelity import Ledger, compare, compare_taken_back
from programs.backtest.sides import Choice, Side, prepared
from programs.backtest.tallies import Figures, Spent, Tally, count
from programs.rules import Member, RuleSet, SaleFacts, spendable
from programs.rules.limits import counted
from programs.rules.spending import of_the_sale

# Makes a named tuple in half the time that its own constructor takes.
_new = tuple.__new__


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
        self._live = Side(_chooser(plan.versions), self._tally.live) if "live" in plan.sides else None
        draft = prepared(plan.draft, counted([plan.draft])[0])
        self._draft = Side(lambda _sale: draft, self._tally.draft) if "draft" in plan.sides else None
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
        return nth if sale.nth is None else sale.nth

    def _count(self, sale: SaleEvent) -> None:
        self._nth(sale)
        for side in (self._live, self._draft):
            if side is not None:
                side.count(sale)

    def _sell(self, sale: SaleEvent) -> None:
        facts = self._facts(sale)
        places = self._figures(sale)
        nets = self._nets.get(sale.customer)
        if nets is None:
            nets = self._nets[sale.customer] = [0, 0]
        live = draft = 0
        awards: dict[str, list[int]] = {}
        if self._live is not None:
            live, gains, emptied = self._live.sell(sale, facts)
            rules = self._live.rules_for(sale)
            awards = compare(self._tally.fidelity, self._plan.ledger, sale, rules, gains, emptied)
        if self._draft is not None:
            draft, _gains, _emptied = self._draft.sell(sale, facts)
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
        """The sale as both sides judge it."""
        return _new(
            SaleFacts,
            (
                sale.gross_minor,
                sale.paid_minor,
                self._plan.currency,
                sale.store,
                sale.moment,
                sale.channel,
                sale.payment_method,
                _member(self._nth(sale), sale.birthday, sale.belongs),
                sale.lines,
            ),
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
        """By what the draft asks of the sale: how much lay in the balance before is not known here."""
        used = sale.balance_used_minor
        found = spendable(
            of_the_sale(self._plan.draft.spending),
            available_minor=used,
            sale_minor=sale.gross_minor,
            store=sale.store,
            lines=sale.lines,
        )
        note_spending(self._tally, "sales", used, found.amount_minor, found.obstacles)

    def _take_back(self, back: BackEvent) -> None:
        sold = self._sold.get(back.purchase)
        live = self._taken(self._live, back, sold, sold.awards if sold else {})
        draft = self._taken(self._draft, back, sold, {})
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

    def _taken(self, side: Side | None, back: BackEvent, sold: _Sold | None, awards: dict[str, list[int]]) -> int:
        """What the side takes back of its value, also noted beside the ledger's `awards`."""
        if side is None:
            return 0
        value, taken = side.take_back(back, counts=sold is not None)
        for rule, amount in taken:
            if rule.key in awards:
                awards[rule.key][1] += amount
        return value


@lru_cache(maxsize=4_096)
def _member(nth: int, birthday: tuple[int, int] | None, belongs: Belonging) -> Member:
    """Members are alike: who they are is no fact."""
    return Member(nth, birthday, belongs)


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
    sets = [each.rules for each in versions]
    choices = [prepared(rules, keys) for rules, keys in zip(sets, counted(sets), strict=True)]
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
