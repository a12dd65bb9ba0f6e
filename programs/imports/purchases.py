"""A chunk of a purchases file: sales recorded and awarded together, returns put aside until every sale is in."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from programs.imports.errors import RowError
from programs.imports.people import NOBODY, Key, Person, customers_for
from programs.imports.reading import Row
from programs.imports.run import Run
from programs.imports.sales import (
    Document,
    SaleRow,
    amount_of,
    documents,
    names_customer,
    number_reader,
    sale_reader,
)
from programs.infos import SaleResult
from programs.models import ImportRow
from programs.selectors.articles import articles_by_sku
from programs.services.sales import record_sales
from smartbis.kernel.errors import InvalidInput
from smartbis.purchases.errors import PurchaseConflict
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.tenancy.selectors import stores

# What settles a chunk; it calls what it is given before it reads anything that depends on the chunk before.
Work = Callable[[Callable[[], None]], None]
SALES_A_CHUNK = 1_000
LINES_A_CHUNK = 10_000
LINES_APART = "lines_apart"


def chunks(run: Run, rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in chunks that end where a sale ends, as far as its lines stand together."""
    number = number_reader(run.mapping)
    chunk: list[Row] = []
    last, sales = "", 0
    for row in rows:
        here = number(row)
        if here != last:
            if sales >= SALES_A_CHUNK or len(chunk) >= LINES_A_CHUNK:
                yield chunk
                chunk, sales = [], 0
            last, sales = here, sales + 1
        chunk.append(row)
    if chunk:
        yield chunk


class Purchases:
    """Settles chunks of one purchases file."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.read: Callable[[Row], SaleRow] = sale_reader(run.mapping, run.brand)
        self.number = number_reader(run.mapping)
        self.needs_customer = names_customer(run.mapping)
        known = stores(tenant=run.tenant)
        self.stores: dict[str, UUID] = {store.code: store.id for store in known}
        self.only_store = known[0].code if len(known) == 1 else ""
        kept = ImportRow.objects.filter(batch_id=run.batch, state=ImportRow.State.SETTLED, code=LINES_APART)
        self.apart = {(number, store) for row in kept for number, store in row.payload["sales"]}

    def settle(self, rows: Sequence[Row]) -> None:
        """Record the chunk's sales, put its returns aside, refuse the rest row by row. Runs in the tenant's scope."""
        self.settling(rows)(lambda: None)

    def settling(self, rows: Sequence[Row]) -> Work:
        """The chunk read, which any thread may do before; what settles it is answered, and may be called again."""
        return partial(self._settle, documents(rows, self.read, self.number))

    def _settle(self, read: Sequence[Document], before_awards: Callable[[], None]) -> None:
        whole = [each for each in read if self._is_whole(each)]
        people = [Person(each.rows[0].customer, each.rows[0].customer_name, each.at) for each in whole]
        customers, strangers = customers_for(self.run, people)
        sales: list[tuple[Document, SaleDraft]] = []
        names = self._names(whole)
        for document in whole:
            key = document.rows[0].customer
            try:
                if key in strangers:
                    raise strangers[key]
                if document.is_return:
                    self._put_aside(document, customers.get(key))
                elif document.articles:
                    sales.append((document, self._draft(document, customers.get(key), names)))
                else:
                    self._note_all(document)
            except RowError as error:
                self._refuse(document, error)
        self._record(sales, before_awards)

    def _is_whole(self, document: Document) -> bool:
        """Whether all rows of a document are there, can be read and agree; if not, each is refused with its reason."""
        if document.broken:
            for row, error in document.broken:
                self.run.refuse(row.line, row.cells, error.code, error.detail)
            self._refuse(document, RowError("sale_incomplete"))
            return False
        first = document.rows[0]
        if first.quantity and not document.is_return and (first.number, first.store) in self.apart:
            self._refuse(document, RowError(LINES_APART))
            return False
        if any((row.customer, row.store, row.currency) != (first.customer, first.store, first.currency)
               for row in document.rows):  # fmt: skip
            self._refuse(document, RowError("rows_disagree"))
            return False
        return True

    def _names(self, whole: Sequence[Document]) -> dict[str, tuple[str, str]]:
        """Name and category from the brand's articles, for lines that lack one."""
        bare = {row.sku for each in whole for row in each.rows if row.sku and not (row.name and row.category)}
        return articles_by_sku(tenant=self.run.tenant, skus=bare) if bare else {}

    def _draft(self, document: Document, customer: UUID | None, names: dict[str, tuple[str, str]]) -> SaleDraft:
        first = document.rows[0]
        if first.currency != self.run.brand.currency:
            raise RowError("currency_mismatch", first.currency)
        return SaleDraft(
            customer=customer,
            store=self._store(first),
            amount_minor=amount_of(document),
            currency=first.currency,
            external_id=document.number,
            channel=first.channel,
            payment_method=first.payment_method,
            occurred_at=document.at,
            items=tuple(_item(row, names) for row in document.articles if row.quantity),
            operator=self.run.actor,
        )

    def _store(self, row: SaleRow) -> UUID:
        code = row.store or self.only_store
        if not code:
            raise RowError("store_missing")
        store = self.stores.get(code) or self.stores.get(code.lower())
        if store is None:
            raise RowError("store_unknown", code)
        return store

    def _record(self, sales: Sequence[tuple[Document, SaleDraft]], before_awards: Callable[[], None]) -> None:
        if not sales:
            return
        results = record_sales(
            tenant=self.run.tenant,
            sales=[draft for _, draft in sales],
            import_batch=self.run.batch,
            publish=False,
            before_awards=before_awards,
        )
        for (document, _draft), result in zip(sales, results, strict=True):
            if result.outcome is None:
                self._refuse(document, self._reason(document, result))
                continue
            tally = self.run.tally
            tally.done += len(document.rows)
            if result.outcome.repeated:
                tally.repeated += len(document.rows)
            else:
                tally.made += 1
                self._keep_extra(document, result.outcome.purchase.id)
            for row in document.rows:
                if not row.is_article:
                    self.run.note(row.row.line, row.row.cells, "not_an_article", row.sku, counts=False)

    def _reason(self, document: Document, result: SaleResult) -> RowError:
        error, there = result.error, result.there
        assert error is not None
        is_conflict, is_line = isinstance(error, PurchaseConflict), bool(document.rows[0].quantity)
        if is_conflict and is_line and there and there.import_batch == self.run.batch:
            return RowError(LINES_APART, str(there.id))
        if isinstance(error, InvalidInput) and error.code == "invalid":
            told = "; ".join(f"{name}: {said[0]}" for name, said in error.errors.items())
            return RowError(_code_of_field(error), told)
        return RowError(error.code, str(error.params.get("purchase", "")))

    def _keep_extra(self, document: Document, purchase: UUID) -> None:
        """Columns that belong to no field stay with the sale as a note, as its first row says them."""
        cells = document.rows[0].row.cells
        extra = [cells[place].strip() for place in self.run.mapping.extra if place < len(cells)]
        if any(extra):
            self.run.keep("extra", document.rows[0].row.line, extra, payload={"purchase": str(purchase)})

    def _put_aside(self, document: Document, customer: UUID | None) -> None:
        articles = document.articles
        for row in document.rows:
            if not row.is_article:
                self.run.note(row.row.line, row.row.cells, "not_an_article", row.sku)
        if not articles:
            return
        first = articles[0]
        if self.needs_customer and customer is None and first.customer == NOBODY and not first.refund_of:
            raise RowError("customer_missing")
        amounts = [row.amount for row in articles if row.amount is not None]
        payload: dict[str, Any] = {
            "number": document.number,
            "store": str(self._store(first)),
            "customer": str(customer) if customer else None,
            "refund_of": first.refund_of,
            "amount": amount_of(document) if amounts else None,
            "lines": [[row.row.line, row.sku, row.quantity, row.unit] for row in articles],
        }
        if self.run.dry_run and not first.refund_of:
            self.run.tally.done += len(articles)
            return
        self.run.keep(
            "waiting", first.row.line, [row.row.cells for row in articles], payload=payload, occurred_at=document.at
        )

    def _note_all(self, document: Document) -> None:
        for row in document.rows:
            self.run.note(row.row.line, row.row.cells, "not_an_article", row.sku)

    def _refuse(self, document: Document, error: RowError) -> None:
        for row in document.rows:
            self.run.refuse(row.row.line, row.row.cells, error.code, error.detail)


def _item(row: SaleRow, names: dict[str, tuple[str, str]]) -> ItemDraft:
    name, category = names.get(row.sku, ("", ""))
    return ItemDraft(row.sku, row.name or name, row.category or category, row.quantity, row.unit)


def _code_of_field(error: InvalidInput) -> str:
    if "occurred_at" in error.errors:
        return "instant_out_of_range"
    return "amount_invalid" if "amount_minor" in error.errors else "invalid"


__all__ = ["Key", "Purchases", "chunks"]
