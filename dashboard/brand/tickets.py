"""Coupons and vouchers as tickets (`components/ticket.html`), as the customer sees them."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from dashboard.brand import words
from vouchers.infos import CouponDraft, VoucherInfo


@dataclass(frozen=True)
class Ticket:
    """What a ticket shows."""

    name: str
    lines: tuple[str, ...] = ()
    stub: str = ""
    stub_icon: str = ""
    stub_note: str = ""
    badge: str = ""
    badge_tone: str = ""
    off: bool = False
    owned: bool = False
    reason: str = ""
    href: str = ""


class Valued(Protocol):
    """What gives something: a coupon or a voucher."""

    @property
    def kind(self) -> str: ...
    @property
    def value_minor(self) -> int | None: ...
    @property
    def value_bp(self) -> int | None: ...


def stub_of(terms: Valued, currency: str) -> dict[str, Any]:
    """What stands on the stub: a value of a few characters, or an icon."""
    if terms.kind == "amount" and terms.value_minor:
        return {"stub": words.short_money(terms.value_minor, currency), "stub_note": _("desconto")}
    if terms.kind == "percentage" and terms.value_bp:
        return {"stub": words.percentage(terms.value_bp), "stub_note": _("desconto")}
    if terms.kind == "freebie":
        return {"stub_icon": "gift", "stub_note": _("grátis")}
    if terms.kind == "entry":
        return {"stub_icon": "calendar", "stub_note": _("entrada")}
    return {"stub_icon": "crown", "stub_note": _("benefício")}


def gives(terms: Valued, currency: str) -> str:
    """What it gives, in words: `R$ 10 de desconto`, `20% de desconto`."""
    if terms.kind == "amount" and terms.value_minor:
        return _("%(value)s de desconto") % {"value": words.short_money(terms.value_minor, currency)}
    if terms.kind == "percentage" and terms.value_bp:
        return _("%(value)s de desconto") % {"value": words.percentage(terms.value_bp)}
    if terms.kind == "entry":
        return _("Entrada")
    return _("Brinde") if terms.kind == "freebie" else _("Benefício")


def cost(coupon: CouponDraft) -> str:
    """What it costs: `150 pontos`, `Sem custo`."""
    return words.amount(coupon.cost_amount, coupon.cost_unit) if coupon.cost_amount else _("Sem custo")


def coupon_ticket(coupon: CouponDraft, currency: str) -> Ticket:
    """An offer as customers see it in the portal."""
    lines = [cost(coupon)]
    if coupon.min_purchase_minor:
        money = words.short_money(coupon.min_purchase_minor, currency)
        lines.append(_("Em compras a partir de %(money)s") % {"money": money})
    if coupon.valid_days:
        lines.append(_("Vale %(days)s dias depois da troca") % {"days": coupon.valid_days})
    elif coupon.period_until:
        lines.append(_("Até %(day)s") % {"day": words.day(coupon.period_until)})
    if coupon.weekdays or coupon.hours:
        lines.append(words.when(coupon.weekdays, coupon.hours))
    return Ticket(coupon.name or _("Nome do cupom"), tuple(lines), **stub_of(coupon, currency))


def voucher_ticket(voucher: VoucherInfo, href: str = "") -> Ticket:
    """A customer's open voucher, with its code for whoever helps them; it leads to `href` where there is one."""
    until = _("Vale até %(day)s") % {"day": words.day(voucher.valid_until)} if voucher.valid_until else _("Sem prazo")
    lines = (voucher.code_grouped, until)
    return Ticket(voucher.coupon_name, lines, owned=True, href=href, **stub_of(voucher, voucher.currency))
