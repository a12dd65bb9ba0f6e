"""Sessions of customers: a random token in a cookie, its hash in a row of the tenant."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from portal.infos import SessionInfo
from portal.models import PortalSession
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope

LIFE = timedelta(days=180)
IDLE = timedelta(days=30)
SEEN_EVERY = timedelta(hours=12)
LINK_LIFE = timedelta(hours=2)


def open_session(*, tenant: UUID, customer: UUID, by_link: bool = False) -> str:
    """Open a session and return its token of 256 random bits, which is kept nowhere.

    One opened by a message's link is for reading, and ends after two hours whatever is done in it.
    """
    token, at = secrets.token_urlsafe(32), now()
    with tenant_scope(tenant):
        PortalSession.objects.create(
            tenant_id=tenant,
            customer_id=customer,
            token_hash=hash_of(token),
            proof=PortalSession.Proof.LINK if by_link else PortalSession.Proof.CODE,
            created_at=at,
            expires_at=at + (LINK_LIFE if by_link else IDLE),
            last_seen_at=at,
        )
    return token


def see_session(*, tenant: UUID, session: SessionInfo) -> None:
    """Keep a session alive that is in use, to at most its whole life; writes twice a day at most.

    One that a link opened is not kept alive.
    """
    at = now()
    if not session.is_proven or at - session.last_seen_at < SEEN_EVERY:
        return
    with tenant_scope(tenant):
        row = PortalSession.objects.filter(id=session.id).first()
        if row is not None:
            row.last_seen_at, row.expires_at = at, min(at + IDLE, row.created_at + LIFE)
            row.save(update_fields=["last_seen_at", "expires_at"])


def end_session(*, tenant: UUID, token: str) -> None:
    """Sign out one browser. An unknown token ends nothing."""
    with tenant_scope(tenant):
        PortalSession.objects.filter(token_hash=hash_of(token)).delete()


def end_sessions(*, tenant: UUID, customer: UUID) -> None:
    """Sign a customer out everywhere."""
    with tenant_scope(tenant):
        PortalSession.objects.filter(customer_id=customer).delete()


def reassign_sessions(*, tenant: UUID, merged: UUID, into: UUID) -> None:
    """Make the sessions of a merged customer those of the one who stays."""
    with tenant_scope(tenant):
        PortalSession.objects.filter(customer_id=merged).update(customer_id=into)


def hash_of(token: str) -> bytes:
    """What is kept of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()
