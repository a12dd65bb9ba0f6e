"""Stopping at once, on every form of a number, whether or not its owner is a customer. Inside the tenant's scope."""

from uuid import UUID

from smartbis.customers.infos import CATEGORIES, CategoryName
from smartbis.customers.selectors import consent_history, customers_with_phone, find_customer
from smartbis.customers.services import record_consent, suppress_phone
from smartbis.kernel.people import Actor

KEYWORD = "keyword"
WHATSAPP_CONTROL = "whatsapp_control"
MARKETING: tuple[CategoryName, ...] = ("marketing",)


def stop_number(
    *,
    tenant: UUID,
    wa_id: str,
    user_id: str = "",
    categories: tuple[CategoryName, ...] = CATEGORIES,
    basis: str = KEYWORD,
) -> None:
    """Withdraw consent of everybody who has this number in either form, and suppress the number itself."""
    for customer in owners_of(tenant=tenant, wa_id=wa_id, user_id=user_id):
        for category in categories:
            _withdraw(tenant, customer, category, basis)
    if wa_id:
        for category in categories:
            suppress_phone(tenant=tenant, category=category, wa_id=wa_id)


def stop_marketing(*, tenant: UUID, customer: UUID) -> None:
    """Meta refused a message because the person stopped marketing (131050)."""
    _withdraw(tenant, customer, "marketing", WHATSAPP_CONTROL)


def resume_marketing(*, tenant: UUID, wa_id: str, user_id: str = "") -> None:
    """Take back a stop that the person made with WhatsApp's own control.

    Only who had agreed to marketing before that stop agrees again: resuming alone is no consent to begin with.
    """
    for customer in owners_of(tenant=tenant, wa_id=wa_id, user_id=user_id):
        history = [each for each in consent_history(tenant=tenant, customer=customer) if each.category == "marketing"]
        stopped = bool(history) and not history[0].granted and history[0].basis == WHATSAPP_CONTROL
        before = next((each for each in history if each.basis != WHATSAPP_CONTROL), None)
        if stopped and before is not None and before.granted:
            record_consent(
                tenant=tenant,
                customer=customer,
                category="marketing",
                granted=True,
                basis=WHATSAPP_CONTROL,
                text_version=before.text_version,
                channel="whatsapp",
                actor=Actor(kind="customer", id=customer),
            )


def owners_of(*, tenant: UUID, wa_id: str, user_id: str) -> list[UUID]:
    """The customers known by this account, whoever has Meta's user id first. More than one should be one person."""
    found: list[UUID] = []
    if user_id and (customer := find_customer(tenant=tenant, bsuid=user_id)):
        found.append(customer.id)
    if wa_id:
        found += [customer.id for customer in customers_with_phone(tenant=tenant, wa_id=wa_id)]
    return list(dict.fromkeys(found))


def _withdraw(tenant: UUID, customer: UUID, category: CategoryName, basis: str) -> None:
    record_consent(
        tenant=tenant,
        customer=customer,
        category=category,
        granted=False,
        basis=basis,
        channel="whatsapp",
        actor=Actor(kind="customer", id=customer),
    )
