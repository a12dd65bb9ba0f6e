"""One customer's timeline: sales, value, vouchers, messages and consents in one order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from insights.selectors.names import rule_names
from messaging.selectors import messages_page
from programs.selectors import customer_statement
from smartbis.customers.selectors import consent_history, get_customer
from smartbis.purchases.selectors import purchases_of
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import stores
from vouchers.selectors import vouchers_of

Kind = Literal["enrolled", "sale", "value", "voucher", "message", "consent"]


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to a customer. `kind` chooses the words and the icon, `facts` fill them."""

    at: datetime
    kind: Kind
    id: UUID
    facts: dict[str, Any] = field(default_factory=dict)


def customer_timeline(*, tenant: UUID, customer: UUID, locale: str, limit: int = 60) -> list[TimelineEntry]:
    """The newest entries first, at most `limit`. Raises CustomerNotFound."""
    with tenant_scope(tenant, read_only=True):
        person = get_customer(tenant=tenant, customer=customer)
        entries = [
            TimelineEntry(person.enrolled_at, "enrolled", person.id, {"channel": person.channel}),
            *_sales(tenant, customer, limit),
            *_value(tenant, customer, locale, limit),
            *_vouchers(tenant, customer),
            *_messages(tenant, customer, limit),
            *_consents(tenant, customer),
        ]
    return sorted(entries, key=lambda entry: (entry.at, entry.kind, entry.id), reverse=True)[:limit]


def _sales(tenant: UUID, customer: UUID, limit: int) -> Iterator[TimelineEntry]:
    names = {store.id: store.name for store in stores(tenant=tenant, active_only=False)}
    for sale in purchases_of(tenant=tenant, customer=customer, limit=limit).items:
        facts = {
            "store": names.get(sale.store_id, ""),
            "amount_minor": sale.amount_minor,
            "refunded_minor": sale.refunded_minor,
            "currency": sale.currency,
            "status": sale.status,
            "number": sale.external_id,
        }
        yield TimelineEntry(sale.occurred_at, "sale", sale.id, facts)


def _value(tenant: UUID, customer: UUID, locale: str, limit: int) -> Iterator[TimelineEntry]:
    page = customer_statement(tenant=tenant, customer=customer, locale=locale, limit=limit, names_of=rule_names)
    for line in page.items:
        facts = {
            "title": line.title,
            "explanation": line.explanation,
            "unit": line.unit,
            "amount": line.amount,
            "pending_change": line.pending_change,
            "balance_after": line.balance_after,
        }
        yield TimelineEntry(line.at, "value", line.id, facts)


def _vouchers(tenant: UUID, customer: UUID) -> Iterator[TimelineEntry]:
    for voucher in vouchers_of(tenant=tenant, customer=customer):
        facts = {"name": voucher.coupon_name, "code": voucher.code_grouped, "status": voucher.status}
        yield TimelineEntry(voucher.issued_at, "voucher", voucher.id, {**facts, "step": "issued"})
        if voucher.used_at is not None:
            yield TimelineEntry(voucher.used_at, "voucher", voucher.id, {**facts, "step": "used"})
        if voucher.ended_at is not None and voucher.status in ("cancelled", "lapsed"):
            yield TimelineEntry(voucher.ended_at, "voucher", voucher.id, {**facts, "step": voucher.status})


def _messages(tenant: UUID, customer: UUID, limit: int) -> Iterator[TimelineEntry]:
    for message in messages_page(tenant=tenant, customer=customer, limit=limit).items:
        facts = {
            "template": message.template,
            "status": message.status,
            "direction": message.direction,
            "text": message.text,
        }
        yield TimelineEntry(message.created_at, "message", message.id, facts)


def _consents(tenant: UUID, customer: UUID) -> Iterator[TimelineEntry]:
    for consent in consent_history(tenant=tenant, customer=customer):
        facts = {"category": consent.category, "granted": consent.granted, "channel": consent.channel}
        yield TimelineEntry(consent.recorded_at, "consent", consent.id, facts)
