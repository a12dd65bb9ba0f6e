"""Making the links behind buttons. Inside the tenant's scope."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from messaging.models import Link, Message
from smartbis.tenancy.statements import execute_rows, prepared_cursor

# How long a link opens its page by itself, counted from when the message is handed to Meta.
LIFE = timedelta(hours=72)
# How long it is remembered after that, so that it still leads on to its page.
KEPT = timedelta(days=30)
_TOKEN_BYTES = 18
_KEEP = """
INSERT INTO messaging_link (
    id, tenant_id, message_id, customer_id, token_hash, page, created_at, expires_at, used_at, taps)
SELECT id, %(tenant)s, message, customer, hash, page, made, ends, NULL, 0
FROM unnest(
    %(ids)s::uuid[], %(messages)s::uuid[], %(customers)s::uuid[], %(hashes)s::bytea[], %(pages)s::text[],
    %(made)s::timestamptz[], %(ends)s::timestamptz[]
) AS l(id, message, customer, hash, page, made, ends)
"""


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


def keep_links(links: Sequence[Link]) -> None:
    """Store new links, in one statement however many they are."""
    if not links:
        return
    columns = {
        "ids": [link.id for link in links],
        "messages": [link.message_id for link in links],
        "customers": [link.customer_id for link in links],
        "hashes": [link.token_hash for link in links],
        "pages": [link.page for link in links],
        "made": [link.created_at for link in links],
        "ends": [link.expires_at for link in links],
    }
    with prepared_cursor() as cursor:
        execute_rows(cursor, _KEEP, {**columns, "tenant": links[0].tenant_id})


def hash_of(token: str) -> bytes:
    """What is kept of a token. Random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()
