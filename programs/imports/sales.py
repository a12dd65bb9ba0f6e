"""Rows of a purchases file read, and joined to sales and returns. Pure but for the words of refusals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from programs.imports.cells import currency_of, reader
from programs.imports.errors import RowError
from programs.imports.mapping import IDENTITIES, ITEM, ReadyMapping
from programs.imports.people import Key, person_reader
from programs.imports.reading import Row
from programs.imports.values import fine_price, instant, line_value, money, quantity
from smartbis.tenancy.selectors import TenantInfo

MAX_MINOR = 10**12


_PLAIN = ("external_id", "occurred_at", "amount", "refund_of", "payment_method")
_PAYMENTS = {
    "dinheiro": "cash",
    "cash": "cash",
    "débito": "debit",
    "debito": "debit",
    "debit": "debit",
    "crédito": "credit",
    "credito": "credit",
    "credit": "credit",
    "pix": "pix",
}


@dataclass(slots=True)
class SaleRow:
    """One row read: a sale of its own, a line of one, or something given back (`is_return`).

    `amount` is what the row says of the amount, None when it says nothing; `quantity` and `unit` are those of an
    article (above zero, also when returned), both zero for a row without one.
    """

    row: Row
    number: str
    at: datetime
    amount: int | None
    quantity: int
    unit: int
    sku: str
    name: str
    category: str
    store: str
    channel: str
    payment_method: str
    currency: str
    customer: Key
    customer_name: str
    refund_of: str
    is_return: bool
    is_article: bool


@dataclass(slots=True)
class Document:
    """Rows that belong together: a sale with its lines, or what was given back under one number."""

    number: str
    is_return: bool
    rows: list[SaleRow] = field(default_factory=list)
    broken: list[tuple[Row, RowError]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """The time of its earliest line."""
        return min(row.at for row in self.rows)

    @property
    def articles(self) -> list[SaleRow]:
        """The lines that are sold or returned articles; postage, fees and corrections are not."""
        return [row for row in self.rows if row.is_article]


def sale_reader(mapping: ReadyMapping, brand: TenantInfo) -> Callable[[Row], SaleRow]:
    """A function that reads one row of a purchases file; it raises RowError for one that makes no sense."""
    cell = {name: reader(mapping, name) for name in mapping.places}
    nothing: Callable[[Sequence[str]], str] = lambda cells: ""  # noqa: E731
    get = {name: cell.get(name, nothing) for name in (*ITEM, *_PLAIN)}
    store, channel, currency = cell.get("store"), cell.get("channel"), cell.get("currency")
    person = person_reader(mapping)
    zone = mapping.setting("timezone") or brand.timezone
    pattern, decimal = mapping.setting("date_format"), mapping.setting("decimal")
    file_currency, digits = currency_of(mapping, brand.currency)
    file_store, file_channel = mapping.setting("store"), mapping.setting("channel") or "store"

    def read(row: Row) -> SaleRow:
        cells = row.cells
        number = get["external_id"](cells)
        if not number:
            raise RowError("external_id_missing")
        at_text = get["occurred_at"](cells)
        if not at_text:
            raise RowError("instant_missing")
        amount_text = get["amount"](cells)
        amount = money(amount_text, digits, decimal) if amount_text else None
        count, unit = _article(get["item_quantity"](cells), get["item_unit"](cells), digits, decimal)
        refund_of = get["refund_of"](cells)
        sku, name = get["item_sku"](cells), get["item_name"](cells)
        if amount is None and not (unit or sku or name):
            raise RowError("amount_missing")
        if not -MAX_MINOR <= (amount or 0) <= MAX_MINOR or abs(count) * unit > MAX_MINOR:
            raise RowError("amount_too_large", amount_text)
        customer, customer_name = person(cells)
        has_article = bool(sku or name or unit)
        return SaleRow(
            row=row,
            number=number,
            at=instant(at_text, zone, pattern),
            amount=amount,
            quantity=abs(count) if has_article else 0,
            unit=unit,
            sku=sku,
            name=name,
            category=get["item_category"](cells),
            store=(store(cells) if store else "") or file_store,
            channel=(channel(cells) if channel else "") or file_channel,
            payment_method=payment_of(get["payment_method"](cells)),
            currency=(currency(cells).upper() if currency else "") or file_currency,
            customer=customer,
            customer_name=customer_name,
            refund_of=refund_of,
            is_return=bool(refund_of) or count < 0 or (amount is not None and amount < 0),
            is_article=not sku or mapping.is_article(sku),
        )

    return read


def payment_of(text: str) -> str:
    """How a sale was paid, as rules name it: `dinheiro` and `Cash` are `cash`; what is not known stays as it is."""
    return _PAYMENTS.get(text.casefold(), text)


def _article(count: str, price: str, digits: int, decimal: str) -> tuple[int, int]:
    """How many, negative when returned, and the price of one; (0, 0) for a row that names neither."""
    if not price and not count:
        return 0, 0
    pieces = quantity(count, decimal) if count else (1, 1)
    if pieces[0] == 0:
        raise RowError("quantity_invalid", count)
    one = fine_price(price, digits, decimal) if price else (0, 1)
    size, unit = line_value((abs(pieces[0]), pieces[1]), one)
    return (-size if pieces[0] < 0 else size), unit


def documents(rows: Iterable[Row], read: Callable[[Row], SaleRow], number: Callable[[Row], str]) -> list[Document]:
    """Rows joined by their number, in the order in which numbers first appear.

    Rows with articles are lines of one sale; a row without one is a sale of its own, so that two of the same number
    are judged as repeats. A broken row spoils the document it belongs to, as far as its number can be read.
    """
    found: dict[object, Document] = {}
    broken: list[tuple[str, Row, RowError]] = []
    for row in rows:
        try:
            if row.problem:
                raise RowError(row.problem)
            line = read(row)
        except RowError as error:
            broken.append((number(row), row, error))
            continue
        key: object = (line.number, line.store, line.is_return, line.refund_of)
        if not line.quantity:
            key = (key, row.line)
        document = found.get(key)
        if document is None:
            document = found[key] = Document(line.number, line.is_return)
        document.rows.append(line)
    return _with_broken(list(found.values()), broken)


def _with_broken(whole: list[Document], broken: Sequence[tuple[str, Row, RowError]]) -> list[Document]:
    if not broken:
        return whole
    joined = {document.number: document for document in whole if document.rows[0].quantity}
    for number, row, error in broken:
        document = joined.get(number) if number else None
        if document is None:
            document = Document(number, is_return=False)
            whole.append(document)
            if number:
                joined[number] = document
        document.broken.append((row, error))
    return whole


def number_reader(mapping: ReadyMapping) -> Callable[[Row], str]:
    """A function that answers a broken row's number, or nothing when not even that can be read."""
    place = mapping.places["external_id"]

    def read(row: Row) -> str:
        is_shaped = row.problem in ("", "too_many_cells") and len(row.cells) > place
        return row.cells[place].strip()[:100] if is_shaped else ""

    return read


def amount_of(document: Document) -> int:
    """The amount of a sale, or of what is given back, above zero: the sum of its articles' lines, or what its rows say.

    Rows of articles may repeat the sale's total (then it holds, since the shop may have given a discount), or say each
    line's own. Raises RowError `amounts_disagree`, `amount_not_positive`.
    """
    lines = document.articles
    said = [line.amount for line in document.rows if line.amount is not None]
    if not said:
        amount = sum(line.quantity * line.unit for line in lines)
    elif len(said) == len(document.rows) and _says_each_line(document.rows):
        amount = sum(abs(line.amount or 0) for line in lines)
    elif len(set(said)) == 1:
        amount = abs(said[0])
    else:
        raise RowError("amounts_disagree", ", ".join(str(each) for each in sorted(set(said))[:5]))
    if amount <= 0:
        raise RowError("amount_not_positive", str(amount))
    if amount > MAX_MINOR:
        raise RowError("amount_too_large", str(amount))
    return amount


def _says_each_line(rows: Sequence[SaleRow]) -> bool:
    """Whether the rows' amounts are those of their lines rather than the total, said again and again."""
    if all(abs(row.amount or 0) == row.quantity * row.unit for row in rows):
        return True
    return len({row.amount for row in rows}) > 1 and not any(row.unit for row in rows)


def names_customer(mapping: ReadyMapping) -> bool:
    """Whether the file says whose sales they are."""
    return any(field in mapping.places for field in IDENTITIES)
