"""What WhatsApp teaches about a customer: Meta's own form of their number, and Meta's user id."""

from uuid import UUID

import structlog

from messaging.optout import owner_of
from messaging.whatsapp.webhook_items import MovedItem
from smartbis.customers.selectors import customers_with_phone
from smartbis.customers.services import add_identity
from smartbis.kernel.errors import DomainError

log = structlog.get_logger(__name__)


def learn_account(*, tenant: UUID, customer: UUID, wa_id: str, user_id: str) -> None:
    """Keep a customer's WhatsApp ids as Meta gives them, unless somebody else has them.

    For Brazil the id may lack the ninth digit that the person's number has.
    """
    for kind, value in (("whatsapp", wa_id), ("bsuid", user_id)):
        if not value:
            continue
        try:
            add_identity(tenant=tenant, customer=customer, kind=kind, value=value)
        except DomainError as error:  # another customer has it, or this one is gone: there is nothing to learn
            log.info("account.not_learnt", customer=str(customer), kind=kind, code=error.code)


def follow_account(*, tenant: UUID, item: MovedItem) -> bool:
    """Know a customer by their new number or user id from now on; False when the old one is nobody's.

    What they agreed to or stopped is kept on the customer, so it goes with them. Where the new number is another
    customer's already, nothing is taken from anybody: staff merge the two where they are one person.
    """
    customer = owner_of(tenant=tenant, wa_id=item.old_wa_id, user_id=item.old_user_id)
    if customer is None:
        return False
    holders = customers_with_phone(tenant=tenant, wa_id=item.new_wa_id) if item.new_wa_id else ()
    if any(holder.id != customer for holder in holders):
        log.info("account.of_another", customer=str(customer), holders=len(holders))
        return True
    learn_account(tenant=tenant, customer=customer, wa_id=item.new_wa_id, user_id=item.new_user_id)
    return True
