"""QR codes that change: a voucher's token with the moment and a seal, so that a picture of one is soon worth nothing.

`SBV2`, the token, seconds since 1970 and the seal, in the alphabet of codes: QR's compact mode takes it as it is. The
seal is an HMAC-SHA-256 over brand, token and moment, cut to 65 bits; whoever forges one has two minutes for it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from smartbis.kernel.clock import now
from smartbis.kernel.codes import ALPHABET

# What is shown holds for one and a half to two minutes, and changes every half: a page that asks often is calm.
STEP_SECONDS = 30
LASTS = timedelta(seconds=120)
# Web processes whose clocks differ a little believe each other.
_LEEWAY = timedelta(seconds=30)
_PREFIX = "SBV2"
_TOKEN, _MOMENT, _SEAL = 26, 7, 13
_SALT = "vouchers.rotating"


@dataclass(frozen=True)
class Rotating:
    """A changing QR that was read: its voucher's token, and whether it is still of now."""

    token: str
    is_fresh: bool


def rotating_payload(*, tenant: UUID, token: str) -> str:
    """What a changing QR of this voucher holds now."""
    moment = _text(int(now().timestamp()) // STEP_SECONDS * STEP_SECONDS, _MOMENT)
    return f"{_PREFIX}{token}{moment}{_seal(tenant, token, moment)}"


def read_rotating(*, tenant: UUID, text: str) -> Rotating | None:
    """The changing QR in a scanned text; None when it is none, or not sealed by this brand."""
    text = text.strip().upper()
    body = text.removeprefix(_PREFIX)
    if body == text or len(body) != _TOKEN + _MOMENT + _SEAL or any(each not in ALPHABET for each in body):
        return None
    token, moment, seal = body[:_TOKEN], body[_TOKEN : _TOKEN + _MOMENT], body[_TOKEN + _MOMENT :]
    if not constant_time_compare(seal, _seal(tenant, token, moment)):
        return None
    age = now() - datetime.fromtimestamp(_number(moment), UTC)
    return Rotating(token, -_LEEWAY <= age <= LASTS)


def _seal(tenant: UUID, token: str, moment: str) -> str:
    digest = salted_hmac(_SALT, f"{tenant}:{token}:{moment}", algorithm="sha256").digest()
    return _text(int.from_bytes(digest) >> (len(digest) * 8 - _SEAL * 5), _SEAL)


def _text(number: int, length: int) -> str:
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range((length - 1) * 5, -1, -5))


def _number(text: str) -> int:
    total = 0
    for character in text:
        total = total * 32 + ALPHABET.index(character)
    return total
