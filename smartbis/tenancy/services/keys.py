"""API keys: `smb_<kind>_<8 characters>_<43 characters>`, shown once, kept as a hash.

The secret part holds 256 random bits, so a plain SHA-256 suffices (OWASP ASVS 5.0, 6.5.2).
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.codes import ALPHABET
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.errors import ApiKeyUnknown
from smartbis.tenancy.models import ApiKey
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import ApiKeyInfo, TenantInfo, _key_info, find_open_key
from smartbis.tenancy.services.audit import record_audit
from smartbis.tenancy.services.routes import add_route, drop_route

SCOPES = (
    "customers:read",
    "customers:write",
    "purchases:read",
    "purchases:write",
    "vouchers:read",
    "vouchers:write",
    "vouchers:redeem",
    "coupons:read",
    "coupons:write",
    "programs:read",
    "programs:write",
    "adjustments:read",
    "adjustments:write",
    "events:read",
    "events:write",
    "imports:write",
    "reports:read",
    "messages:read",
    "messages:write",
)
PUBLISHABLE_SCOPES = ("offers:read", "signals:write")


def create_api_key(
    *,
    tenant: UUID,
    name: str,
    scopes: Iterable[str] | None = None,
    kind: str = "secret",
    actor: Actor = SYSTEM,
) -> tuple[ApiKeyInfo, str]:
    """Make a key and return it with its secret, which is never shown again. Raises InvalidInput."""
    possible = PUBLISHABLE_SCOPES if kind == "publishable" else SCOPES
    chosen = sorted(set(possible if scopes is None else scopes))
    if set(chosen) - set(possible):
        raise InvalidInput({"scopes": [f"Choose from {', '.join(possible)}."]})
    prefix = f"smb_{'pk' if kind == 'publishable' else 'sk'}_" + "".join(secrets.choice(ALPHABET) for _ in range(8))
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(secret.encode()).digest()
    with tenant_scope(tenant):
        row = ApiKey.objects.create(
            tenant_id=tenant,
            name=name,
            kind=kind,
            prefix=prefix,
            hash=digest,
            scopes=chosen,
            created_at=now(),
        )
        add_route(tenant=tenant, kind="api_key", key=digest.hex())
        record_audit(tenant=tenant, actor=actor, action="key.create", object_kind="api_key", object_id=row.id)
        return _key_info(row), secret


def revoke_api_key(*, tenant: UUID, key: UUID, actor: Actor) -> None:
    """End a key at once. Raises ApiKeyUnknown."""
    with tenant_scope(tenant):
        row = ApiKey.objects.filter(id=key).first()
        if row is None:
            raise ApiKeyUnknown
        ApiKey.objects.filter(id=key, revoked_at=None).update(revoked_at=now())
        drop_route(tenant=tenant, kind="api_key", key=bytes(row.hash).hex())
        record_audit(tenant=tenant, actor=actor, action="key.revoke", object_kind="api_key", object_id=key)


def authenticate_key(secret: str) -> tuple[TenantInfo, ApiKeyInfo] | None:
    """The tenant and key that a secret stands for, or None. Notes its use about once a minute."""
    found = find_open_key(hashlib.sha256(secret.encode()).digest())
    if found is None:
        return None
    brand, key = found
    instant = now()
    if key.last_used_at is None or instant - key.last_used_at > timedelta(minutes=1):
        with tenant_scope(brand.id):
            ApiKey.objects.filter(id=key.id).update(last_used_at=instant)
    return found
