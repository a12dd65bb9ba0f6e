"""Meta's webhook signature: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the raw body with the app secret>`."""

import hmac
from collections.abc import Iterable
from hashlib import sha256

_PREFIX = "sha256="


def signature_of(raw_body: bytes, app_secret: str) -> str:
    """The header value that Meta would send for this body."""
    return _PREFIX + hmac.new(app_secret.encode(), raw_body, sha256).hexdigest()


def is_signed(raw_body: bytes, header: str, app_secrets: Iterable[str]) -> bool:
    """Whether `header` is the signature of the raw bytes under one of the secrets (two while a secret rotates).

    Compared in constant time; every secret is tried, so that the time does not tell which one matched.
    """
    given = header.strip().encode("utf-8", "replace")
    matches = [hmac.compare_digest(given, signature_of(raw_body, secret).encode()) for secret in app_secrets]
    return any(matches)
