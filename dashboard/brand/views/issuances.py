"""Vouchers for many at once, and the codes of other companies that coupons hand out."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.campaigns import ORDER_FIELDS, CodesForm, IssuanceForm
from dashboard.brand.pages import render_page
from dashboard.brand.reports import streamed_csv
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import issuance_reason, issuance_state
from insights.selectors import segments
from insights.selectors.segments import segment_names
from messaging.selectors import estimate_cost
from smartbis.customers.selectors import notifiable_count
from smartbis.kernel.errors import DomainError, NotFound
from vouchers.errors import CouponNotFound
from vouchers.infos import CouponInfo, IssuanceInfo
from vouchers.selectors import get_coupon
from vouchers.selectors.issuances import get_issuance, issuances, issued_codes
from vouchers.services import add_codes, pause_issuance, resume_issuance, start_issuance, stop_issuance

SHOWN_SEGMENTS = 8


@desk(reads="coupon.change", writes="coupon.change")
def new(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """Order vouchers of a coupon for many, once for each rendered form."""
    info = _coupon(request, coupon)
    found = segments(tenant=request.tenant)
    known = [
        (each.key, f"{each.name} ({words.number(each.size)})" if each.refreshed_at else each.name) for each in found
    ]
    form = IssuanceForm(request.POST or None, request.FILES or None, segments=known)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = start_issuance(
                tenant=request.tenant,
                coupon=coupon,
                audience=given["audience"],
                segment=given["segment"],
                lines=given["lines"] or (),
                count=given["count"] or 0,
                reason=given["reason"],
                key=f"desk:{request.actor.id}:{given['nonce']}",
                actor=request.actor,
            )
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, ORDER_FIELDS)
        else:
            return HttpResponseRedirect(reverse("dashboard:issuance", args=[made.id]))
    context = {
        "section": "coupons",
        "form": form,
        "coupon": info,
        "back_url": reverse("dashboard:coupon", args=[coupon]),
        "is_live": info.phase == "live",
        "costs": _costs(request, [(each.name, each.size) for each in found if each.refreshed_at]),
    }
    return render_page(request, "dashboard/issuance_form.html", context, status=422 if form.errors else 200)


def _costs(request: DeskRequest, sizes: list[tuple[str, int]]) -> list[dict[str, str]]:
    """What telling them would cost at most: each who agreed to notices gets one. Nothing where no price is known."""
    everybody = notifiable_count(tenant=request.tenant, category="utility")
    reached = [
        (_("Todos os clientes"), everybody),
        *((name, min(size, everybody)) for name, size in sizes[:SHOWN_SEGMENTS]),
    ]
    one = estimate_cost(tenant=request.tenant, category="utility", messages=1)
    if one.rate is None:
        return []
    return [
        {
            "name": name,
            "messages": words.number(count),
            "cost": words.cost(one.rate.micros * count, one.rate.currency),
        }
        for name, count in reached
    ]


@desk(reads="coupon.see")
def show(request: DeskRequest, issuance: UUID) -> HttpResponse:
    """How far an order has come; the page asks again while it runs."""
    info = get_issuance(tenant=request.tenant, issuance=issuance)
    is_fragment = request.htmx and request.headers.get("HX-Target") == "progress"
    may_change = request.may("coupon.change")
    context = {
        "section": "coupons",
        "info": info,
        "state": issuance_state(info.status),
        "audience": _audience(request, info),
        "why_resting": issuance_reason(info.stopped_by) if info.stopped_by else "",
        "refusals": [(issuance_reason(code), words.number(count)) for code, count in sorted(info.refusals.items())],
        "here": reverse("dashboard:issuance", args=[issuance]),
        "turn_url": reverse("dashboard:issuance_turn", args=[issuance]) if may_change and info.is_open else "",
        "codes_url": reverse("dashboard:issuance_codes", args=[issuance]) if may_change and info.issued else "",
        "back_url": reverse("dashboard:coupon", args=[info.coupon_id]),
    }
    template = "dashboard/issuance_progress.html" if is_fragment else "dashboard/issuance.html"
    return render_page(request, template, context)


@desk(writes="coupon.change")
def turn(request: DeskRequest, issuance: UUID) -> HttpResponse:
    """Let an order rest, go on, or end."""
    turns = {"pause": pause_issuance, "resume": resume_issuance, "stop": stop_issuance}
    wanted = turns.get(request.POST.get("do", ""))
    if wanted is not None:
        try:
            wanted(tenant=request.tenant, issuance=issuance, actor=request.actor)
        except NotFound:
            raise
        except DomainError:
            messages.error(request, _("Esta emissão já terminou."))
    else:
        get_issuance(tenant=request.tenant, issuance=issuance)
    return HttpResponseRedirect(reverse("dashboard:issuance", args=[issuance]))


@desk(reads="coupon.change")
def codes(request: DeskRequest, issuance: UUID) -> HttpResponseBase:
    """Every code of an order as a file, to print or to hand on."""
    info = get_issuance(tenant=request.tenant, issuance=issuance)
    rows = issued_codes(tenant=request.tenant, issuance=issuance)
    return streamed_csv(_lines(rows), f"{request.brand.slug}-codigos-{info.created_at:%Y-%m-%d}.csv")


@desk(reads="coupon.change", writes="coupon.change")
def pool(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """Bring codes of another company for a coupon that hands them out."""
    info = _coupon(request, coupon)
    form = CodesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            filled = add_codes(tenant=request.tenant, coupon=coupon, codes=form.codes(), actor=request.actor)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, {"codes": "lines"})
        else:
            text = ngettext("%(n)s código novo.", "%(n)s códigos novos.", filled.added) % {"n": filled.added}
            known = ngettext("%(n)s já estava aqui.", "%(n)s já estavam aqui.", filled.known) % {"n": filled.known}
            messages.success(request, f"{text} {known}" if filled.known else text)
            return HttpResponseRedirect(reverse("dashboard:coupon", args=[coupon]))
    context = {
        "section": "coupons",
        "form": form,
        "coupon": info,
        "free": words.number(info.stock_left or 0),
        "back_url": reverse("dashboard:coupon", args=[coupon]),
    }
    return render_page(request, "dashboard/coupon_codes.html", context, status=422 if form.errors else 200)


def lines_of_coupon(request: DeskRequest, coupon: UUID) -> list[dict[str, Any]]:
    """The orders of a coupon, for its own page."""
    return [
        {
            "href": reverse("dashboard:issuance", args=[each.id]),
            "at": each.created_at,
            "audience": _audience(request, each),
            "issued": words.number(each.issued),
            "total": words.number(each.total),
            "state": issuance_state(each.status),
        }
        for each in issuances(tenant=request.tenant, coupon=coupon, limit=20)
    ]


def _coupon(request: DeskRequest, coupon: UUID) -> CouponInfo:
    info = get_coupon(tenant=request.tenant, coupon=coupon, actor=request.actor)
    if info.is_balance:
        raise CouponNotFound
    return info


def _audience(request: DeskRequest, info: IssuanceInfo) -> str:
    if info.audience == "segment":
        names = segment_names(tenant=request.tenant)
        return _("segmento %(name)s") % {"name": names.get(info.segment, info.segment)}
    return {
        "list": _("lista de clientes"),
        "everybody": _("todos os clientes"),
        "codes": _("códigos sem cliente"),
    }[info.audience]


def _lines(rows: Iterator[tuple[str, str, str]]) -> Iterator[str]:
    yield "\ufeff" + _row([_("Código"), "QR", _("Vale até")])
    for row in rows:
        yield _row(list(row))


def _row(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(
        [f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in cells]
    )
    return out.getvalue()
