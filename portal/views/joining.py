"""Becoming a customer: by a store's QR, a link or WhatsApp; and how the programme works, for anybody."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from messaging.selectors import join_link
from portal import belonging, cards, cookies, words
from portal.access import public_page
from portal.errors import ProofOver
from portal.forms import JoinForm, MemberForm
from portal.infos import JoinDraft
from portal.pages import render_page
from portal.requests import PortalRequest
from portal.selectors import find_challenge, promises
from portal.services import join_with_proof
from portal.views.signing import let_in, send_code, status_of
from programs.referrals.selectors import clean_code, find_referrer
from programs.selectors import find_ladder, plans
from smartbis.customers.selectors import get_customer
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.selectors import StoreInfo, get_store_by_code, stores
from vouchers.selectors import coupons


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def join(request: PortalRequest) -> HttpResponse:
    """Show what the programme gives and take what joining needs; the code that follows proves the number."""
    slug = request.brand.slug
    if request.customer is not None:
        return HttpResponseRedirect(cookies.path_of(slug))
    store = _store(request)
    form = JoinForm(request.POST or None, brand=request.brand)
    if request.method == "POST" and form.is_valid():
        draft = _draft(request, form, store)
        response = send_code(request, form, form.cleaned_data["phone"], cookies.path_of(slug), draft)
        if response is not None:
            return response
    return render_page(request, "portal/join.html", _join_context(request, form, store), status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def finish(request: PortalRequest) -> HttpResponse:
    """A proven number that is nobody's: take the rest."""
    slug = request.brand.slug
    asked = cookies.asked(request, slug)
    challenge = find_challenge(tenant=request.tenant, challenge=asked.challenge) if asked else None
    if asked is None or challenge is None or not challenge.is_proven:
        return HttpResponseRedirect(reverse("portal:sign_in", args=[slug]))
    form = MemberForm(request.POST or None, brand=request.brand)
    if request.method == "POST" and form.is_valid():
        try:
            signed_in = join_with_proof(
                tenant=request.tenant, challenge=asked.challenge, draft=_draft(request, form, None)
            )
        except ProofOver:
            return HttpResponseRedirect(reverse("portal:sign_in", args=[slug]))
        except InvalidInput:
            form.add_error("name", _("Escreva o seu nome."))
        else:
            messages.success(request, _("Cadastro feito. Bem-vindo!"))
            return let_in(request, signed_in, asked.next)
    context = _join_context(request, form, None) | {"phone_masked": challenge.phone_masked}
    return render_page(request, "portal/join.html", context, status=status_of(form))


@require_safe
@public_page
def how_it_works(request: PortalRequest) -> HttpResponse:
    """The programme in words, from its rules in force, its offers and its stores."""
    offers = [
        coupon for coupon in coupons(tenant=request.tenant, status="live") if coupon.is_listed and not coupon.is_balance
    ]
    given = promises(brand=request.brand, locale=words.locale())
    context: dict[str, Any] = {
        "promises": given,
        "gives_cashback": any(promise.kind == "cashback" for promise in given),
        "offers": [
            {
                "name": coupon.name,
                "costs": (cards.cost_words(coupon),),
                **words.stub_of(coupon),
            }
            for coupon in offers[:12]
        ],
        "ladder": belonging.public_ladder(find_ladder(tenant=request.tenant), request.brand),
        "plans": [
            belonging.plan_offer(plan, request.brand.currency) for plan in plans(tenant=request.tenant, live_only=True)
        ],
        "stores": stores(tenant=request.tenant),
        "voucher_days": request.brand.voucher_days,
        "terms_text": request.brand.terms_text,
        "terms_version": request.brand.terms_version,
    }
    return render_page(request, "portal/how_it_works.html", context)


def _join_context(request: PortalRequest, form: MemberForm, store: StoreInfo | None) -> dict[str, Any]:
    return {
        "form": form,
        "store": store,
        "promises": promises(brand=request.brand, locale=words.locale()),
        "invited_by": _invited_by(request),
        "whatsapp_url": join_link(
            tenant=request.tenant, store_code=store.code if store else None, referral=_invited_with(request)
        ),
        "terms_version": request.brand.terms_version,
    }


@require_safe
@public_page
def invited(request: PortalRequest, code: str) -> HttpResponse:
    """Somebody's link: remember whose, and go on to joining."""
    slug = request.brand.slug
    response = HttpResponseRedirect(reverse("portal:join", args=[slug]))
    if request.customer is None and find_referrer(tenant=request.tenant, code=code) is not None:
        cookies.keep_referral(response, slug, code)
    return response


def _invited_with(request: PortalRequest) -> str:
    """The code of the link that led here, for a message to carry on; empty without one."""
    return clean_code(cookies.referral(request, request.brand.slug))


def _invited_by(request: PortalRequest) -> str:
    """The first name of whoever shared the link, which they wanted to be known."""
    code = cookies.referral(request, request.brand.slug)
    referrer = find_referrer(tenant=request.tenant, code=code) if code else None
    return get_customer(tenant=request.tenant, customer=referrer).first_name if referrer else ""


def _store(request: PortalRequest) -> StoreInfo | None:
    """The store whose QR was read; an unknown code is no store, and no obstacle."""
    code = request.GET.get("store", "")
    if not code or len(code) > 40 or not code.isprintable():
        return None
    try:
        return get_store_by_code(tenant=request.tenant, code=code)
    except StoreUnknown:
        return None


def _draft(request: PortalRequest, form: MemberForm, store: StoreInfo | None) -> JoinDraft:
    return JoinDraft(
        name=form.cleaned_data["name"],
        utility=form.cleaned_data["utility"],
        marketing=form.cleaned_data["marketing"],
        text_version=request.brand.terms_version,
        store=store.id if store else None,
        referred_by=cookies.referral(request, request.brand.slug),
        seen_here=cookies.seen_here(request, request.brand.slug),
    )
