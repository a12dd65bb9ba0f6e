"""The cookies of a brand's portal: who is signed in, which code this browser has asked for, through whose link it
came, and who signed in on it before.

All live below the brand's own path, so that a browser signed in to two brands sends each only its own.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from portal.services.sessions import LIFE, LINK_LIFE

CHALLENGE_SECONDS = 30 * 60
REFERRAL_SECONDS = 30 * 24 * 3600
SEEN_SECONDS = 365 * 24 * 3600
MOST_SEEN = 5


@dataclass(frozen=True)
class Asked:
    """The code that this browser has asked for, and the page to go on to."""

    challenge: UUID
    next: str


def path_of(slug: str) -> str:
    """The path below which all of a brand's portal lies."""
    return f"/p/{slug}/"


def session_token(request: HttpRequest, slug: str) -> str:
    """The token that the browser brings, or nothing."""
    return request.COOKIES.get(_name("portal", slug), "")


def keep_session(response: HttpResponse, slug: str, token: str) -> None:
    """Sign the browser in, and forget the code that it took."""
    _set(response, _name("portal", slug), token, slug, int(LIFE.total_seconds()))
    forget_challenge(response, slug)


def keep_link_session(response: HttpResponse, slug: str, token: str) -> None:
    """Let the browser read as the customer whose link it opened."""
    _set(response, _name("portal", slug), token, slug, int(LINK_LIFE.total_seconds()))


def forget_session(response: HttpResponse, slug: str) -> None:
    """Sign the browser out."""
    response.delete_cookie(_name("portal", slug), path=path_of(slug), samesite="Lax")


def asked(request: HttpRequest, slug: str) -> Asked | None:
    """The code that this very browser asked for; None for a cookie that we did not sign or that is too old."""
    text = request.COOKIES.get(_name("code", slug), "")
    try:
        facts: dict[str, Any] = signing.loads(text, salt=_salt(slug), max_age=CHALLENGE_SECONDS)
        return Asked(UUID(facts["challenge"]), facts["next"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def keep_challenge(response: HttpResponse, slug: str, challenge: UUID, then: str) -> None:
    """Bind a code to this browser."""
    value = signing.dumps({"challenge": str(challenge), "next": then}, salt=_salt(slug))
    _set(response, _name("code", slug), value, slug, CHALLENGE_SECONDS)


def forget_challenge(response: HttpResponse, slug: str) -> None:
    """Forget the code that the browser asked for."""
    response.delete_cookie(_name("code", slug), path=path_of(slug), samesite="Lax")


def keep_referral(response: HttpResponse, slug: str, code: str) -> None:
    """Remember through whose link this browser came."""
    _set(response, _name("invited", slug), signing.dumps(code, salt=_salt(slug)), slug, REFERRAL_SECONDS)


def referral(request: HttpRequest, slug: str) -> str:
    """The code of the link through which this browser came, or nothing."""
    found = _signed(request, slug, "invited", REFERRAL_SECONDS)
    return found if isinstance(found, str) else ""


def seen_here(request: HttpRequest, slug: str) -> tuple[str, ...]:
    """The ids of customers who signed in on this browser, the newest first."""
    found = _signed(request, slug, "seen", SEEN_SECONDS)
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def keep_seen(request: HttpRequest, response: HttpResponse, slug: str, customer: UUID) -> None:
    """Remember that this customer signed in here."""
    known = [each for each in seen_here(request, slug) if each != str(customer)]
    value = signing.dumps([str(customer), *known][:MOST_SEEN], salt=_salt(slug))
    _set(response, _name("seen", slug), value, slug, SEEN_SECONDS)


def _signed(request: HttpRequest, slug: str, kind: str, seconds: int) -> Any:
    try:
        return signing.loads(request.COOKIES.get(_name(kind, slug), ""), salt=_salt(slug), max_age=seconds)
    except signing.BadSignature:
        return None


def _name(kind: str, slug: str) -> str:
    return f"{kind}_{hashlib.sha256(slug.encode()).hexdigest()[:12]}"


def _salt(slug: str) -> str:
    return f"portal.code.{slug}"


def _set(response: HttpResponse, name: str, value: str, slug: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=path_of(slug),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
