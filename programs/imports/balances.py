"""A chunk of a balances file: what customers bring from another programme, with where it comes from and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from programs.imports.cells import reader
from programs.imports.errors import RowError
from programs.imports.people import NOBODY, Key, Person, customers_for, person_reader
from programs.imports.reading import Row
from programs.imports.run import Run
from programs.imports.values import money, whole_number
from programs.models import ImportRow
from programs.services.rewards import repayment
from smartbis.customers.selectors import merged_ids_of
from smartbis.kernel.units import POINTS, TIER_POINTS, is_currency, minor_digits
from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, lock_holders, post_all

MOST = 10**12


@dataclass(frozen=True, slots=True)
class _Opening:
    row: Row
    person: Key
    name: str
    unit: str
    amount: int
    number: str
    source: str
    reason: str

    def key(self, customer: UUID) -> str:
        """What makes this balance the same when it comes again: one for each source, unit, customer and number."""
        return f"opening:{self.source[:80]}:{self.unit}:{customer}:{self.number[:60]}"


class Balances:
    """Settles chunks of one balances file."""

    def __init__(self, run: Run) -> None:
        self.run = run
        fields = ("amount", "unit", "external_id", "source", "reason")
        self.get = {field: reader(run.mapping, field) for field in fields}
        self.person = person_reader(run.mapping)

    def settle(self, rows: Sequence[Row]) -> None:
        """Give the chunk's balances; the same ones again change nothing. Runs in the tenant's scope."""
        openings: list[_Opening] = []
        for row in rows:
            try:
                openings.append(self._read(row))
            except RowError as error:
                self.run.refuse(row.line, row.cells, error.code, error.detail)
        people = [Person(each.person, each.name) for each in openings]
        customers, strangers = customers_for(self.run, people)
        named = []
        for each in openings:
            if each.person in strangers:
                self.run.refuse(each.row.line, each.row.cells, strangers[each.person].code)
            else:
                named.append((each, customers[each.person]))
        self._give(named)

    def _give(self, named: Sequence[tuple[_Opening, UUID]]) -> None:
        if not named:
            return
        # Under the locks nobody can be merged: a holder says who the customer is by now.
        holders = lock_holders(tenant=self.run.tenant, customers={customer for _, customer in named})
        owners = [(each, holders[customer]) for each, customer in named]
        there = self._known(owners)
        fresh: list[tuple[_Opening, LockedHolder]] = []
        for each, holder in owners:
            amounts = there[each.key(holder.customer_id)]
            if not amounts:
                amounts.add(each.amount)
                fresh.append((each, holder))
            elif each.amount in amounts:
                self.run.tally.done += 1
                self.run.tally.repeated += 1
            else:
                self.run.refuse(each.row.line, each.row.cells, "opening_conflict", str(max(amounts)))
        if fresh:
            self._post(fresh)

    def _known(self, owners: Sequence[tuple[_Opening, LockedHolder]]) -> defaultdict[str, set[int]]:
        """The amounts given before, by the key of whose they are now: also those of who was merged into them since."""
        merged = merged_ids_of(tenant=self.run.tenant, customers={holder.customer_id for _, holder in owners})
        now_under = {
            each.key(customer): each.key(holder.customer_id)
            for each, holder in owners
            for customer in (holder.customer_id, *merged.get(holder.customer_id, ()))
        }
        rows = ImportRow.objects.filter(key__in=list(now_under), undone_at__isnull=True)
        there: defaultdict[str, set[int]] = defaultdict(set)
        for key, payload in rows.values_list("key", "payload"):
            there[now_under[key or ""]].add(payload["amount"])
        return there

    def _post(self, fresh: Sequence[tuple[_Opening, LockedHolder]]) -> None:
        holders = {holder.id: holder for _, holder in fresh}
        owed = {(holder.id, unit): each.owed for holder in holders.values() for unit, each in holder.balances.items()}
        moves: list[tuple[LockedHolder, Move]] = []
        places: list[int] = []
        for each, holder in fresh:
            places.append(len(moves))
            moves.append((holder, self._move(each)))
            if debt := min(owed.get((holder.id, each.unit), 0), each.amount):
                owed[holder.id, each.unit] -= debt
                paid = repayment(each.unit, debt, award=None, purchase=None)
                moves.append((holder, replace(paid, explanation={"key": "repaid_by_opening"})))
        written = post_all(tenant=self.run.tenant, moves=moves)
        for (each, holder), place in zip(fresh, places, strict=True):
            self.run.keep(
                "made",
                each.row.line,
                payload={
                    "customer": str(holder.customer_id),
                    "unit": each.unit,
                    "amount": each.amount,
                    "transfer": str(written[place].id),
                },
                key=each.key(holder.customer_id),
            )
            self.run.tally.done += 1
            self.run.tally.made += 1

    def _move(self, each: _Opening) -> Move:
        return Move(
            unit=each.unit,
            debit=Account.ADJUSTED,
            credit=Account.AVAILABLE,
            amount=each.amount,
            kind="opening",
            explanation={"key": "opening", "source": each.source, "reason": each.reason},
            import_batch=self.run.batch,
        )

    def _read(self, row: Row) -> _Opening:
        if row.problem:
            raise RowError(row.problem)
        cell = {field: read(row.cells) for field, read in self.get.items()}
        person, name = self.person(row.cells)
        if person == NOBODY:
            raise RowError("customer_missing")
        source = cell["source"] or self.run.mapping.setting("source")
        reason = cell["reason"] or self.run.mapping.setting("reason")
        if not source or not reason:
            raise RowError("reason_missing" if source else "source_missing")
        unit = self._unit(cell["unit"] or self.run.mapping.setting("unit"))
        amount = self._amount(cell["amount"], unit)
        return _Opening(row, person, name, unit, amount, cell["external_id"], source[:80], reason[:200])

    def _unit(self, text: str) -> str:
        if not text:
            return self.run.brand.currency
        if text.lower() in (POINTS, "pontos", "pts"):
            return POINTS
        if text.lower() in (TIER_POINTS, "pontos de nível"):
            return TIER_POINTS
        if text.upper() != self.run.brand.currency:
            raise RowError("currency_mismatch" if is_currency(text.upper()) else "unit_invalid", text)
        return text.upper()

    def _amount(self, text: str, unit: str) -> int:
        if not text:
            raise RowError("amount_missing")
        decimal = self.run.mapping.setting("decimal")
        amount = whole_number(text) if unit in (POINTS, TIER_POINTS) else money(text, minor_digits(unit), decimal)
        if amount <= 0:
            raise RowError("amount_not_positive", text)
        if amount > MOST:
            raise RowError("amount_too_large", text)
        return amount
