"""Signing in by a code on WhatsApp, and out."""

from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import cookies
from portal.access import public_page, safe_next
from portal.errors import ChallengeOver, CodeWrong
from portal.forms import CodeForm, PhoneForm
from portal.infos import ChallengeInfo, JoinDraft, SignedIn
from portal.pages import render_page
from portal.requests import PortalRequest, address_of
from portal.selectors import find_challenge
from portal.services import end_session, resend_code, sign_in_with_code, start_sign_in
from smartbis.kernel.clock import now
from smartbis.kernel.errors import TooManyAttempts
from smartbis.kernel.phones import InvalidPhone

TOO_MANY = "too_many"


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def sign_in(request: PortalRequest) -> HttpResponse:
    """Ask for a number and send it a code, whoever it belongs to."""
    then = safe_next(request, request.brand.slug)
    if request.session_info is not None and request.session_info.is_proven:
        return HttpResponseRedirect(then)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = send_code(request, form, form.cleaned_data["phone"], then)
        if response is not None:
            return response
    return render_page(request, "portal/sign_in.html", {"form": form, "next": then}, status=status_of(form))


def send_code(
    request: PortalRequest, form: Form, phone: str, then: str, draft: JoinDraft | None = None
) -> HttpResponse | None:
    """Send a code and go on to where it is typed; None with the form's errors set when it could not be sent."""
    slug = request.brand.slug
    try:
        challenge = start_sign_in(tenant=request.tenant, phone=phone, address=address_of(request), draft=draft)
    except InvalidPhone as error:
        form.add_error("phone", phone_words(error))
        return None
    except TooManyAttempts as error:
        form.add_error(None, ValidationError(wait_words(error), code=TOO_MANY))
        return None
    response = HttpResponseRedirect(reverse("portal:code", args=[slug]))
    cookies.keep_challenge(response, slug, challenge, then)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def code(request: PortalRequest) -> HttpResponse:
    """Take the code, and open the session it earns."""
    slug = request.brand.slug
    asked = cookies.asked(request, slug)
    challenge = find_challenge(tenant=request.tenant, challenge=asked.challenge) if asked else None
    if asked is None or challenge is None:
        return HttpResponseRedirect(reverse("portal:sign_in", args=[slug]))
    if challenge.is_proven:
        return HttpResponseRedirect(reverse("portal:finish", args=[slug]))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = _try_code(request, form, asked)
        if response is not None:
            return response
    return _code_page(request, form, challenge, status_of(form))


def _try_code(request: PortalRequest, form: CodeForm, asked: cookies.Asked) -> HttpResponse | None:
    slug = request.brand.slug
    try:
        signed_in = sign_in_with_code(
            tenant=request.tenant,
            challenge=asked.challenge,
            code=form.cleaned_data["code"],
            address=address_of(request),
        )
    except CodeWrong as error:
        form.add_error("code", _wrong_words(error.params["tries_left"]))
        return None
    except ChallengeOver:
        form.add_error("code", _("Este código não vale mais. Peça outro."))
        return None
    except TooManyAttempts as error:
        form.add_error(None, ValidationError(wait_words(error), code=TOO_MANY))
        return None
    if signed_in is None:
        return HttpResponseRedirect(reverse("portal:finish", args=[slug]))
    return let_in(request, signed_in, asked.next)


def let_in(request: PortalRequest, signed_in: SignedIn, then: str) -> HttpResponse:
    """Give the browser its new session; one that it had before ends, so that no old token stays good."""
    slug = request.brand.slug
    if earlier := cookies.session_token(request, slug):
        end_session(tenant=request.tenant, token=earlier)
    response = HttpResponseRedirect(then)
    cookies.keep_session(response, slug, signed_in.token)
    cookies.keep_seen(request, response, slug, signed_in.customer_id)
    return response


@require_POST
@public_page
def resend(request: PortalRequest) -> HttpResponse:
    """Send another code to the same number."""
    slug = request.brand.slug
    asked = cookies.asked(request, slug)
    challenge = find_challenge(tenant=request.tenant, challenge=asked.challenge) if asked else None
    if asked is None or challenge is None:
        return HttpResponseRedirect(reverse("portal:sign_in", args=[slug]))
    try:
        fresh: UUID = resend_code(tenant=request.tenant, challenge=asked.challenge, address=address_of(request))
    except ChallengeOver:
        return HttpResponseRedirect(reverse("portal:sign_in", args=[slug]))
    except TooManyAttempts as error:
        return _code_page(request, CodeForm(), challenge, 429, refusal=wait_words(error))
    response = HttpResponseRedirect(reverse("portal:code", args=[slug]))
    cookies.keep_challenge(response, slug, fresh, asked.next)
    return response


@require_POST
@public_page
def sign_out(request: PortalRequest) -> HttpResponse:
    """End this browser's session."""
    slug = request.brand.slug
    end_session(tenant=request.tenant, token=cookies.session_token(request, slug))
    response = HttpResponseRedirect(reverse("portal:sign_in", args=[slug]))
    cookies.forget_session(response, slug)
    return response


def _code_page(
    request: PortalRequest, form: CodeForm, challenge: ChallengeInfo, status: int, refusal: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "phone_masked": challenge.phone_masked,
        "resend_after": max(0, int((challenge.resend_at - now()).total_seconds()) + 1),
        "refusal": refusal,
    }
    return render_page(request, "portal/code.html", context, status=status)


def status_of(form: Form) -> int:
    """What a page with this form answers: 429 for too many attempts, 422 for other errors."""
    if form.has_error(NON_FIELD_ERRORS, code=TOO_MANY):
        return 429
    return 422 if form.errors else 200


def phone_words(error: InvalidPhone) -> str:
    """Why a number was not taken."""
    reason = error.params.get("reason")
    if reason == "area_code_missing":
        return _("Falta o DDD. Escreva como (11) 98765-4321.")
    if reason == "not_mobile":
        return _("Este número é de telefone fixo. Informe o celular do seu WhatsApp.")
    return _("Confira o número. Escreva com DDD, como (11) 98765-4321.")


def wait_words(error: TooManyAttempts) -> str:
    """How long to wait, in words."""
    seconds = int(error.params.get("retry_after", 60))
    if seconds < 60:
        return _("Espere %(seconds)s segundos para pedir outro código.") % {"seconds": seconds}
    minutes = -(-seconds // 60)
    return _("Muitas tentativas. Tente de novo em %(minutes)s min.") % {"minutes": minutes}


def _wrong_words(tries_left: int) -> str:
    if tries_left == 0:
        return _("Código errado. Este código não vale mais: peça outro.")
    if tries_left == 1:
        return _("Código errado. Resta 1 tentativa.")
    return _("Código errado. Restam %(left)s tentativas.") % {"left": tries_left}
