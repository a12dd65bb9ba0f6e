"""The states that more than one action leads to: a customer is found, is new, or a voucher is on the counter."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.counter import doors, pages, words
from dashboard.counter.access import CounterRequest
from dashboard.counter.forms import EnrolForm, RedeemForm, SaleForm
from dashboard.counter.lines import Selling
from programs.gatherings.selectors import get_gathering, registration_of_voucher
from programs.rules import Names, spending_sentences
from programs.selectors import till_customer
from programs.selectors.counter import TillCustomer
from programs.selectors.names import store_names
from programs.selectors.obstacles import why_not_usable
from programs.services import may_sell
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer
from smartbis.kernel.codes import group_code
from smartbis.kernel.phones import format_phone
from smartbis.tenancy.permissions import may
from vouchers.infos import Validation, VoucherInfo
from vouchers.services import validate_voucher

MOST_VOUCHERS = 6


def found(
    request: CounterRequest,
    customer: UUID,
    *,
    form: SaleForm | None = None,
    number: str = "",
    amount_minor: int | None = None,
    warnings: tuple[str, ...] = (),
    confirm: str = "",
    notice: str = "",
    selling: Selling | None = None,
    status: int = 200,
) -> HttpResponse:
    """A customer with what they have here, and the sale's amount to type. Raises CustomerNotFound.

    `selling` is a sale whose lines are being put together.
    """
    seen = till_customer(tenant=request.tenant, customer=customer, store=request.store.id, actor=request.actor)
    if seen.customer.status != "active":
        raise CustomerNotFound
    person = seen.customer
    sells = may_sell(tenant=request.tenant, actor=request.actor)
    form = form or SaleForm(initial={"external_id": number, "amount": amount_minor, "use": True})
    context = {
        "customer": person,
        "contact": person.phone_masked or person.cpf_masked or person.email_masked,
        "last_visit": words.last_visit(seen.last_bought_at),
        "balances": seen.balances,
        "usable_minor": seen.usable_minor,
        "spending": _spending(request, seen),
        "shows_balance": request.actor.partner is None,
        "payment_methods": words.payment_methods(),
        "has_benefits": bool(seen.usable_minor) or any(_takes_money_off(each) for each in seen.vouchers),
        "uses_benefits": form["use"].value()
        if form.is_bound
        else form.get_initial_for_field(form.fields["use"], "use"),
        "held_minor": sum(each.held for each in seen.balances if each.unit == request.brand.currency),
        "vouchers": [_row(each, customer) for each in seen.vouchers[:MOST_VOUCHERS]],
        "tier": seen.tier,
        "plans": [words.plan_of(member) for member in seen.plans],
        "more_vouchers": len(seen.vouchers) - MOST_VOUCHERS,
        "may_sell": sells,
        "form": form,
        "key": form.key_again,
        "warnings": warnings,
        "confirm": confirm,
        "notice": notice,
    }
    context |= (selling or Selling()).context(request.tenant, is_checked=form.is_bound)
    return pages.show(request, "found", context, status=status)


def _takes_money_off(judged: Validation) -> bool:
    return judged.valid and judged.voucher.kind in ("amount", "percentage")


def _spending(request: CounterRequest, seen: TillCustomer) -> list[str]:
    """By which rules balance is used, or why it is not: the operator says so before the customer tries."""
    purse = seen.purse
    if purse is None or not purse.available_minor:
        return []
    currency, least = request.brand.currency, purse.rules.minimum_balance
    facts = {"minimum_minor": least, "missing_minor": least - purse.available_minor, "currency": currency}
    if told := why_not_usable(purse.refusal, facts, words.locale()):
        return [told]
    names = Names(stores=store_names(tenant=request.tenant))
    return spending_sentences(purse.rules, currency=currency, locale=words.locale(), names=names)


def _row(judged: Validation, customer: UUID) -> dict[str, Any]:
    voucher = judged.voucher
    parts = [words.value_of(voucher), words.minimum_of(voucher), words.deadline_of(voucher)]
    reason = judged.reasons[0] if judged.reasons else None
    return {
        "code": voucher.code,
        "name": voucher.coupon_name,
        "text": " · ".join(part for part in parts if part and part != voucher.coupon_name),
        "usable": judged.valid,
        "reason": reason.message if reason else "",
        "url": f"{reverse('counter:search')}?customer={customer}&code={voucher.code}",
    }


def new(
    request: CounterRequest,
    *,
    phone: str | None = None,
    cpf: str | None = None,
    form: EnrolForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Somebody whose number nobody has: the name and the consent are asked for."""
    if not may(request.actor, "customer.enrol") or not may_sell(tenant=request.tenant, actor=request.actor):
        said = words.Words("warn", _("SEM CADASTRO"), _("Ninguém com este número. Leia o voucher do cliente."))
        return pages.result(request, said)
    form = form or EnrolForm(
        brand=request.brand,
        area_code=area_code(request),
        initial={"phone": format_phone(phone) if phone else "", "cpf": cpf or ""},
    )
    context = {"form": form, "key": form.key_again, "terms": request.brand.terms_text}
    return pages.show(request, "new", context, status=status)


def area_code(request: CounterRequest) -> str:
    """The area code that completes local numbers here."""
    return request.store.area_code or request.brand.default_area_code


def voucher(
    request: CounterRequest,
    code: str,
    *,
    customer: UUID | None = None,
    form: RedeemForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """A voucher judged at once, in full colour: what it gives and to whom, or why not.

    A personal voucher names its customer, whom the operator confirms by sight of the name. Raises VoucherNotFound,
    CustomerNotFound.
    """
    asked: dict[str, Any] = {
        "tenant": request.tenant,
        "code": code,
        "store": request.store.id,
        "actor": request.actor,
    }
    judged = validate_voucher(**asked, customer=customer)
    if judged.voucher.is_personal and customer is None:
        customer = judged.voucher.customer_id
        judged = validate_voucher(**asked, customer=customer)
    if judged.voucher.kind == "entry" and (answer := _entry(request, judged.voucher)) is not None:
        return answer
    if not judged.valid:
        return refused_voucher(request, judged)
    person = get_customer(tenant=request.tenant, customer=customer) if customer else None
    shown = judged.voucher
    form = form or RedeemForm()
    context = {
        "voucher": shown,
        "value": words.value_of(shown),
        "details": [
            text
            for text in (
                shown.coupon_name if words.value_of(shown) != shown.coupon_name else "",
                words.minimum_of(shown),
                words.deadline_of(shown),
            )
            if text
        ],
        "customer": person,
        "needs_amount": needs_amount(shown),
        "form": form,
        "key": form.key_again,
        "action": _("Entregar") if shown.kind in ("freebie", "upgrade") else _("Dar o desconto"),
    }
    return pages.show(request, "voucher", context, status=status)


def _entry(request: CounterRequest, voucher: VoucherInfo) -> HttpResponse | None:
    """An entry to an event, read at the till: who it lets in, at its own door."""
    found = registration_of_voucher(tenant=request.tenant, voucher=voucher.id)
    if found is None or found.status == "left" or not may(request.actor, "event.check_in"):
        return None
    return doors.person(request, get_gathering(tenant=request.tenant, gathering=found.gathering_id), found)


def needs_amount(voucher: VoucherInfo) -> bool:
    """Whether the sale's amount decides: for a share of it, a minimum, or change that goes back to the balance."""
    gives_change = voucher.kind == "amount" and voucher.origin == "balance"
    return voucher.kind == "percentage" or bool(voucher.min_purchase_minor) or gives_change


def refused_voucher(request: CounterRequest, judged: Validation) -> HttpResponse:
    """Why a voucher cannot be used here and now."""
    reason = judged.reasons[0]
    more: dict[str, Any] = {"detail": f"{words.value_of(judged.voucher)} · {group_code(judged.voucher.code)}"}
    owner = judged.voucher.customer_id
    if owner and request.actor.partner is None and reason.code != "voucher_wrong_customer":
        more |= {"main_url": f"{reverse('counter:search')}?customer={owner}", "main_label": _("Ver o cliente")}
    return pages.result(request, words.refused(reason.code, reason.params, reason.message), **more)
