"""Customers found by what staff type."""

import re
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import CharField, Exists, Lookup, OuterRef, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from smartbis.customers.infos import CustomerInfo
from smartbis.customers.models import Customer, NameToken
from smartbis.customers.names import name_tokens
from smartbis.customers.selectors.people import customer_infos, find_customer, get_customers
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.tenancy.scope import tenant_scope

MAX_PAGE = 200

_NUMBER = re.compile(r"^[\d\s()+./-]{8,}$")


if TYPE_CHECKING:
    TextLookup = Lookup[str]
else:
    TextLookup = Lookup


@CharField.register_lookup
class PrefixOf(TextLookup):
    """`column ^@ text`: starts with. Leakproof, so the index serves it under row-level security, unlike LIKE."""

    lookup_name = "prefix"

    def as_sql(self, compiler: SQLCompiler, connection: object) -> tuple[str, list[object]]:  # type: ignore[override]
        left, left_params = self.process_lhs(compiler, connection)  # type: ignore[arg-type]
        right, right_params = self.process_rhs(compiler, connection)  # type: ignore[arg-type]
        return f"{left} ^@ {right}", [*left_params, *right_params]


def customers_by_name(*, tenant: UUID, prefix: str, limit: int = 5) -> tuple[CustomerInfo, ...]:
    """Customers whose name has a word that starts like each word of `prefix`; accents and case do not count."""
    words = _words(prefix)
    if not words:
        return ()
    size = max(1, min(limit, MAX_PAGE))
    with tenant_scope(tenant, read_only=True):
        # By the index's own order, so that a short prefix in a large tenant stops after a few rows. Twice the limit,
        # since two words of one name may both match.
        tokens = NameToken.objects.filter(tenant_id=tenant, token__prefix=words[0])
        for word in words[1:]:
            tokens = tokens.filter(_has_word(tenant, OuterRef("customer_id"), word))
        found = tokens.order_by("token", "customer_id").values_list("customer_id", flat=True)[: size * 2]
        order = list(dict.fromkeys(found))[:size]
        infos = get_customers(tenant=tenant, customers=order)
        return tuple(infos[customer] for customer in order if customer in infos)


def customers_page(
    *, tenant: UUID, search: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[CustomerInfo]:
    """Customers, newest first; `search` is a phone, CPF, e-mail address or external id in full, or a name's beginning.

    Erased customers are not listed. Raises InvalidCursor.
    """
    size = max(1, min(limit, MAX_PAGE))
    with tenant_scope(tenant, read_only=True):
        text = (search or "").strip()
        if text and cursor is None:
            exact = _by_identity(tenant, text)
            if exact:
                return Page((exact,))
        rows = _named(tenant, text) if text else _active(tenant)
        if rows is None:
            return Page(())
        ids = list(_after(rows, cursor).values_list("id", "enrolled_at")[: size + 1])
        chosen = Customer.objects.filter(tenant_id=tenant, id__in=[row[0] for row in ids[:size]])
        items = tuple(customer_infos(tenant, chosen.order_by("-enrolled_at", "-id")))
        more = len(ids) > size
        last = ids[size - 1] if more else None
        return Page(items, encode_cursor(last[1].isoformat(), last[0]) if last else None)


def customer_count(*, tenant: UUID, since: datetime | None = None, until: datetime | None = None) -> int:
    """How many customers there are who are not erased, enrolled from `since` (inclusive) to `until` (exclusive)."""
    with tenant_scope(tenant, read_only=True):
        rows = _active(tenant)
        if since:
            rows = rows.filter(enrolled_at__gte=since)
        if until:
            rows = rows.filter(enrolled_at__lt=until)
        return rows.count()


def _active(tenant: UUID) -> QuerySet[Customer]:
    return Customer.objects.filter(tenant_id=tenant, status=Customer.Status.ACTIVE)


def _named(tenant: UUID, text: str) -> QuerySet[Customer] | None:
    """Customers with every word's prefix; None when there is no word to search for."""
    words = _words(text)
    if not words:
        return None
    driver = NameToken.objects.filter(tenant_id=tenant, token__prefix=words[0]).values("customer_id")
    rows = _active(tenant).filter(id__in=driver)
    for word in words[1:]:
        rows = rows.filter(_has_word(tenant, OuterRef("pk"), word))
    return rows


def _words(text: str) -> list[str]:
    """The words of a search, the longest first: it narrows most, so it drives the index."""
    return sorted(name_tokens(text), key=len, reverse=True)


def _has_word(tenant: UUID, customer: OuterRef, word: str) -> Exists:
    return Exists(NameToken.objects.filter(tenant_id=tenant, customer_id=customer, token__prefix=word))


def _after(rows: QuerySet[Customer], cursor: str | None) -> QuerySet[Customer]:
    if cursor:
        parts = decode_cursor(cursor, 2)
        try:
            at, row = datetime.fromisoformat(parts[0]), UUID(parts[1])
        except ValueError as error:
            raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
        rows = rows.filter(Q(enrolled_at__lt=at) | Q(enrolled_at=at, id__lt=row))
    return rows.order_by("-enrolled_at", "-id")


def _by_identity(tenant: UUID, text: str) -> CustomerInfo | None:
    kinds = ["email"] if "@" in text else ["phone", "cpf"] if _NUMBER.match(text) else []
    for kind in [*kinds, "external_id"]:
        try:
            found = find_customer(tenant=tenant, **{kind: text})
        except InvalidInput:
            continue
        if found:
            return found
    return None
