"""Which column means what: the fields of each kind, presets, suggestions, and a mapping made ready for reading."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from programs.imports.errors import MappingRefused

CUSTOMER = ("customer_phone", "customer_external_id", "customer_cpf", "customer_email", "customer_name")
IDENTITIES = CUSTOMER[:4]
ITEM = ("item_sku", "item_name", "item_category", "item_quantity", "item_unit")
FIELDS: dict[str, tuple[str, ...]] = {
    "purchases": (
        "external_id",
        "occurred_at",
        "amount",
        "store",
        "channel",
        "payment_method",
        "currency",
        "refund_of",
        *CUSTOMER,
        *ITEM,
    ),
    "customers": ("name", "phone", "external_id", "cpf", "email", "birthday", "consent_utility", "consent_marketing"),
    "products": ("sku", "name", "category", "tags"),
    "balances": (*CUSTOMER, "amount", "unit", "external_id", "source", "reason"),
    "vouchers": ("code", "value", "valid_until", "issued_at", *CUSTOMER),
}
# Each group: one of these columns must be there.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "purchases": (("external_id",), ("occurred_at",), ("amount", "item_unit")),
    "customers": (("phone", "external_id", "cpf", "email"),),
    "products": (("sku",), ("name", "category", "tags")),
    "balances": (IDENTITIES, ("amount",)),
    "vouchers": (("code",), ("value",)),
}
# What the file of errors says in front of a row's own columns; left out when the mended file comes back.
OWN_COLUMNS = ("_line", "_code", "_sentence", "_detail")
# What a mapping may say beside its columns, with the longest text each takes.
SETTINGS = {
    "currency": 3,
    "timezone": 64,
    "store": 60,
    "channel": 20,
    "decimal": 1,
    "date_format": 40,
    "unit": 12,
    "source": 80,
    "reason": 200,
    "consent_text": 40,
    "coupon": 36,
}
ONLINE_RETAIL = "online-retail"
PRESETS: dict[str, dict[str, Any]] = {
    ONLINE_RETAIL: {
        "columns": {
            "external_id": "Invoice",
            "occurred_at": "InvoiceDate",
            "item_sku": "StockCode",
            "item_name": "Description",
            "item_quantity": "Quantity",
            "item_unit": "Price",
            "customer_external_id": "Customer ID",
        },
        "currency": "GBP",
        "timezone": "Europe/London",
        "channel": "online",
        "decimal": ".",
        "not_articles": [
            "POST", "DOT", "C2", "D", "M", "S", "B", "ADJUST*", "BANK CHARGES", "AMAZONFEE", "CRUK", "TEST*",
        ],
    },
}  # fmt: skip
_ALIASES: dict[str, tuple[str, ...]] = {
    "external_id": ("number", "numero", "pedido", "order", "order_id", "invoice", "nota", "cupom", "venda", "id"),
    "occurred_at": ("date", "data", "datetime", "data_hora", "created_at", "invoice_date", "data_da_venda"),
    "amount": ("valor", "total", "valor_total", "saldo", "balance", "pontos", "points"),
    "store": ("loja", "store_code", "filial", "unidade"),
    "channel": ("canal",),
    "payment_method": ("pagamento", "forma_pagamento", "forma_de_pagamento", "meio_de_pagamento", "payment"),
    "currency": ("moeda",),
    "refund_of": ("devolucao_de", "estorno_de"),
    "customer_phone": ("phone", "telefone", "celular", "whatsapp", "fone"),
    "customer_external_id": ("customer_id", "cliente", "codigo_cliente", "cliente_id", "customer"),
    "customer_cpf": ("cpf",),
    "customer_email": ("email", "e_mail"),
    "customer_name": ("nome", "name", "nome_cliente", "cliente_nome"),
    "item_sku": ("sku", "stock_code", "codigo", "produto_codigo", "ean"),
    "item_name": ("description", "descricao", "produto", "item"),
    "item_category": ("category", "categoria", "grupo"),
    "item_quantity": ("quantity", "quantidade", "qtd", "qtde"),
    "item_unit": ("price", "preco", "preco_unitario", "valor_unitario", "unit_price"),
    "name": ("nome", "nome_completo", "description", "descricao", "produto"),
    "phone": ("telefone", "celular", "whatsapp", "fone"),
    "cpf": ("documento",),
    "email": ("e_mail", "mail"),
    "birthday": ("nascimento", "aniversario", "data_nascimento", "birth_date"),
    "consent_utility": ("aceita_avisos",),
    "consent_marketing": ("aceita_marketing", "opt_in", "marketing", "aceita_promocoes"),
    "sku": ("codigo", "stock_code", "ean", "codigo_produto"),
    "category": ("categoria", "grupo"),
    "tags": ("etiquetas",),
    "unit": ("unidade", "moeda", "tipo"),
    "source": ("origem", "sistema"),
    "reason": ("motivo",),
    "code": ("codigo", "voucher", "cupom"),
    "value": ("valor", "amount"),
    "valid_until": ("validade", "valido_ate", "expires_at", "vencimento"),
    "issued_at": ("emitido_em", "emissao"),
}


@dataclass(frozen=True)
class ReadyMapping:
    """A mapping made ready: the place of each field's column, the columns that belong to none, and the settings."""

    kind: str
    places: Mapping[str, int]
    extra: tuple[int, ...]
    header: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    no_articles: frozenset[str] = frozenset()
    no_article_starts: tuple[str, ...] = ()

    def setting(self, name: str) -> str:
        """A setting's text; empty when it is not given."""
        return self.settings.get(name, "")

    def is_article(self, sku: str) -> bool:
        """Whether a line with this code is something that is sold, not postage, a fee or a correction."""
        code = sku.upper()
        return code not in self.no_articles and not (self.no_article_starts and code.startswith(self.no_article_starts))


def complete(kind: str, mapping: str | Mapping[str, Any] | None, header: Sequence[str]) -> dict[str, Any]:
    """The mapping to keep: a preset by its name, a mapping (perhaps upon a `preset`), or one by the columns' names.

    Raises MappingRefused.
    """
    if isinstance(mapping, str):
        mapping = {"preset": mapping} if mapping else {}
    given = dict(mapping or {})
    preset = given.pop("preset", "")
    if preset and preset not in PRESETS:
        raise MappingRefused({"mapping": [f"There is no mapping called {str(preset)[:40]}."]})
    base = PRESETS.get(preset, {}) if kind == "purchases" else {}
    whole = {**base, **given}
    if preset:
        whole["preset"] = preset
    if not whole.get("columns"):
        whole["columns"] = by_names(kind, header)
    return whole


def by_names(kind: str, header: Sequence[str]) -> dict[str, str]:
    """The columns that are called exactly like fields; for other fields those called as people usually call them."""
    names = {_plain(name): name for name in reversed(header)}
    columns = {each: names[each] for each in FIELDS[kind] if each in names}
    free = {plain: name for plain, name in names.items() if name not in columns.values()}
    for each in FIELDS[kind]:
        for alias in () if each in columns else _ALIASES.get(each, ()):
            if alias in free:
                columns[each] = free.pop(alias)
                break
    return columns


def suggest(kind: str, header: Sequence[str]) -> dict[str, Any]:
    """A preset whose columns are all there, or columns by their names."""
    if kind == "purchases":
        for name, preset in PRESETS.items():
            if set(preset["columns"].values()) <= set(header):
                return {"preset": name, "columns": dict(preset["columns"])}
    return {"columns": by_names(kind, header)}


def ready(kind: str, mapping: Mapping[str, Any], header: Sequence[str]) -> ReadyMapping:
    """The mapping checked against the file's header. Raises MappingRefused with sentences by field."""
    errors: dict[str, list[str]] = {}
    columns = mapping.get("columns")
    if not isinstance(columns, Mapping):
        raise MappingRefused({"columns": ["Name a column for each field."]})
    places = _places(kind, columns, header, errors)
    settings = _settings(mapping, errors)
    codes = mapping.get("not_articles", ())
    if not isinstance(codes, list | tuple) or len(codes) > 200 or any(not isinstance(code, str) for code in codes):
        errors["not_articles"] = ["Give a list of codes."]
        codes = ()
    if errors:
        raise MappingRefused(errors)
    taken = set(places.values())
    upper = [code.upper() for code in codes if code.strip("*")]
    return ReadyMapping(
        kind=kind,
        places=places,
        extra=tuple(place for place, name in enumerate(header) if place not in taken and name not in OWN_COLUMNS),
        header=tuple(header),
        settings=settings,
        no_articles=frozenset(code for code in upper if not code.endswith("*")),
        no_article_starts=tuple(code.rstrip("*") for code in upper if code.endswith("*")),
    )


def _places(
    kind: str, columns: Mapping[str, Any], header: Sequence[str], errors: dict[str, list[str]]
) -> dict[str, int]:
    places: dict[str, int] = {}
    for each, name in columns.items():
        if each not in FIELDS[kind]:
            errors[str(each)[:60]] = ["There is no such field."]
        elif name in header:
            places[each] = header.index(name)
        elif name:
            errors[each] = [f"The file has no column {str(name)[:60]}."]
    for group in NEEDED[kind]:
        if not any(each in places for each in group) and not any(each in errors for each in group):
            errors[group[0]] = [f"A column is needed for {' or '.join(group)}."]
    return places


def _settings(mapping: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, str]:
    settings = {}
    for name, value in mapping.items():
        if name in ("columns", "preset", "not_articles"):
            continue
        if name not in SETTINGS:
            errors[str(name)[:60]] = ["There is no such setting."]
        elif not isinstance(value, str) or len(value) > SETTINGS[name]:
            errors[name] = [f"A text of at most {SETTINGS[name]} characters is needed."]
        elif value.strip():
            settings[name] = value.strip()
    _check_settings(settings, errors)
    return settings


def _check_settings(settings: Mapping[str, str], errors: dict[str, list[str]]) -> None:
    if settings.get("decimal", ".") not in (".", ","):
        errors["decimal"] = ["Choose . or ,"]
    if "timezone" in settings:
        try:
            ZoneInfo(settings["timezone"])
        except (ZoneInfoNotFoundError, ValueError):
            errors["timezone"] = ["There is no such time zone."]
    if "coupon" in settings:
        try:
            UUID(settings["coupon"])
        except ValueError:
            errors["coupon"] = ["There is no such coupon."]
    if "date_format" in settings:
        try:
            datetime.strptime(datetime(2001, 2, 3).strftime(settings["date_format"]), settings["date_format"])  # noqa: DTZ001, DTZ007
        except ValueError:
            errors["date_format"] = ["Use the forms of strptime, as in %d/%m/%Y %H:%M."]


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")
