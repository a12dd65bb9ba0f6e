"""Staff sign in with e-mail and password, slowly enough for guessing to be hopeless.

An attempt is counted before its password is looked at, in a transaction of its own, so that parallel guesses count too.
Answers are the same for addresses that exist and for those that do not.
"""

from datetime import UTC, datetime, timedelta

from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, TooManyAttempts
from smartbis.tenancy.models import SignInAttempt, User

WINDOW_SECONDS = 15 * 60
# One person at one place; one person wherever from; one place, where a whole shop may share an address.
PAIR_LIMIT, PERSON_LIMIT, PLACE_LIMIT = 5, 25, 60
_KEPT = timedelta(days=1)

_HIT = """
INSERT INTO tenancy_signinattempt (name, window_at, count) VALUES (%s, %s, 1)
ON CONFLICT (name, window_at) DO UPDATE SET count = tenancy_signinattempt.count + 1 RETURNING count
"""


class SignInRefused(DomainError):
    """No active person with this e-mail and password; nothing says which of them is wrong."""

    code = "sign_in_refused"
    http_status = 401
    sentence = "E-mail and password do not match."


def sign_in_person(*, email: str, password: str, address: str) -> User:
    """The person whose e-mail and password these are, for `django.contrib.auth.login`; `address` is the caller's.

    Raises SignInRefused, and TooManyAttempts (5 of a person from one address, 25 of a person, 60 of an address within
    a quarter of an hour), after which right passwords are refused too.
    """
    who = email.strip().lower()
    pair, person, place = (hashed("pair", who, address), hashed("person", who), hashed("place", address))
    for name, limit in ((place, PLACE_LIMIT), (pair, PAIR_LIMIT), (person, PERSON_LIMIT)):
        spend(name, limit)
    user = authenticate(None, username=who, password=password)
    if not isinstance(user, User):
        raise SignInRefused
    SignInAttempt.objects.filter(name__in=[pair, person]).delete()
    return user


def hashed(kind: str, *values: str) -> str:
    """The name of a counter: a keyed hash of whom it counts, never the person or place itself."""
    digest = salted_hmac(f"smartbis.sign_in.{kind}", "\n".join(values), algorithm="sha256").hexdigest()
    return f"{kind}:{digest[:48]}"


def spend(name: str, limit: int) -> None:
    """Count an attempt in a transaction of its own. Raises TooManyAttempts beyond the limit of this window."""
    seconds = int(now().timestamp())
    start = seconds - seconds % WINDOW_SECONDS
    window_at = datetime.fromtimestamp(start, UTC)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HIT, [name, window_at])
        count = int(cursor.fetchone()[0])
    if count == 1:
        SignInAttempt.objects.filter(window_at__lt=window_at - _KEPT).delete()
    if count > limit:
        raise TooManyAttempts(retry_after=max(1, start + WINDOW_SECONDS - seconds), limit=name.partition(":")[0])
