"""What may be taken in as a file; nothing is kept of what is refused."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from programs.imports import FileRefused, MappingRefused, imports_page, preview
from programs.imports import files as module
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.purchases.errors import CurrencyMismatch
from smartbis.purchases.selectors import purchases_page
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor
from tests.imports.loading import RETAIL_HEADER, errors, held, load, start, zipped

HEADER = "external_id,occurred_at,amount,store,customer_external_id,customer_name\n"


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", HEADER)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (_zip(), "not_text"),
        (HEADER.encode("utf-16"), "not_text"),
        (b"a,b\n\0\0\n", "not_text"),
        (gzip.compress(HEADER.encode() * 50, mtime=0)[:-9], "broken_gzip"),
        (b"a,b\n" + b"x" * 300_000, "line_too_long"),
        (b"a,b\n" + b"x" * 200_000 + b"\n" + b"y" * 300_000 + b"\nz,z\n", "line_too_long"),
        (",".join(f"c{n}" for n in range(101)).encode(), "too_many_columns"),
        (b"\n\n", "no_header"),
    ],
)
def test_a_file_that_is_no_table_is_refused(aurora: TenantInfo, data_dir: Path, data: bytes, reason: str) -> None:
    for refuse in (
        lambda: start(aurora, data),
        lambda: preview(tenant=aurora.id, file=io.BytesIO(data), kind="purchases"),
    ):
        with pytest.raises(FileRefused) as refusal:
            refuse()
        assert refusal.value.params["reason"] == reason
    assert list((data_dir / "imports").iterdir()) == []
    assert imports_page(tenant=aurora.id).items == ()


def test_what_unpacks_to_too_much_is_refused(aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PLAIN_BYTES", 1_000_000)
    with pytest.raises(FileRefused) as refusal:
        start(aurora, gzip.compress(b"a,b\n" * 1_000_000))
    assert refusal.value.params["reason"] == "too_large"
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(FileRefused):
        start(aurora, HEADER)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_survive_their_encoding(aurora: TenantInfo, encoding: str) -> None:
    from smartbis.customers.selectors import find_customer

    text = HEADER.replace(",", ";") + "A1;02/11/2026 10:00;129,90;centro;7;João “Jão” Conceição\n"
    info = load(aurora, text.encode(encoding))
    assert (info.made, info.rows_failed) == (1, 0)
    found = find_customer(tenant=aurora.id, external_id="7")
    assert found is not None
    assert found.name == "João “Jão” Conceição"


def test_a_mapping_that_does_not_fit_is_refused_before_a_row_is_read(aurora: TenantInfo, data_dir: Path) -> None:
    columns = {"external_id": "n", "occurred_at": "d", "amount": "v"}
    cases: list[tuple[object, type[InvalidInput] | type[StoreUnknown], str]] = [
        (None, MappingRefused, "external_id"),
        ("nothing-such", MappingRefused, "mapping"),
        ("online-retail", MappingRefused, "external_id"),
        ({"columns": {**columns, "amount": "w"}}, MappingRefused, "amount"),
        ({"columns": {**columns, "colour": "n"}}, MappingRefused, "colour"),
        ({"columns": columns}, MappingRefused, "store"),
        ({"columns": columns, "store": "centro", "timezone": "Mars/Base"}, MappingRefused, "timezone"),
        ({"columns": columns, "store": "centro", "decimal": "x"}, MappingRefused, "decimal"),
        ({"columns": columns, "store": "centro", "speed": "9"}, MappingRefused, "speed"),
        ({"columns": columns, "store": "centro", "currency": "USD"}, CurrencyMismatch, "currency"),
    ]
    for mapping, refusal, field in cases:
        with pytest.raises(refusal) as refused:
            start(aurora, "n,d,v\n1,2,3\n", mapping=mapping)
        assert field in getattr(refused.value, "errors", {field: ()})
    with pytest.raises(StoreUnknown):
        start(aurora, "n,d,v\n1,2,3\n", mapping={"columns": columns, "store": "mars"})
    with pytest.raises(InvalidInput):
        start(aurora, "n,d,v\n1,2,3\n", kind="feelings")
    with pytest.raises(PermissionMissing):
        start(aurora, HEADER, actor=actor("operator"))
    assert list((data_dir / "imports").iterdir()) == []
    assert imports_page(tenant=aurora.id).items == ()


def test_a_preview_shows_rows_and_suggests_columns(aurora: TenantInfo, data_dir: Path) -> None:
    text = "Número;Data;Valor;Loja;Telefone;Humor\n1;02/11/2026;10,00;centro;11987654821;bom\n"
    seen = preview(tenant=aurora.id, file=io.BytesIO(text.encode()), kind="purchases")
    assert seen.suggested == {
        "columns": {
            "external_id": "Número",
            "occurred_at": "Data",
            "amount": "Valor",
            "store": "Loja",
            "customer_phone": "Telefone",
        }
    }
    assert seen.rows == (("1", "02/11/2026", "10,00", "centro", "11987654821", "bom"),)
    assert (seen.delimiter, seen.encoding, seen.rows_total) == (";", "utf-8-sig", 1)
    assert any("Humor" in warning for warning in seen.warnings)
    assert list((data_dir / "imports").iterdir()) == []
    load(aurora, text, mapping=seen.suggested)


@pytest.mark.parametrize("mapping", [None, "preview"])
@pytest.mark.parametrize("called", ["Pagamento", "forma de pagamento", "payment_method"])
def test_columns_are_known_by_what_people_call_them(
    aurora: TenantInfo, boreal: TenantInfo, called: str, mapping: str | None
) -> None:
    text = f"número;data;valor;loja;{called}\n1;02/11/2026;10,00;centro;Pix\n"
    found = preview(tenant=aurora.id, file=io.BytesIO(text.encode()), kind="purchases").suggested
    load(aurora, text, mapping=found if mapping else None)
    (sale,) = purchases_page(tenant=aurora.id).items
    assert (sale.external_id, sale.payment_method) == ("1", "pix")
    assert purchases_page(tenant=boreal.id).items == ()


def test_a_preview_knows_the_preset_and_a_file_that_was_here_before(gifts: TenantInfo) -> None:
    text = zipped(RETAIL_HEADER + "\n1,2,MUG,1,2010-01-02 10:00,1.0,5,UK\n")
    seen = preview(tenant=gifts.id, file=io.BytesIO(text), kind="purchases")
    assert seen.suggested["preset"] == "online-retail"
    info = load(gifts, text, mapping=seen.suggested)
    assert (info.made, errors(gifts, info), held(gifts, "5")) == (1, [], 20)
    again = preview(tenant=gifts.id, file=io.BytesIO(text), kind="purchases")
    assert len(again.warnings) == len(seen.warnings) + 1
