"""Making the links behind buttons. Inside the tenant's scope."""

import hashlib
import secrets
from datetime import datetime, timedelta

from messaging.models import Link, Message

# How long a link opens its page by itself, counted from when the message is handed to Meta.
LIFE = timedelta(hours=72)
# How long it is remembered after that, so that it still leads on to its page.
KEPT = timedelta(days=30)
_TOKEN_BYTES = 18


def new_link(message: Message, page: str, at: datetime) -> tuple[Link, str]:
    """A link that is not stored yet, and its token of 144 random bits, which is kept nowhere.

    Raises ValueError for a message to nobody's number.
    """
    if message.customer_id is None:
        raise ValueError("a link is bound to a customer")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = Link(
        tenant_id=message.tenant_id,
        message_id=message.id,
        customer_id=message.customer_id,
        token_hash=hash_of(token),
        page=page,
        created_at=at,
        expires_at=at + LIFE,
    )
    return row, token


def hash_of(token: str) -> bytes:
    """What is kept of a token. Random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()
