"""What WhatsApp teaches about a customer: Meta's own form of their number, and Meta's user id."""

from uuid import UUID

import structlog

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
