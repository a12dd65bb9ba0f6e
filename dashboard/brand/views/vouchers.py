"""One voucher: found by its code, what it says, what became of it; cancelled, and its uses taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import tickets, words
from dashboard.brand.access import desk
from dashboard.brand.forms.vouchers import ReasonForm, VoucherSearch
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.voucher_words import origin, voucher_state
from smartbis.customers.selectors import get_customers
from smartbis.kernel.codes import parse_qr
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.tenancy.selectors import stores
from vouchers.errors import VoucherNotFound, VoucherRefused
from vouchers.infos import RedemptionInfo, VoucherInfo
from vouchers.rotating import read_rotating
from vouchers.selectors import find_by_qr, find_voucher_by_id, get_redemption, get_voucher, redemptions_of_voucher
from vouchers.services import cancel_voucher, reverse_redemption
from vouchers.services.strangers import count_miss

MOST_USES = 100


@desk(reads="coupon.see", writes="coupon.see")
def index(request: DeskRequest) -> HttpResponse:
    """Find a voucher. A code that nobody has counts as one that was tried."""
    form = VoucherSearch(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        found = _find(request, form.cleaned_data["code"])
        if found is not None:
            return _to(found.id)
        count_miss(tenant=request.tenant, whose=f"staff:{request.actor.id}", actor=request.actor)
        form.add_error("code", _("Nenhum voucher da marca tem este código. Confira as letras."))
    context = {"section": "coupons", "form": form, "back_url": reverse("dashboard:coupons")}
    return render_page(request, "dashboard/vouchers.html", context, status=422 if form.errors else 200)


@desk(reads="coupon.see")
def show(request: DeskRequest, voucher: UUID) -> HttpResponse:
    """One voucher."""
    return _page(request, voucher)


@desk(writes="voucher.cancel")
def cancel(request: DeskRequest, voucher: UUID) -> HttpResponse:
    """Take back a voucher that is not used up."""
    form = ReasonForm(request.POST, auto_id="cancel_%s")
    if not form.is_valid():
        return _page(request, voucher, form=form, status=422)
    try:
        done = cancel_voucher(
            tenant=request.tenant, voucher=voucher, reason=form.cleaned_data["reason"], actor=request.actor
        )
    except VoucherRefused as error:
        form.add_error(None, error.detail)
        return _page(request, voucher, form=form, status=error.http_status)
    messages.success(request, _("Voucher %(code)s cancelado.") % {"code": done.code_grouped})
    return _to(voucher)


@desk(writes="voucher.reverse")
def take_back(request: DeskRequest, redemption: UUID) -> HttpResponse:
    """Take one use back, once for each rendered form."""
    use = get_redemption(tenant=request.tenant, redemption=redemption, actor=request.actor)
    form = ReasonForm(request.POST, auto_id=f"use{use.use_number}_%s")
    if not form.is_valid():
        return _page(request, use.voucher_id, form=form, use=use.id, status=422)
    try:
        done = reverse_redemption(
            tenant=request.tenant,
            redemption=redemption,
            reason=form.cleaned_data["reason"],
            key=f"dashboard-{form.cleaned_data['nonce']}",
            actor=request.actor,
        )
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error)
        return _page(request, use.voucher_id, form=form, use=use.id, status=error.http_status)
    if done.voucher_status == "issued":
        messages.success(request, _("Uso desfeito: o voucher vale de novo."))
    else:
        messages.success(request, _("Uso desfeito. O voucher continua sem valer: o que o deu não existe mais."))
    return _to(use.voucher_id)


def _find(request: DeskRequest, text: str) -> VoucherInfo | None:
    rotating = read_rotating(tenant=request.tenant, text=text)
    token = rotating.token if rotating else parse_qr(text)
    if token:
        return find_by_qr(tenant=request.tenant, token=token, actor=request.actor)
    try:
        return get_voucher(tenant=request.tenant, code=text, actor=request.actor)
    except VoucherNotFound:
        return None


def _to(voucher: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:voucher", args=[voucher]))


def _page(
    request: DeskRequest,
    voucher: UUID,
    *,
    form: ReasonForm | None = None,
    use: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    """The voucher; `form` is shown again with its faults, at a `use` or at the voucher itself."""
    info = find_voucher_by_id(tenant=request.tenant, voucher=voucher, actor=request.actor)
    if info is None:
        raise VoucherNotFound
    names = {each.id: each.name for each in stores(tenant=request.tenant, active_only=False)}
    uses = redemptions_of_voucher(tenant=request.tenant, voucher=voucher)
    people = get_customers(tenant=request.tenant, customers=[info.customer_id] if info.customer_id else [])
    person = people.get(info.customer_id) if info.customer_id else None
    may_cancel = request.may("voucher.cancel") and info.status == "issued" and info.kind != "entry"
    context = {
        "section": "coupons",
        "voucher": info,
        "state": voucher_state(info.status),
        "ticket": tickets.voucher_ticket(info),
        "terms": [each for each in _terms(info, names) if each[1]],
        "person": (person.name or person.external_id or _("Sem nome")) if person else "",
        "person_url": reverse("dashboard:customer", args=[person.id])
        if person and request.may("customer.list")
        else "",
        "coupon_url": "" if info.kind == "entry" else reverse("dashboard:coupon", args=[info.coupon_id]),
        "uses": [_use(request, each, names, form if each.id == use else None) for each in uses[:MOST_USES]],
        "cancel_url": reverse("dashboard:voucher_cancel", args=[voucher]) if may_cancel else "",
        "cancel_form": form if form and use is None else ReasonForm(auto_id="cancel_%s"),
    }
    return render_page(request, "dashboard/voucher.html", context, status=status)


def _use(request: DeskRequest, use: RedemptionInfo, names: dict[UUID, str], form: ReasonForm | None) -> dict[str, Any]:
    is_standing = use.reversed_at is None and request.may("voucher.reverse") and use.kind != "entry"
    within_reach = request.actor.stores is None or use.store_id in request.actor.stores
    return {
        "info": use,
        "store": names.get(use.store_id, ""),
        "money": words.amount(use.discount_minor, use.currency) if use.discount_minor else "",
        "back_url": reverse("dashboard:redemption_take_back", args=[use.id]) if is_standing and within_reach else "",
        "form": form or ReasonForm(auto_id=f"use{use.use_number}_%s"),
    }


def _terms(info: VoucherInfo, names: dict[UUID, str]) -> list[tuple[str, str]]:
    where = ", ".join(sorted(names[each] for each in info.stores if each in names))
    paid = words.amount(info.paid_amount, info.paid_unit) if info.paid_amount else ""
    left = words.amount(info.value_left_minor, info.currency) if info.value_left_minor is not None else ""
    return [
        (_("Origem"), _("Escolhido pelo cliente") if info.origin == "balance" and not paid else origin(info.origin)),
        (_("Emitido em"), words.moment(info.issued_at)),
        (_("Custou"), paid),
        (_("Vale a partir de"), words.moment(info.valid_from) if info.valid_from > info.issued_at else ""),
        (_("Vale até"), words.moment(info.valid_until) if info.valid_until else _("sem prazo")),
        (_("Vale em"), where or _("todas as lojas")),
        (_("Quem usa"), _("só o próprio cliente") if info.is_personal else _("quem trouxer o código")),
        (_("Restam"), left),
        (_("Usos"), f"{info.uses_total - info.uses_left}/{info.uses_total}"),
        (_("Código da outra empresa"), info.legacy_code or ""),
        (_("Terminou em"), words.moment(info.ended_at) if info.ended_at else ""),
        (_("Motivo"), info.ended_reason),
    ]
