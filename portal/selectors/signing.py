"""Codes and sessions as views see them."""

from typing import Any
from uuid import UUID

from portal.infos import ChallengeInfo, SessionInfo
from portal.models import SignInChallenge
from portal.services.challenges import PHONE_PLACE, PROOF_LIFE, RESEND_AFTER
from portal.services.sessions import hash_of
from smartbis.kernel.clock import now
from smartbis.kernel.phones import mask_phone
from smartbis.tenancy.scope import Reading, read, tenant_scope
from smartbis.tenancy.sealing import unseal


def find_session(*, tenant: UUID, token: str) -> SessionInfo | None:
    """The session of a cookie's token, while it is good."""
    if not token:
        return None
    with tenant_scope(tenant, read_only=True):
        return read(session_reading(tenant, token))


_SESSION = "SELECT id, customer_id, last_seen_at, proof FROM portal_portalsession "
_SESSION += "WHERE tenant_id = %s AND token_hash = %s AND expires_at > %s"


def session_reading(tenant: UUID, token: str) -> Reading[SessionInfo | None]:
    """What `find_session` reads, to be read together with other things; remembered where nothing is written."""

    def make(rows: list[tuple[Any, ...]]) -> SessionInfo | None:
        return SessionInfo(*rows[0]) if rows else None

    return Reading(_SESSION, (tenant, hash_of(token), now()), make, ("session", token), only_in_reading=True)


def find_challenge(*, tenant: UUID, challenge: UUID) -> ChallengeInfo | None:
    """A code that was sent and has not been used up, though it may have run out."""
    with tenant_scope(tenant, read_only=True):
        row = SignInChallenge.objects.filter(id=challenge, closed_at__isnull=True).first()
        if row is None:
            return None
        phone = unseal(tenant=tenant, place=PHONE_PLACE, row=row.id, sealed=row.phone_sealed)
    return ChallengeInfo(
        id=row.id,
        phone_masked=mask_phone(phone),
        is_proven=row.proven_at is not None and row.proven_at + PROOF_LIFE > now(),
        resend_at=row.created_at + RESEND_AFTER,
        expires_at=row.expires_at,
    )
