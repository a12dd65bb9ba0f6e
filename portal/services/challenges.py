"""Signing in and joining are one flow: a number, a code on WhatsApp, and then what the number turns out to be.

Until the code is right nothing is looked up, so that neither answer nor timing says whether a number is enrolled.
"""

import hmac
import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from messaging.library import SIGN_IN_MINUTES
from messaging.services import queue_sign_in_code
from portal import limits
from portal.errors import ChallengeOver, CodeWrong, ProofOver
from portal.infos import JoinDraft, SignedIn
from portal.models import MAX_TRIES, SignInChallenge
from portal.services.enrolling import enrol_by_draft
from portal.services.sessions import open_session
from smartbis.customers.selectors import find_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import TooManyAttempts
from smartbis.kernel.ids import new_id
from smartbis.kernel.phones import InvalidPhone, is_mobile, normalise_phone
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import blind_index, seal, unseal
from smartbis.tenancy.selectors import get_tenant

PHONE_PLACE = "portal.challenge.phone"
DRAFT_PLACE = "portal.challenge.draft"
DIGITS = 6
LIFE = timedelta(minutes=SIGN_IN_MINUTES)
RESEND_AFTER = timedelta(seconds=30)
PROOF_LIFE = timedelta(minutes=15)
KEPT = timedelta(days=1)


def start_sign_in(*, tenant: UUID, phone: str, address: str, draft: JoinDraft | None = None) -> UUID:
    """Send a code to a number and return the challenge that only this browser may answer.

    `address` is where the request came from, for the limits. Raises InvalidPhone, TooManyAttempts.
    """
    number = _mobile(tenant, phone)
    limits.spend_a_code(tenant=tenant, phone=number, address=address)
    with tenant_scope(tenant):
        return _challenge(tenant, number, _packed(draft))


def resend_code(*, tenant: UUID, challenge: UUID, address: str) -> UUID:
    """Send another code to the same number and return its challenge; the older code is no longer good.

    Raises ChallengeOver, TooManyAttempts (also within the first 30 seconds).
    """
    with tenant_scope(tenant, read_only=True):
        row = SignInChallenge.objects.filter(id=challenge, closed_at__isnull=True, proven_at__isnull=True).first()
        if row is None:
            raise ChallengeOver
        wait = (row.created_at + RESEND_AFTER - now()).total_seconds()
        if wait > 0:
            raise TooManyAttempts(retry_after=int(wait) + 1)
        number, packed = _opened(tenant, row)
    limits.spend_a_code(tenant=tenant, phone=number, address=address)
    with tenant_scope(tenant):
        open_rows = SignInChallenge.objects.filter(id=challenge, closed_at__isnull=True, proven_at__isnull=True)
        if open_rows.update(closed_at=now()) != 1:
            raise ChallengeOver
        return _challenge(tenant, number, packed)


def sign_in_with_code(*, tenant: UUID, challenge: UUID, code: str, address: str) -> SignedIn | None:
    """Judge a code. Right: a session for the number's customer, who is enrolled now if they came by the join form.

    None when the number is proven and nobody's yet: `join_with_proof` goes on from there.
    Raises CodeWrong, ChallengeOver, TooManyAttempts.
    """
    limits.check_guesses(tenant=tenant, address=address)
    tries_left = _count_try(tenant, challenge)
    with tenant_scope(tenant):
        row = SignInChallenge.objects.select_for_update().filter(id=challenge, closed_at__isnull=True).first()
        if row is None or row.proven_at is not None:
            raise ChallengeOver
        is_right = hmac.compare_digest(bytes(row.code_hash), _hash(tenant, challenge, code))
        if is_right:
            return _proven(tenant, row)
    limits.spend_a_guess(tenant=tenant, address=address)
    raise CodeWrong(tries_left=tries_left)


def join_with_proof(*, tenant: UUID, challenge: UUID, draft: JoinDraft) -> SignedIn:
    """Enrol who has just proven a number that is nobody's, and sign them in.

    Raises ProofOver, InvalidInput. Publishes CustomerEnrolled.
    """
    with tenant_scope(tenant):
        row = (
            SignInChallenge.objects.select_for_update()
            .filter(id=challenge, closed_at__isnull=True, proven_at__gt=now() - PROOF_LIFE)
            .first()
        )
        if row is None:
            raise ProofOver
        number, _ = _opened(tenant, row)
        return _enrolled(tenant, row, number, draft)


def _mobile(tenant: UUID, phone: str) -> str:
    number = normalise_phone(phone, area_code=get_tenant(tenant=tenant).default_area_code or None)
    if not is_mobile(number):
        raise InvalidPhone({"phone": [InvalidPhone.sentence]}, reason="not_mobile")
    return number


def _challenge(tenant: UUID, number: str, packed: str | None) -> UUID:
    at, row = now(), new_id()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    _ask_for_purge(at)
    SignInChallenge.objects.create(
        id=row,
        tenant_id=tenant,
        phone_sealed=seal(tenant=tenant, place=PHONE_PLACE, row=row, text=number),
        draft_sealed=seal(tenant=tenant, place=DRAFT_PLACE, row=row, text=packed) if packed else None,
        code_hash=_hash(tenant, row, code),
        created_at=at,
        expires_at=at + LIFE,
    )
    queue_sign_in_code(tenant=tenant, phone=number, code=code, challenge=row)
    return row


def _ask_for_purge(at: datetime) -> None:
    """Have the day-old rows removed, once for each hour in which codes were sent."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    if not SignInChallenge.objects.filter(created_at__gte=hour).exists():
        request_work(queue="bulk", due_at=hour + timedelta(hours=1) + KEPT)


def _count_try(tenant: UUID, challenge: UUID) -> int:
    """Count a try before it is judged, in a transaction of its own; return how many are left after it."""
    with tenant_scope(tenant):
        good = SignInChallenge.objects.filter(
            id=challenge, closed_at__isnull=True, proven_at__isnull=True, expires_at__gt=now(), tries__lt=MAX_TRIES
        )
        if good.update(tries=F("tries") + 1) != 1:
            raise ChallengeOver
        return MAX_TRIES - SignInChallenge.objects.values_list("tries", flat=True).get(id=challenge)


def _proven(tenant: UUID, row: SignInChallenge) -> SignedIn | None:
    number, packed = _opened(tenant, row)
    row.proven_at = now()
    if packed:
        draft = json.loads(packed)
        store = UUID(draft["store"]) if draft["store"] else None
        return _enrolled(tenant, row, number, JoinDraft(**(draft | {"store": store})))
    known = find_customer(tenant=tenant, phone=number)
    if known is not None:
        row.closed_at = row.proven_at
    row.save(update_fields=["proven_at", "closed_at"])
    if known is None:
        return None
    return SignedIn(known.id, open_session(tenant=tenant, customer=known.id), is_new=False)


def _enrolled(tenant: UUID, row: SignInChallenge, number: str, draft: JoinDraft) -> SignedIn:
    customer, is_new = enrol_by_draft(tenant=tenant, phone=number, draft=draft)
    row.closed_at = now()
    row.save(update_fields=["proven_at", "closed_at"])
    return SignedIn(customer, open_session(tenant=tenant, customer=customer), is_new=is_new)


def _packed(draft: JoinDraft | None) -> str | None:
    return json.dumps(asdict(draft), default=str) if draft else None


def _opened(tenant: UUID, row: SignInChallenge) -> tuple[str, str | None]:
    number = unseal(tenant=tenant, place=PHONE_PLACE, row=row.id, sealed=row.phone_sealed)
    if row.draft_sealed is None:
        return number, None
    return number, unseal(tenant=tenant, place=DRAFT_PLACE, row=row.id, sealed=row.draft_sealed)


def _hash(tenant: UUID, challenge: UUID, code: str) -> bytes:
    """HMAC-SHA256 under the tenant's own key: a stolen table does not give the codes away."""
    return blind_index(tenant=tenant, kind="portal.code", value=f"{challenge}:{code}")
