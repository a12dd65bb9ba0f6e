"""Loading files in tests, as the queue's worker would."""

import gzip
import io
from datetime import UTC, datetime
from typing import Any

from programs.imports import ImportErrorInfo, ImportInfo, get_import, import_errors, start_import, undo_import, work_off
from programs.services import open_program
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import find_customer
from smartbis.ledger.selectors import balances
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_store, open_tenant
from tests.factories import actor
from tests.programs.conftest import CASHBACK_20

RETAIL_HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"


def make_gift_shop() -> TenantInfo:
    """A brand in pounds with one store, whose cashback began before its history does."""
    brand = open_tenant(slug="gifts", name="Gift Shop", currency="GBP", timezone="Europe/London")
    add_store(tenant=brand.id, code="shop", name="Shop")
    open_program(
        tenant=brand.id,
        name="Cashback",
        kind="cashback",
        spec=CASHBACK_20,
        actor=actor("owner"),
        effective_at=datetime(2009, 1, 1, tzinfo=UTC),
    )
    return brand


def start(brand: TenantInfo, text: str | bytes, kind: str = "purchases", **given: Any) -> ImportInfo:
    """Queue a file."""
    data = text.encode() if isinstance(text, str) else text
    given.setdefault("filename", "file.csv")
    given.setdefault("actor", actor("owner"))
    return start_import(tenant=brand.id, kind=kind, file=io.BytesIO(data), **given)


def finish(brand: TenantInfo, info: ImportInfo) -> ImportInfo:
    """Work until the import is at its end."""
    for _ in range(1_000):
        if not work_off(tenant=brand.id, import_id=info.id):
            break
    return get_import(tenant=brand.id, import_id=info.id)


def load(brand: TenantInfo, text: str | bytes, kind: str = "purchases", **given: Any) -> ImportInfo:
    """Queue a file and load it to its end."""
    return finish(brand, start(brand, text, kind, **given))


def take_back(brand: TenantInfo, info: ImportInfo) -> ImportInfo:
    """Undo an import to its end."""
    undo_import(tenant=brand.id, import_id=info.id, actor=actor("owner"))
    return finish(brand, info)


def refused(brand: TenantInfo, info: ImportInfo) -> list[tuple[int, str]]:
    """Line and code of each row that was not taken."""
    return [(each.line, each.code) for each in errors(brand, info)]


def noted(brand: TenantInfo, info: ImportInfo) -> list[tuple[int, str]]:
    """Line and code of each row that is kept as a note."""
    return [(each.line, each.code) for each in errors(brand, info, notes=True) if each.is_note]


def errors(brand: TenantInfo, info: ImportInfo, *, notes: bool = False) -> list[ImportErrorInfo]:
    """The rows that were not taken."""
    return list(import_errors(tenant=brand.id, import_id=info.id, notes=notes))


def customer_of(brand: TenantInfo, external_id: str) -> CustomerInfo:
    """The customer with this external id, who must be there."""
    customer = find_customer(tenant=brand.id, external_id=external_id)
    assert customer is not None
    return customer


def held(brand: TenantInfo, external_id: str, unit: str = "") -> int:
    """What a customer can spend, by their external id."""
    customer = find_customer(tenant=brand.id, external_id=external_id)
    if customer is None:
        return 0
    found = {each.unit: each.available for each in balances(tenant=brand.id, customer=customer.id)}
    return found.get(unit or brand.currency, 0)


def zipped(text: str) -> bytes:
    """A text as gzip."""
    return gzip.compress(text.encode())
