"""How often codes are sent and tried. Each code costs the brand a message, and each try is a guess.

Counted in PostgreSQL in transactions of their own, so that losing Redis opens nothing and a refusal rolls nothing back.
"""

from dataclasses import dataclass
from uuid import UUID

from smartbis.kernel.errors import TooManyAttempts
from smartbis.tenancy.counters import attempts, hit
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import blind_index

HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class Limit:
    """At most `count` in each window of `seconds`."""

    name: str
    count: int
    seconds: int


# A shop's guests share one address, so an address may ask for more than a number.
ADDRESS_HOUR = Limit("portal.send.address", 60, HOUR)
PHONE_HOUR = Limit("portal.send.phone.hour", 5, HOUR)
PHONE_DAY = Limit("portal.send.phone.day", 10, DAY)
TENANT_HOUR = Limit("portal.send.tenant.hour", 600, HOUR)
TENANT_DAY = Limit("portal.send.tenant.day", 5000, DAY)
# Five tries a code keep one number safe; these keep a great many numbers safe from a few guesses each.
WRONG_ADDRESS = Limit("portal.wrong.address", 40, HOUR)
WRONG_TENANT = Limit("portal.wrong.tenant", 400, HOUR)


def spend_a_code(*, tenant: UUID, phone: str, address: str) -> None:
    """Count one code to be sent. Raises TooManyAttempts, alike for numbers that are enrolled and that are not."""
    number, place = _blind(tenant, "portal.phone", phone), _blind(tenant, "portal.address", address)
    for limit, whose in (
        (ADDRESS_HOUR, place),
        (PHONE_HOUR, number),
        (PHONE_DAY, number),
        (TENANT_HOUR, ""),
        (TENANT_DAY, ""),
    ):
        _spend(tenant, limit, whose)


def spend_a_guess(*, tenant: UUID, address: str) -> None:
    """Count one wrong code. Raises TooManyAttempts."""
    _spend(tenant, WRONG_ADDRESS, _blind(tenant, "portal.address", address))
    _spend(tenant, WRONG_TENANT, "")


def check_guesses(*, tenant: UUID, address: str) -> None:
    """Raises TooManyAttempts for an address that tried too many wrong codes: also a right one has to wait then.

    All addresses together stop nobody, or a stranger could keep a brand's customers out.
    """
    name = f"{WRONG_ADDRESS.name}:{_blind(tenant, 'portal.address', address)}"
    if attempts(tenant=tenant, name=name, window_seconds=WRONG_ADDRESS.seconds) >= WRONG_ADDRESS.count:
        raise TooManyAttempts(retry_after=WRONG_ADDRESS.seconds, limit=WRONG_ADDRESS.name)


def _spend(tenant: UUID, limit: Limit, whose: str) -> None:
    allowance = hit(tenant=tenant, name=f"{limit.name}:{whose}", limit=limit.count, window_seconds=limit.seconds)
    if not allowance.allowed:
        raise TooManyAttempts(retry_after=allowance.retry_after, limit=limit.name)


def _blind(tenant: UUID, kind: str, value: str) -> str:
    """Numbers and addresses are personal data: counters know keyed hashes of them."""
    with tenant_scope(tenant, read_only=True):
        return blind_index(tenant=tenant, kind=kind, value=value).hex()[:40]
