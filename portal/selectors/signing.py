"""Codes and sessions as views see them."""

from uuid import UUID

from portal.infos import ChallengeInfo, SessionInfo
from portal.models import PortalSession, SignInChallenge
from portal.services.challenges import PHONE_PLACE, PROOF_LIFE, RESEND_AFTER
from portal.services.sessions import hash_of
from smartbis.kernel.clock import now
from smartbis.kernel.phones import mask_phone
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import unseal


def find_session(*, tenant: UUID, token: str) -> SessionInfo | None:
    """The session of a cookie's token, while it is good."""
    if not token:
        return None
    with tenant_scope(tenant, read_only=True):
        row = PortalSession.objects.filter(token_hash=hash_of(token), expires_at__gt=now()).first()
    return SessionInfo(row.id, row.customer_id, row.last_seen_at) if row else None


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
