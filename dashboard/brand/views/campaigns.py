"""Campaigns: the list, and one of them made or changed."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.campaigns import FIELDS, CampaignForm
from dashboard.brand.once import once_per_form
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import State
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, NotFound
from vouchers.infos import CampaignInfo
from vouchers.selectors.campaigns import campaigns, get_campaign
from vouchers.services import change_campaign, create_campaign


@desk(reads="coupon.see")
def index(request: DeskRequest) -> HttpResponse:
    """The brand's campaigns with their coupons and the way to their figures."""
    may_change = request.may("coupon.change")
    context = {
        "section": "coupons",
        "campaigns": [_line(request, each, may_change) for each in campaigns(tenant=request.tenant)],
        "new_url": reverse("dashboard:campaign_new") if may_change else "",
    }
    return render_page(request, "dashboard/campaigns.html", context)


@desk(reads="coupon.change", writes="coupon.change")
def new(request: DeskRequest) -> HttpResponse:
    """A new campaign, once for each rendered form."""
    form = CampaignForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if form.is_valid():
        try:
            once_per_form(
                request,
                form,
                "campaign",
                lambda: create_campaign(tenant=request.tenant, draft=form.draft(), actor=request.actor).id,
            )
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            messages.success(request, _("Campanha criada. Escolha-a nos cupons que fazem parte dela."))
            return HttpResponseRedirect(reverse("dashboard:campaigns"))
    return _page(request, form, status=422)


@desk(reads="coupon.change", writes="coupon.change")
def change(request: DeskRequest, campaign: UUID) -> HttpResponse:
    """Give a campaign another name, goal or period."""
    info = get_campaign(tenant=request.tenant, campaign=campaign)
    initial = {"name": info.name, "goal": info.goal, "starts_at": info.starts_at, "ends_at": info.ends_at}
    form = CampaignForm(request.POST or None, initial=initial)
    if request.method != "POST":
        return _page(request, form, info)
    if form.is_valid():
        try:
            change_campaign(tenant=request.tenant, campaign=campaign, draft=form.draft(), actor=request.actor)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            messages.success(request, _("Campanha salva."))
            return HttpResponseRedirect(reverse("dashboard:campaigns"))
    return _page(request, form, info, status=422)


def _page(
    request: DeskRequest, form: CampaignForm, info: CampaignInfo | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "section": "coupons",
        "form": form,
        "campaign": info,
        "back_url": reverse("dashboard:campaigns"),
    }
    return render_page(request, "dashboard/campaign_form.html", context, status=status)


def _line(request: DeskRequest, info: CampaignInfo, may_change: bool) -> dict[str, Any]:
    report = f"{reverse('dashboard:voucher_report')}?{urlencode({'campaign': info.id})}"
    return {
        "name": info.name,
        "goal": info.goal,
        "period": _period(info),
        "state": _state(info),
        "coupons": words.number(info.coupons),
        "href": reverse("dashboard:campaign_change", args=[info.id]) if may_change else "",
        "report_url": report if request.may("report.see") else "",
    }


def _period(info: CampaignInfo) -> str:
    since = words.day(info.starts_at) if info.starts_at else ""
    until = words.day(info.ends_at) if info.ends_at else ""
    if since and until:
        return _("de %(since)s a %(until)s") % {"since": since, "until": until}
    if since or until:
        return _("desde %(day)s") % {"day": since} if since else _("até %(day)s") % {"day": until}
    return _("sem prazo")


def _state(info: CampaignInfo) -> State:
    instant = now()
    if info.starts_at and info.starts_at > instant:
        return State(_("agendada"), "info", "clock")
    if info.ends_at and info.ends_at <= instant:
        return State(_("encerrada"), "", "ban")
    return State(_("no ar"), "ok", "circle-check")
