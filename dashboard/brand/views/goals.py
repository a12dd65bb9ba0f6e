"""Referrals with their terms, and challenges."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.goals import ChallengeForm, ReferralForm, initial_of
from dashboard.brand.forms.programs import symbol_of
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import State, referral_state
from programs.challenges.errors import ChallengeNotFound
from programs.challenges.infos import ChallengeInfo
from programs.challenges.selectors import challenges, get_challenge
from programs.challenges.services import change_challenge, create_challenge
from programs.referrals.infos import ReferralInfo
from programs.referrals.selectors import referral_terms, referrals
from programs.referrals.services import decide_referral, set_terms
from smartbis.kernel.errors import DomainError, NotFound

STATES = ("held", "waiting", "settling", "settled", "refused")


@desk(reads="referral.see", writes="referral.change")
def referral_list(request: DeskRequest) -> HttpResponse:
    """Who brought whom, and how the brand rewards it."""
    terms = referral_terms(tenant=request.tenant)
    initial = vars(terms) | {"minimum": terms.minimum_minor or None}
    form = ReferralForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_terms(tenant=request.tenant, draft=form.draft(), actor=request.actor)
        except DomainError as error:
            form.refuse(error, {"minimum_minor": "minimum"})
        else:
            messages.success(request, _("Indicações salvas."))
            return HttpResponseRedirect(reverse("dashboard:referrals"))
    asked = request.GET.get("status", "")
    status = asked if asked in STATES else ""
    here = reverse("dashboard:referrals")
    context = {
        "section": "referrals",
        "form": form,
        "may_change": request.may("referral.change"),
        "is_live": terms.is_live,
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "tabs": [
            ("", _("Todas"), here),
            *((each, referral_state(each).label, f"{here}?status={each}") for each in STATES),
        ],
        "status": status,
        "rows": [_referral(request, each) for each in referrals(tenant=request.tenant, status=status)],
        "clear_url": here,
    }
    return render_page(request, "dashboard/referrals.html", context, status=422 if form.errors else 200)


@desk(writes="referral.change")
def decide(request: DeskRequest, referral: UUID) -> HttpResponse:
    """Let a held referral go on, or refuse it."""
    is_good = request.POST.get("decision") == "accept"
    try:
        decide_referral(tenant=request.tenant, referral=referral, is_good=is_good, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("Indicação aceita.") if is_good else _("Indicação recusada."))
    return HttpResponseRedirect(reverse("dashboard:referrals"))


@desk(reads="challenge.see")
def challenge_list(request: DeskRequest) -> HttpResponse:
    """The brand's challenges with their counts."""
    context = {
        "section": "challenges",
        "challenges": [_challenge(request, each) for each in challenges(tenant=request.tenant)],
        "new_url": reverse("dashboard:challenge_new") if request.may("challenge.change") else "",
    }
    return render_page(request, "dashboard/challenges.html", context)


@desk(reads="challenge.change", writes="challenge.change")
def challenge_new(request: DeskRequest) -> HttpResponse:
    """A new challenge."""
    form = ChallengeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            create_challenge(tenant=request.tenant, draft=form.draft(), actor=request.actor)
        except DomainError as error:
            form.refuse(error, {"number": "count"})
        else:
            messages.success(request, _("Desafio no ar. Confira se há uma regra que o premia."))
            return HttpResponseRedirect(reverse("dashboard:challenges"))
    return _form_page(request, form)


@desk(reads="challenge.change", writes="challenge.change")
def challenge_change(request: DeskRequest, goal: UUID) -> HttpResponse:
    """Other words, another end; or end it."""
    info = get_challenge(tenant=request.tenant, challenge=goal)
    if request.POST.get("action") == "end":
        draft = replace(info.as_draft(), status="ended")
        change_challenge(tenant=request.tenant, challenge=goal, draft=draft, actor=request.actor)
        messages.success(request, _("Desafio encerrado. Quem concluiu fica com o prêmio."))
        return HttpResponseRedirect(reverse("dashboard:challenges"))
    form = ChallengeForm(request.POST if request.method == "POST" else None, initial=initial_of(info))
    form.keep_promises()
    if request.method == "POST" and form.is_valid():
        try:
            draft = form.draft_of(info.as_draft())
            change_challenge(tenant=request.tenant, challenge=goal, draft=draft, actor=request.actor)
        except ChallengeNotFound:
            raise
        except DomainError as error:
            form.refuse(error, {"number": "money" if info.goal == "spend" else "count"})
        else:
            messages.success(request, _("Desafio salvo."))
            return HttpResponseRedirect(reverse("dashboard:challenges"))
    return _form_page(request, form, info)


def _form_page(request: DeskRequest, form: ChallengeForm, info: ChallengeInfo | None = None) -> HttpResponse:
    context = {
        "section": "challenges",
        "form": form,
        "challenge": info,
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "cancel_url": reverse("dashboard:challenges"),
        "program_url": reverse("dashboard:programs"),
    }
    return render_page(request, "dashboard/challenge_form.html", context, status=422 if form.errors else 200)


def _referral(request: DeskRequest, row: ReferralInfo) -> dict[str, Any]:
    may_decide = row.status == "held" and request.may("referral.change")
    return {
        "referrer": row.referrer_name or _("Cadastro apagado"),
        "referrer_url": reverse("dashboard:customer", args=[row.referrer_id]),
        "friend": row.friend_name or _("Cadastro apagado"),
        "friend_url": reverse("dashboard:customer", args=[row.friend_id]),
        "bound_at": row.bound_at,
        "channel": words.channel(row.channel),
        "state": referral_state(row.status),
        "reasons": [_reason(each) for each in row.reasons],
        "decide_url": reverse("dashboard:referral_decide", args=[row.id]) if may_decide else "",
        "decided": _("por %(name)s") % {"name": row.decided_by} if row.decided_by else "",
    }


def _reason(code: str) -> str:
    reasons = {
        "same_phone": _("o mesmo telefone, de outra forma"),
        "same_email": _("o mesmo e-mail"),
        "same_cpf": _("o mesmo CPF"),
        "same_device": _("cadastrou-se no aparelho de quem indicou"),
        "own_operator": _("quem indicou é quem cadastrou"),
        "same_operator": _("muitas pelo mesmo operador"),
        "same_person": _("são a mesma pessoa"),
        "was_customer": _("já era cliente"),
        "month_cap": _("máximo do mês"),
        "life_cap": _("máximo por pessoa"),
        "referrer_gone": _("quem indicou saiu"),
    }
    return reasons.get(code, code)


def _challenge(request: DeskRequest, info: ChallengeInfo) -> dict[str, Any]:
    if info.status == "ended":
        state = State(_("encerrado"), "", "ban")
    elif info.is_open():
        state = State(_("valendo"), "ok", "circle-check")
    else:
        state = State(_("fora do período"), "", "clock")
    if info.days is not None:
        period = _("%(days)s dias por cliente") % {"days": info.days}
    elif info.starts_at and info.ends_at:
        period = f"{words.day(info.starts_at)} – {words.day(info.ends_at)}"
    else:
        period = ""
    return {
        "href": reverse("dashboard:challenge", args=[info.id]) if request.may("challenge.change") else "",
        "name": info.name,
        "goal": words.goal(info.goal, info.number, info.category, request.brand.currency),
        "period": period,
        "participation": info.participation,
        "takers": words.number(info.takers),
        "reached": words.number(info.reached),
        "state": state,
    }
