"""What WhatsApp teaches about a customer: Meta's own form of their number, and Meta's user id."""

from uuid import UUID

import structlog

from messaging.optout import owners_of
from messaging.whatsapp.webhook_items import MovedItem
from smartbis.customers.errors import IdentityTaken
from smartbis.customers.selectors import customers_with_phone
from smartbis.customers.services import add_identity, propose_merge
from smartbis.kernel.errors import DomainError

log = structlog.get_logger(__name__)

# Why two customers may be one person.
WHATSAPP_ID, NUMBER_MOVED, SAME_ACCOUNT = "whatsapp_id", "number_moved", "same_account"


def learn_account(*, tenant: UUID, customer: UUID, wa_id: str, user_id: str) -> None:
    """Keep a customer's WhatsApp ids as Meta gives them; where somebody else has one, propose to merge the two.

    For Brazil the id may lack the ninth digit that the person's number has.
    """
    for kind, value in (("whatsapp", wa_id), ("bsuid", user_id)):
        if not value:
            continue
        try:
            add_identity(tenant=tenant, customer=customer, kind=kind, value=value)
        except IdentityTaken as error:
            if error.customer is not None:
                propose_merge(tenant=tenant, one=customer, other=error.customer, reason=WHATSAPP_ID)
        except DomainError as error:  # this one is gone: there is nothing to learn
            log.info("account.not_learnt", customer=str(customer), kind=kind, code=error.code)


def known_owner(*, tenant: UUID, wa_id: str, user_id: str) -> UUID | None:
    """The customer who writes from this account, by Meta's user id first; another one of its number is proposed."""
    owners = owners_of(tenant=tenant, wa_id=wa_id, user_id=user_id)
    for other in owners[1:]:
        propose_merge(tenant=tenant, one=owners[0], other=other, reason=SAME_ACCOUNT)
    return owners[0] if owners else None


def follow_account(*, tenant: UUID, item: MovedItem) -> bool:
    """Know a customer by their new number or user id from now on; False when the old one is nobody's.

    What they agreed to or stopped is kept on the customer, so it goes with them. Where the new number is another
    customer's already, nothing is taken from anybody: it is proposed to staff to merge the two.
    """
    customer = known_owner(tenant=tenant, wa_id=item.old_wa_id, user_id=item.old_user_id)
    if customer is None:
        return False
    holders = customers_with_phone(tenant=tenant, wa_id=item.new_wa_id) if item.new_wa_id else ()
    if any(holder.id != customer for holder in holders):
        for holder in holders:
            propose_merge(tenant=tenant, one=customer, other=holder.id, reason=NUMBER_MOVED)
        return True
    learn_account(tenant=tenant, customer=customer, wa_id=item.new_wa_id, user_id=item.new_user_id)
    return True
