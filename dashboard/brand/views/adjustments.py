"""Corrections of balances by hand: asking, the list, and a second person's decision."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.adjustments import AdjustForm, LimitsForm, RefuseForm
from dashboard.brand.pages import render_page, role_name
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import State
from programs.selectors import (
    AdjustmentLine,
    adjustment_limits,
    adjustment_lines,
    limit_of,
    reason_words,
    waiting_adjustments,
)
from programs.services import approve_adjustment, refuse_adjustment, request_adjustment, set_adjustment_limits
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.kernel.units import POINTS
from smartbis.ledger.selectors import balances


@desk(reads="adjustment.see")
def index(request: DeskRequest) -> HttpResponse:
    """Corrections, the newest first; those that wait for a second person by themselves."""
    waiting = waiting_adjustments(tenant=request.tenant)
    state = "requested" if request.GET.get("state") == "requested" else ""
    cursor = request.GET.get("cursor") or None
    page = adjustment_lines(tenant=request.tenant, actor=request.actor, state=state or None, cursor=cursor)
    here = reverse("dashboard:adjustments")
    kept = {"state": state} if state else {}
    context = {
        "section": "adjustments",
        "tabs": [
            ("", _("Todos"), here),
            ("requested", _("Esperando aprovação (%(count)s)") % {"count": waiting}, f"{here}?state=requested"),
        ],
        "state": state,
        "lines": [_line(request, line) for line in page.items],
        "next_url": f"{here}?{urlencode(kept | {'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first_url": f"{here}?{urlencode(kept)}" if cursor else "",
        "limits_url": reverse("dashboard:adjustment_limits") if request.may("adjustment.limit") else "",
        "customers_url": reverse("dashboard:customers"),
    }
    return render_page(request, "dashboard/adjustments.html", context)


@desk(reads="balance.adjust", writes="balance.adjust")
def new(request: DeskRequest, customer: UUID) -> HttpResponse:
    """Give to a customer's balance or take from it, once for each rendered form."""
    info = get_customer(tenant=request.tenant, customer=customer)
    if info.status != "active":
        raise CustomerNotFound
    form = AdjustForm(request.POST if request.method == "POST" else None, currency=request.brand.currency)
    if request.method == "POST" and form.is_valid():
        try:
            done = request_adjustment(
                tenant=request.tenant,
                customer=customer,
                unit=form.cleaned_data["unit"],
                amount=form.signed(),
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                key=f"dashboard:{request.actor.id}:{form.cleaned_data['nonce']}",
                actor=request.actor,
            )
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            amount = words.amount(abs(done.amount), done.unit)
            if done.state == "posted":
                messages.success(request, _("Ajuste de %(amount)s lançado.") % {"amount": amount})
            else:
                messages.info(
                    request, _("%(amount)s passa do seu limite: espera por outra pessoa.") % {"amount": amount}
                )
            return HttpResponseRedirect(reverse("dashboard:customer", args=[customer]))
    context = {
        "section": "customers",
        "customer": info,
        "form": form,
        "balances": balances(tenant=request.tenant, customer=customer),
        "limit_text": _limit_text(request),
    }
    return render_page(request, "dashboard/adjustment_form.html", context, status=422 if form.errors else 200)


@desk(writes="balance.adjust")
def approve(request: DeskRequest, adjustment: UUID) -> HttpResponse:
    """Post what somebody else asked for."""
    try:
        done = approve_adjustment(tenant=request.tenant, adjustment=adjustment, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        amount = words.amount(abs(done.amount), done.unit)
        messages.success(request, _("Ajuste de %(amount)s aprovado e lançado.") % {"amount": amount})
    return _to_waiting()


@desk(writes="balance.adjust")
def refuse(request: DeskRequest, adjustment: UUID) -> HttpResponse:
    """Refuse what somebody else asked for."""
    form = RefuseForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        refuse_adjustment(tenant=request.tenant, adjustment=adjustment, note=note, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("Ajuste recusado. Nada foi lançado."))
    return _to_waiting()


@desk(reads="adjustment.limit", writes="adjustment.limit")
def limits(request: DeskRequest) -> HttpResponse:
    """How much each role gives or takes alone."""
    present = adjustment_limits(tenant=request.tenant)
    form = LimitsForm(request.POST if request.method == "POST" else None, limits=present)
    if request.method == "POST" and form.is_valid():
        set_adjustment_limits(tenant=request.tenant, limits=form.limits(), actor=request.actor)
        messages.success(request, _("Limites atualizados."))
        return HttpResponseRedirect(reverse("dashboard:adjustments"))
    rows = [
        (label, form[f"{role}_money"], form[f"{role}_points"])
        for role, label in (*((each, role_name(each)) for each in _PEOPLE), ("api_key", _("Chaves de API")))
    ]
    context = {"section": "adjustments", "form": form, "rows": rows}
    return render_page(request, "dashboard/adjustment_limits.html", context, status=422 if form.errors else 200)


_PEOPLE = ("owner", "manager", "attendant")


def _to_waiting() -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('dashboard:adjustments')}?state=requested")


def _limit_text(request: DeskRequest) -> str:
    most = limit_of(tenant=request.tenant, actor=request.actor)
    money = _("sem limite") if most.money_minor is None else words.amount(most.money_minor, request.brand.currency)
    points = _("sem limite") if most.points is None else words.amount(most.points, POINTS)
    if most.money_minor is None and most.points is None:
        return _("Você não tem limite.")
    sentence = _(
        "Sozinho você lança até %(money)s e %(points)s por cliente em 24 horas; acima disso, outra pessoa decide."
    )
    return sentence % {"money": money, "points": points}


def _line(request: DeskRequest, line: AdjustmentLine) -> dict[str, Any]:
    info = line.info
    states = {
        "requested": State(_("esperando"), "warn", "hourglass"),
        "posted": State(_("lançado"), "ok", "check"),
        "refused": State(_("recusado"), "bad", "x"),
    }
    sign = "+" if info.amount > 0 else "−"
    return {
        "at": info.requested_at,
        "name": line.customer_name or _("Sem nome"),
        "customer_url": reverse("dashboard:customer", args=[info.customer_id]),
        "amount": f"{sign} {words.amount(abs(info.amount), info.unit)}",
        "reason": reason_words(info.reason),
        "note": info.note,
        "state": states[info.state],
        "who": info.requested_label,
        "decided": info.decided_label,
        "decision_note": info.decision_note,
        "is_own": line.is_own and info.state == "requested",
        "is_above": info.state == "requested" and not line.is_own and not line.can_decide,
        "approve_url": reverse("dashboard:adjustment_approve", args=[info.id]) if line.can_decide else "",
        "refuse_url": reverse("dashboard:adjustment_refuse", args=[info.id]) if line.can_decide else "",
    }
