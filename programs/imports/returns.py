"""Returns, once every sale of the file is in: the oldest first, each found its sale, or kept as a note."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from programs.imports.matching import Stock
from programs.imports.run import Run, cells_of
from programs.models import ImportRow
from programs.services.refunds import hold_people_and_uses, vouchers_back
from programs.services.reversals import TakeBack, take_back
from smartbis.purchases.infos import RefundDraft, RefundItemDraft
from smartbis.purchases.selectors import get_purchases, purchases_by_number, refund_numbers, returnable_lines
from smartbis.purchases.services import add_refunds_in_bulk

RETURNS_A_CHUNK = 500


@dataclass
class _Return:
    """A return that waits: who brought back what under which number, and the sale it names, if any."""

    row: ImportRow
    number: str
    customer: UUID | None
    at: datetime
    store: UUID
    refund_of: str
    amount: int | None
    lines: list[tuple[int, str, int, int]]
    cells: tuple[list[str], ...]
    target: UUID | None = None
    missing: dict[int, str] = field(default_factory=dict)

    @property
    def refund_number(self) -> str:
        """The number its refunds are kept under."""
        if self.refund_of and self.refund_of != self.number:
            return self.number
        return self.number if self.target is None else f"{self.number[:60]}/{self.at:%Y%m%dT%H%M%S}/{self._worth}"

    @property
    def _worth(self) -> int:
        return self.amount if self.amount is not None else sum(quantity * unit for _, _, quantity, unit in self.lines)


def waiting(run: Run, limit: int = RETURNS_A_CHUNK) -> list[ImportRow]:
    """The oldest returns that still wait. Runs in the tenant's scope."""
    rows = ImportRow.objects.filter(batch_id=run.batch, state=ImportRow.State.WAITING)
    return list(rows.order_by("occurred_at", "line", "id")[:limit])


def settle_returns(run: Run, rows: Sequence[ImportRow]) -> None:
    """Refund the sales these returns belong to, in order, and note the rest. Runs in the tenant's scope."""
    returns = [_read(row) for row in rows]
    _find_named(run, returns)
    there = _there_already(run, returns)
    stock = _stock(run, returns)
    drafts: list[tuple[_Return, RefundDraft]] = []
    for each in returns:
        if each.target is not None:
            drafts.append((each, _named_refund(each, each.target)))
        elif each.refund_of:
            _refuse(run, each, "purchase_not_found", each.refund_of)
        elif each.customer and (each.customer, each.number) in there:
            run.tally.done += len(each.lines)
            run.tally.repeated += len(each.lines)
        else:
            drafts += [(each, draft) for draft in _matched(each, stock)]
            _note_missing(run, each)
    _refund(run, drafts)
    ImportRow.objects.filter(id__in=[row.id for row in rows]).update(state=ImportRow.State.SETTLED, sealed=None)


def _read(row: ImportRow) -> _Return:
    said = row.payload
    assert row.occurred_at is not None
    return _Return(
        row=row,
        number=said["number"],
        customer=UUID(said["customer"]) if said["customer"] else None,
        at=row.occurred_at,
        store=UUID(said["store"]),
        refund_of=said["refund_of"],
        amount=said["amount"],
        lines=[(line, sku, quantity, unit) for line, sku, quantity, unit in said["lines"]],
        cells=cells_of(row),
    )


def _find_named(run: Run, returns: Sequence[_Return]) -> None:
    """The sale a return names, or the one that has its very number."""
    wanted = {(each.store, each.refund_of or each.number) for each in returns}
    sales = purchases_by_number(tenant=run.tenant, numbers=wanted)
    for each in returns:
        each.target = sales.get((each.store, each.refund_of or each.number))


def _there_already(run: Run, returns: Sequence[_Return]) -> set[tuple[UUID, str]]:
    unnamed = [each for each in returns if each.target is None and not each.refund_of and each.customer]
    customers = {each.customer for each in unnamed if each.customer}
    return refund_numbers(tenant=run.tenant, customers=customers, numbers={each.number for each in unnamed})


def _stock(run: Run, returns: Sequence[_Return]) -> Stock:
    stock = Stock()
    unnamed = [each for each in returns if each.target is None and each.customer]
    if unnamed:
        lines = returnable_lines(
            tenant=run.tenant,
            wanted={(each.customer, sku) for each in unnamed if each.customer for _, sku, _, _ in each.lines if sku},
            before=max(each.at for each in unnamed),
        )
        stock.add(lines)
    return stock


def _named_refund(each: _Return, sale: UUID) -> RefundDraft:
    items = tuple(RefundItemDraft(sku=sku, quantity=quantity) for _, sku, quantity, _ in each.lines if sku and quantity)
    by_items = each.amount is None and items
    return RefundDraft(
        purchase=sale,
        external_id=each.refund_number,
        amount_minor=None if by_items else each.amount,
        items=items if by_items else (),
        occurred_at=each.at,
    )


def _matched(each: _Return, stock: Stock) -> list[RefundDraft]:
    """One refund for each sale that articles came from; `missing` says which lines found none or not enough."""
    found: dict[UUID, list[RefundItemDraft]] = {}
    for line, sku, quantity, unit in each.lines:
        taken = stock.take(each.customer, sku, unit, quantity, each.at) if each.customer and sku else []
        pieces = 0
        for sold, part in taken:
            pieces += part
            if sold.unit_minor:
                found.setdefault(sold.purchase_id, []).append(RefundItemDraft(quantity=part, position=sold.position))
            else:
                each.missing[line] = "return_worthless"
        if not pieces:  # also a bare amount, which names no article to look for
            each.missing[line] = "return_unmatched"
        elif pieces < quantity:
            each.missing[line] = "return_partly_matched"
    return [
        RefundDraft(purchase=sale, external_id=each.number, items=tuple(items), occurred_at=each.at)
        for sale, items in found.items()
    ]


def _note_missing(run: Run, each: _Return) -> None:
    for place, (line, sku, _quantity, _unit) in enumerate(each.lines):
        if line in each.missing:
            run.note(line, _cells(each, place), each.missing[line], sku)
        else:
            run.tally.done += 1


def _refund(run: Run, drafts: Sequence[tuple[_Return, RefundDraft]]) -> None:
    if not drafts:
        return
    named = get_purchases(tenant=run.tenant, purchases={draft.purchase for _, draft in drafts}, with_lines=False)
    hold_people_and_uses(run.tenant, named.values())
    results = add_refunds_in_bulk(
        tenant=run.tenant,
        drafts=[draft for _, draft in drafts],
        import_batch=run.batch,
        publish=False,
        actor=run.actor,
    )
    taken: list[TakeBack] = []
    for (each, _draft), result in zip(drafts, results, strict=True):
        if result.refund is None or result.purchase is None:
            _refuse(run, each, result.error.code if result.error else "invalid", counts=each.target is not None)
            continue
        if each.target is not None:
            run.tally.done += len(each.lines)
            run.tally.repeated += len(each.lines) if result.outcome == "repeated" else 0
        if result.outcome == "recorded":
            run.tally.refunds += 1
            # With its lines as this very refund left them: what they earned goes back with them.
            taken.append(TakeBack(result.purchase, result.refund, import_batch=run.batch))
    vouchers_back(run.tenant, [(each.purchase, each.refund) for each in taken], run.actor, publish=False)
    take_back(run.tenant, taken)


def _refuse(run: Run, each: _Return, code: str, detail: str = "", *, counts: bool = True) -> None:
    """Refuse a return's rows; those whose articles were matched are counted already and only noted."""
    for place, (line, _sku, _quantity, _unit) in enumerate(each.lines):
        if counts:
            run.refuse(line, _cells(each, place), code, detail)
        else:
            run.note(line, _cells(each, place), code, detail, counts=False)


def _cells(each: _Return, place: int) -> list[str]:
    return list(each.cells[place]) if place < len(each.cells) else []
