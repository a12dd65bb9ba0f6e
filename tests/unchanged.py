"""Proof that something did not happen: a brand's rows before and after are the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps

from smartbis.tenancy.backend.schema import tenant_column
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo

ROOMS = ("tenancy", "outbox", "customers", "purchases")


def rows_of(brand: TenantInfo, *rooms: str) -> dict[str, list[str]]:
    """Every row of the brand in these rooms, as text, by model."""
    rows = {}
    with tenant_scope(brand.id):
        for model in apps.get_models():
            if model._meta.app_label in rooms and tenant_column(model) == "tenant_id":
                mine = model._default_manager.filter(tenant_id=brand.id)
                rows[model._meta.label] = sorted(str(_plain(row)) for row in mine.values_list())
    return rows


def _plain(row: tuple[object, ...]) -> list[object]:
    return [bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value for value in row]


@contextmanager
def unchanged(*brands: TenantInfo, rooms: tuple[str, ...] = ROOMS) -> Iterator[None]:
    """Fail unless every row of the brands is the same afterwards."""
    before = [rows_of(brand, *rooms) for brand in brands]
    yield
    assert [rows_of(brand, *rooms) for brand in brands] == before
