"""Vouchers at the till: used, and taken back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.counter import pages, states, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import RedeemForm
from dashboard.counter.telling import refusal
from dashboard.counter.views.till import slow_to_guessers
from programs.errors import UndoTooLate
from programs.services import may_sell, undo_redemption
from programs.services.till import can_undo
from smartbis.customers.selectors import get_customer
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.errors import KeyReused
from vouchers.errors import RedemptionAlreadyReversed, VoucherRefused
from vouchers.infos import RedemptionInfo
from vouchers.selectors import get_voucher
from vouchers.services import redeem_voucher


@require_POST
@slow_to_guessers
@counter_page("voucher.redeem")
def redeem(request: CounterRequest) -> HttpResponse:
    """Use a voucher once, however often it is sent."""
    if request.guesses_too_much:
        return pages.result(request, words.too_many_codes(), status=pages.REFUSED)
    form = RedeemForm(request.POST)
    code = request.POST.get("code", "")
    if not form.is_valid():
        return states.voucher(
            request, code, customer=form.cleaned_data.get("customer"), form=form, status=pages.REFUSED
        )
    given = form.cleaned_data
    voucher = get_voucher(tenant=request.tenant, code=code, actor=request.actor)
    if given["amount"] is None and states.needs_amount(voucher):
        form.add_error("amount", _("Digite o valor da venda."))
        return states.voucher(request, code, customer=given["customer"], form=form, status=pages.REFUSED)
    try:
        use = redeem_voucher(
            tenant=request.tenant,
            code=code,
            store=request.store.id,
            key=f"counter-{given['key']}",
            actor=request.actor,
            customer=given["customer"],
            amount_minor=given["amount"],
            external_id=form.number,
        )
    except VoucherRefused as error:
        return _refused(request, error, code, given["customer"])
    except (KeyReused, InvalidInput) as error:
        return refusal(request, error)
    return _done(request, use, given["amount"])


def _refused(request: CounterRequest, error: VoucherRefused, code: str, customer: UUID | None) -> HttpResponse:
    more: dict[str, Any] = {}
    if error.code == "voucher_below_minimum":
        again = f"{reverse('counter:search')}?q={code}"
        more = {"main_label": _("Digitar outro valor"), "main_url": again}
        if customer:
            more["main_url"] = f"{reverse('counter:search')}?customer={customer}&code={code}"
    said = words.refused(error.code, error.params, error.detail)
    return pages.result(request, said, status=pages.REFUSED, **more)


def _done(request: CounterRequest, use: RedemptionInfo, amount_minor: int | None) -> HttpResponse:
    person = get_customer(tenant=request.tenant, customer=use.customer_id) if use.customer_id else None
    more: dict[str, Any] = {"return_after": pages.STAYS_MS}
    if person is not None and person.status == "active" and may_sell(tenant=request.tenant, actor=request.actor):
        amount = f"&amount={amount_minor}" if amount_minor else ""
        sale = f"{reverse('counter:search')}?customer={person.id}&sale={use.external_id}{amount}"
        more = {
            "main_url": sale,
            "main_label": _("Registrar a venda"),
            "is_main_next": True,
            "return_after": pages.STAYS_LONGER_MS,
        }
    if use.reversed_at is None and can_undo(at=use.redeemed_at):
        more["undo_url"] = reverse("counter:undo_redemption", args=[use.id])
    if use.uses_left:
        more["detail"] = _("Ainda vale mais %(uses)s vezes.") % {"uses": use.uses_left}
    parts = (use.coupon_name if use.discount_minor else "", person.name if person else "")
    text = " · ".join(part for part in parts if part)
    headline = words.used(use) if use.discount_minor else _("ENTREGUE: %(thing)s") % {"thing": use.coupon_name}
    return pages.result(request, words.Words("ok", headline, text), **more)


@require_POST
@counter_page("voucher.reverse")
def undo(request: CounterRequest, redemption: UUID) -> HttpResponse:
    """Take back a use of this minute and this operator."""
    try:
        use = undo_redemption(tenant=request.tenant, redemption=redemption, actor=request.actor)
    except (UndoTooLate, RedemptionAlreadyReversed) as error:
        return refusal(request, error)
    is_good = use.voucher_status == "issued"
    after = _("%(name)s pode ser usado de novo.") if is_good else _("%(name)s foi cancelado: não vale mais.")
    said = words.Words("warn", _("USO DESFEITO"), after % {"name": use.coupon_name})
    return pages.result(request, said, return_after=pages.STAYS_MS)
