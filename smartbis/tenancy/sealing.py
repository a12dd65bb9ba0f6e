"""Personal data at rest: AES-256-GCM under a key per tenant, and keyed blind indexes for look-ups by equality.

A sealed value is `version (1 byte) | nonce (12) | ciphertext and tag`; the tenant, the place and the row are bound to
it as associated data, so that a value moved to another row does not open. The tenant's 64-byte key (32 for sealing, 32
for indexes) is wrapped by MASTER_KEY, which never enters the database.
"""

import hashlib
import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from smartbis.kernel.clock import now
from smartbis.tenancy.models import DataKey

_VERSION = b"\x01"
_NONCE = 12


class Unsealable(Exception):
    """A sealed value does not open: wrong key, wrong row, or changed bytes."""


def make_data_key(*, tenant: UUID) -> None:
    """Give a new tenant its key. Runs in the tenant's scope."""
    key, nonce = os.urandom(64), os.urandom(_NONCE)
    wrapped = nonce + AESGCM(settings.MASTER_KEY).encrypt(nonce, key, tenant.bytes)
    DataKey.objects.create(tenant_id=tenant, wrapped=wrapped, created_at=now())


@lru_cache(maxsize=4096)
def _keys(tenant: UUID) -> tuple[bytes, bytes]:
    wrapped = bytes(DataKey.objects.only("wrapped").get(version=1).wrapped)
    key = AESGCM(settings.MASTER_KEY).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], tenant.bytes)
    return key[:32], key[32:]


class Sealer:
    """Seals for one tenant. Made inside its scope; what it seals afterwards needs none."""

    def __init__(self, tenant: UUID) -> None:
        self._tenant = tenant
        self._key, _ = _keys(tenant)

    def seal(self, *, place: str, row: UUID, text: str) -> bytes:
        """The sealed form of `text`, which opens only for the same tenant, place and row."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + AESGCM(self._key).encrypt(nonce, text.encode(), _bound(self._tenant, place, row))


def seal(*, tenant: UUID, place: str, row: UUID, text: str) -> bytes:
    """The sealed form of `text`, which opens only for the same tenant, place and row."""
    return Sealer(tenant).seal(place=place, row=row, text=text)


def unseal(*, tenant: UUID, place: str, row: UUID, sealed: bytes | memoryview) -> str:
    """The text of a sealed value. Raises Unsealable."""
    value = bytes(sealed)
    if value[:1] != _VERSION:
        raise Unsealable(place)
    sealing, _ = _keys(tenant)
    nonce, ciphertext = value[1 : 1 + _NONCE], value[1 + _NONCE :]
    try:
        return AESGCM(sealing).decrypt(nonce, ciphertext, _bound(tenant, place, row)).decode()
    except InvalidTag as error:
        raise Unsealable(place) from error


def blind_index(*, tenant: UUID, kind: str, value: str) -> bytes:
    """32 bytes by which equal values of one kind are found within one tenant, and nothing else is learnt."""
    _, indexing = _keys(tenant)
    return hmac.new(indexing, f"{kind}\x1f{value}".encode(), hashlib.sha256).digest()


def _bound(tenant: UUID, place: str, row: UUID) -> bytes:
    return tenant.bytes + row.bytes + place.encode()
