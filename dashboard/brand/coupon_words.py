"""A coupon's terms in words, for the people of the brand."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext as _

from dashboard.brand import tickets, words
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.belonging import belonging_names
from vouchers.infos import CouponInfo
from vouchers.selectors.campaigns import get_campaign


def terms_of(request: DeskRequest, coupon: CouponInfo, names: dict[UUID, str]) -> list[tuple[str, str]]:
    """The terms that are set, as pairs of words."""
    return [
        *_terms_of_value(coupon),
        *_terms_of_place(coupon, names),
        *_terms_of_people(request, coupon),
        *_terms_of_number(request, coupon),
    ]


def short_terms(coupon: CouponInfo, names: dict[UUID, str]) -> list[tuple[str, str]]:
    """What a customer has to know of it, for the printed card."""
    wanted = [*_terms_of_value(coupon), *_terms_of_place(coupon, names)]
    return [(name, value) for name, value in wanted if name != _("Dá")]


def _terms_of_value(coupon: CouponInfo) -> Iterator[tuple[str, str]]:
    yield _("Dá"), tickets.gives(coupon, coupon.currency)
    yield _("Custa"), tickets.cost(coupon)
    if coupon.cost_amount:
        back = _("o saldo volta") if coupon.on_lapse == "return" else _("o cliente perde o que pagou")
        yield _("Se vencer"), back
    if coupon.max_discount_minor:
        yield _("Desconto máximo"), words.amount(coupon.max_discount_minor, coupon.currency)
    if coupon.min_purchase_minor:
        yield _("Compra mínima"), words.amount(coupon.min_purchase_minor, coupon.currency)


def _terms_of_place(coupon: CouponInfo, names: dict[UUID, str]) -> Iterator[tuple[str, str]]:
    yield _("Vale em"), ", ".join(sorted(names[each] for each in coupon.stores if each in names)) or _("todas as lojas")
    yield _("Prazo de uso"), _("%(days)s dias") % {"days": coupon.valid_days} if coupon.valid_days else _("sem prazo")
    if coupon.period_from:
        yield _("Disponível desde"), words.moment(coupon.period_from)
    if coupon.period_until:
        yield _("Disponível até"), words.moment(coupon.period_until)
    if coupon.weekdays or coupon.hours:
        yield _("Quando vale"), words.when(coupon.weekdays, coupon.hours)


def _terms_of_people(request: DeskRequest, coupon: CouponInfo) -> Iterator[tuple[str, str]]:
    yield _("Quem usa"), _("só o próprio cliente") if coupon.holder == "personal" else _("quem trouxer o código")
    segment = (coupon.segment,) if coupon.segment else ()
    asked = (
        ("plans", coupon.plans),
        ("tiers", coupon.tiers),
        ("segments", segment),
        ("communities", coupon.communities),
        ("tags", coupon.tags),
    )
    groups = [*belonging_names(tenant=request.tenant, asked=asked), *_moments(coupon)]
    if groups:
        yield _("Para"), "; ".join(groups)
    if coupon.campaign_id:
        yield _("Campanha"), get_campaign(tenant=request.tenant, campaign=coupon.campaign_id).name


def _terms_of_number(request: DeskRequest, coupon: CouponInfo) -> Iterator[tuple[str, str]]:
    if coupon.limit_per_customer:
        yield _("Por cliente"), words.number(coupon.limit_per_customer)
    if coupon.limit_per_day:
        yield _("Por cliente, por dia"), words.number(coupon.limit_per_day)
    if coupon.is_divisible:
        yield _("Uso"), _("em partes, até acabar o valor")
    if coupon.uses > 1:
        yield _("Usos de cada voucher"), words.number(coupon.uses)
    if coupon.stock is not None:
        left, every = words.number(coupon.stock_left or 0), words.number(coupon.stock)
        yield _("Estoque livre"), _("%(left)s de %(all)s") % {"left": left, "all": every}
    if coupon.budget_minor is not None:
        yield _("Verba livre"), words.amount(coupon.budget_left_minor or 0, coupon.currency)
    alone = [
        name
        for name, stacks in (
            (_("outros vouchers"), coupon.stacks_with_vouchers),
            (_("saldo"), coupon.stacks_with_balance),
        )
        if not stacks
    ]
    if alone:
        yield _("Não soma com"), ", ".join(alone)
    if given := belonging_names(tenant=request.tenant, asked=(("plans", coupon.given_with_plans),)):
        yield _("Vem com o plano"), ", ".join(given)
    if coupon.notice_days and (coupon.valid_days or coupon.period_until):
        days = ", ".join(str(each) for each in coupon.notice_days)
        yield _("Avisa antes de vencer"), _("%(days)s dias") % {"days": days}
    if coupon.rotates_code:
        yield _("QR no portal"), _("muda a cada minuto")
    if not coupon.is_listed:
        yield _("No portal"), _("não aparece")


def _moments(coupon: CouponInfo) -> Iterator[str]:
    """What the coupon asks of a customer beside groups."""
    if coupon.birthday:
        yield {
            "day": _("no dia do aniversário"),
            "week": _("até uma semana antes ou depois do aniversário"),
            "month": _("no mês do aniversário"),
        }[coupon.birthday]
    if coupon.new_within_days is not None:
        yield _("cadastro há até %(days)s dias") % {"days": coupon.new_within_days}
    if coupon.inactive_for_days is not None:
        yield _("sem comprar há %(days)s dias ou mais") % {"days": coupon.inactive_for_days}
