"""Coupons: the offers of the brand, from draft to end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import tickets, words
from dashboard.brand.access import desk
from dashboard.brand.coupon_words import terms_of
from dashboard.brand.forms.coupon_terms import copy_of, initial_of
from dashboard.brand.forms.coupons import FIELDS, CouponForm
from dashboard.brand.forms.programs import symbol_of
from dashboard.brand.once import once_per_form
from dashboard.brand.pages import picture_url, render_page
from dashboard.brand.pictures import kept_picture
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.belonging import belonging_choices
from dashboard.brand.selectors.campaigns import campaign_choices
from dashboard.brand.states import coupon_state
from dashboard.brand.views.issuances import lines_of_coupon
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.tenancy.selectors import stores
from vouchers.errors import CouponNotFound
from vouchers.infos import CouponCounts, CouponDraft, CouponInfo
from vouchers.selectors import coupon_counts, coupons, get_coupon
from vouchers.services import change_coupon, create_coupon, set_coupon_status

STATUSES = ("live", "draft", "paused", "ended")
PHASES = ("live", "scheduled", "draft", "paused", "ended")
_NONE = CouponCounts(coupon_id=UUID(int=0), issued=0, open=0, redeemed=0, cancelled=0, lapsed=0)


@desk(reads="coupon.see")
def index(request: DeskRequest) -> HttpResponse:
    """The brand's coupons by state, each with what became of it."""
    asked = request.GET.get("status")
    status = asked if asked in PHASES else ""
    every = [each for each in coupons(tenant=request.tenant, actor=request.actor) if not each.is_balance]
    counts = coupon_counts(tenant=request.tenant)
    shown = [each for each in every if not status or each.phase == status]
    here = reverse("dashboard:coupons")
    context = {
        "section": "coupons",
        "tabs": [("", _("Todos"), here), *((each, _tab(each), f"{here}?status={each}") for each in PHASES)],
        "status": status,
        "coupons": [_line(request, each, counts.get(each.id, _NONE)) for each in shown],
        "has_any": bool(every),
        "clear_url": here,
        "new_url": reverse("dashboard:coupon_new") if request.may("coupon.change") else "",
        "campaigns_url": reverse("dashboard:campaigns"),
        "report_url": reverse("dashboard:voucher_report") if request.may("report.see") else "",
    }
    return render_page(request, "dashboard/coupons.html", context)


@desk(reads="coupon.see")
def show(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """One coupon: how customers see it, its terms, what became of it."""
    info = _find(request, coupon)
    counts = coupon_counts(tenant=request.tenant).get(coupon, _NONE)
    names = {each.id: each.name for each in stores(tenant=request.tenant, active_only=False)}
    may_change = request.may("coupon.change")
    context = {
        "section": "coupons",
        "coupon": info,
        "state": coupon_state(info.phase),
        "preview": tickets.coupon_ticket(info, info.currency),
        "picture": picture_url(info.image),
        "counts": counts,
        "terms": terms_of(request, info, names),
        "change_url": reverse("dashboard:coupon_change", args=[coupon]) if may_change else "",
        "status_url": reverse("dashboard:coupon_status", args=[coupon]) if may_change else "",
        "clone_url": reverse("dashboard:coupon_clone", args=[coupon]) if may_change else "",
        "card_url": reverse("dashboard:coupon_card", args=[coupon]),
        "reach_url": reverse("dashboard:coupon_reach", args=[coupon]) if request.may("customer.list") else "",
        "issue_url": reverse("dashboard:issuance_new", args=[coupon]) if may_change else "",
        "codes_url": reverse("dashboard:coupon_codes", args=[coupon]) if may_change and info.uses_pool else "",
        "issuances": lines_of_coupon(request, coupon),
    }
    return render_page(request, "dashboard/coupon.html", context)


@desk(reads="coupon.change", writes="coupon.change")
def new(request: DeskRequest) -> HttpResponse:
    """A new coupon, published or kept as a draft; once for each rendered form."""
    form = _form(request)
    if request.method != "POST":
        return _form_page(request, form)
    if form.is_valid():
        wants_draft = request.POST.get("publish") != "1"
        try:
            created = _create(request, form, "draft" if wants_draft else "live")
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            text = _("Rascunho salvo.") if wants_draft else _("Cupom publicado: os clientes já podem escolher.")
            messages.success(request, text)
            return _to(created)
    return _form_page(request, form, status=422)


@desk(reads="coupon.change", writes="coupon.change")
def change(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """Give a coupon other terms; its state stays."""
    info = _find(request, coupon)
    form = _form(request, info)
    if request.method != "POST":
        return _form_page(request, form, coupon=info)
    if form.is_valid():
        draft = form.draft(image=kept_picture(request.tenant, "coupons", form) or info.image, status=info.status)
        try:
            change_coupon(tenant=request.tenant, coupon=coupon, draft=draft, actor=request.actor)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, FIELDS)
        else:
            messages.success(request, _("Cupom salvo. Vouchers já emitidos continuam dando o mesmo."))
            return _to(coupon)
    return _form_page(request, form, coupon=info, status=422)


@desk(writes="coupon.change")
def set_status(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """Publish, pause or end a coupon."""
    info = _find(request, coupon)
    wanted = request.POST.get("status", "")
    if wanted not in STATUSES:
        return _to(info.id)
    set_coupon_status(tenant=request.tenant, coupon=coupon, status=wanted, actor=request.actor)
    texts = {
        "live": _("Cupom publicado: os clientes já podem escolher."),
        "paused": _("Cupom pausado. Vouchers já emitidos continuam valendo."),
        "ended": _("Cupom encerrado. Vouchers já emitidos continuam valendo."),
        "draft": _("O cupom voltou a ser rascunho."),
    }
    messages.success(request, texts[wanted])
    return _to(coupon)


@desk(writes="coupon.change")
def clone(request: DeskRequest, coupon: UUID) -> HttpResponse:
    """The same terms as a new draft."""
    info = _find(request, coupon)
    draft = copy_of(info.as_draft(), _("%(name)s (cópia)") % {"name": info.name})
    created = create_coupon(tenant=request.tenant, draft=draft, actor=request.actor)
    messages.success(request, _("Cópia criada como rascunho."))
    return HttpResponseRedirect(reverse("dashboard:coupon_change", args=[created.id]))


@desk(writes="coupon.change")
def preview(request: DeskRequest) -> HttpResponse:
    """The ticket of what is being typed; faults are left out of it."""
    form = _form(request)
    form.is_valid()
    given = form.cleaned_data
    is_points = given.get("cost_unit") == "points"
    draft = CouponDraft(
        name=given.get("name", ""),
        kind=given.get("kind", "amount"),
        value_minor=given.get("value"),
        value_bp=given.get("percent"),
        min_purchase_minor=given.get("min_purchase"),
        cost_unit="points" if is_points else request.brand.currency,
        cost_amount=given.get("cost_points" if is_points else "cost_money") if given.get("cost_unit") else None,
        valid_days=given.get("valid_days"),
        period_until=given.get("period_until"),
        weekdays=tuple(int(each) for each in given.get("weekdays", ())),
        hours=given.get("hours") or (),
    )
    context = {"preview": tickets.coupon_ticket(draft, request.brand.currency)}
    return render_page(request, "dashboard/coupon_preview.html", context)


def _find(request: DeskRequest, coupon: UUID) -> CouponInfo:
    """Raises CouponNotFound, also for the coupon behind balance vouchers, which is no offer."""
    info = get_coupon(tenant=request.tenant, coupon=coupon, actor=request.actor)
    if info.is_balance:
        raise CouponNotFound
    return info


def _form(request: DeskRequest, coupon: CouponInfo | None = None) -> CouponForm:
    is_sent = request.method == "POST"
    return CouponForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        stores=stores(tenant=request.tenant),
        currency=request.brand.currency,
        belonging=belonging_choices(tenant=request.tenant),
        campaigns=campaign_choices(tenant=request.tenant),
        initial=initial_of(coupon, coupon.currency) if coupon else None,
    )


def _create(request: DeskRequest, form: CouponForm, status: str) -> UUID:
    image = kept_picture(request.tenant, "coupons", form)

    def make() -> UUID:
        draft = form.draft(image=image, status=status)
        return create_coupon(tenant=request.tenant, draft=draft, actor=request.actor).id

    return once_per_form(request, form, "coupon", make)


def _form_page(
    request: DeskRequest, form: CouponForm, *, coupon: CouponInfo | None = None, status: int = 200
) -> HttpResponse:
    back = reverse("dashboard:coupon", args=[coupon.id]) if coupon else reverse("dashboard:coupons")
    empty = CouponDraft(name="", kind="amount", value_minor=1000)
    context = {
        "section": "coupons",
        "form": form,
        "coupon": coupon,
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "preview": tickets.coupon_ticket(coupon or empty, request.brand.currency),
        "preview_url": reverse("dashboard:coupon_preview"),
        "cancel_url": back,
    }
    return render_page(request, "dashboard/coupon_form.html", context, status=status)


def _to(coupon: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:coupon", args=[coupon]))


def _line(request: DeskRequest, coupon: CouponInfo, counts: CouponCounts) -> dict[str, Any]:
    state = coupon_state(coupon.phase)
    return {
        "href": reverse("dashboard:coupon", args=[coupon.id]),
        "name": coupon.name,
        "gives": tickets.gives(coupon, coupon.currency),
        "cost_text": tickets.cost(coupon),
        "status_text": state.label,
        "status_tone": state.tone,
        "issued": words.number(counts.issued),
        "used": words.number(counts.redeemed),
        "stock_text": words.number(coupon.stock_left) if coupon.stock_left is not None else _("livre"),
    }


def _tab(status: str) -> str:
    return {
        "live": _("Publicados"),
        "scheduled": _("Agendados"),
        "draft": _("Rascunhos"),
        "paused": _("Pausados"),
        "ended": _("Encerrados"),
    }[status]
