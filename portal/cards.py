"""Offers, vouchers and movements as the components of templates take them."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import words
from programs.challenges.infos import Progress
from programs.gatherings.infos import GatheringForCustomer
from programs.selectors import StatementLine
from smartbis.kernel.clock import now
from vouchers.infos import CouponInfo, Offer, VoucherInfo

SOON_DAYS = 7


@dataclass(frozen=True)
class Ticket:
    """One `components/ticket.html`."""

    href: str
    name: str
    lines: tuple[str, ...]
    stub: str
    stub_icon: str
    stub_note: str
    badge: str = ""
    badge_tone: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """One `components/statement_row.html`."""

    amount: int
    unit: str
    title: str
    text: str
    detail: str
    balance_after: int | None
    at: datetime
    pending: bool
    href: str


@dataclass(frozen=True)
class Day:
    """The movements of one day."""

    label: str
    rows: tuple[Row, ...]


def offer_ticket(slug: str, offer: Offer) -> Ticket:
    """An offer: what it costs, how little is left, and why it cannot be had."""
    coupon = offer.coupon
    is_scarce = offer.can_have and coupon.stock_left is not None and coupon.stock_left <= 10
    scarce = ngettext("Resta %(left)s", "Restam %(left)s", coupon.stock_left or 0) % {"left": coupon.stock_left}
    return Ticket(
        href=reverse("portal:offer", args=[slug, coupon.id]),
        name=coupon.name,
        lines=(cost_words(coupon),),
        badge=scarce if is_scarce else "",
        badge_tone="warn" if is_scarce else "",
        reason="" if offer.can_have else " ".join(words.why_not(reason) for reason in offer.reasons),
        **words.stub_of(coupon),
    )


def cost_words(coupon: CouponInfo) -> str:
    """What an offer costs: `150 pontos`, `Sem custo`."""
    return words.amount_words(coupon.cost_amount, coupon.cost_unit) if coupon.cost_amount else _("Sem custo")


def voucher_ticket(slug: str, voucher: VoucherInfo) -> Ticket:
    """A voucher: its deadline while it is open, its end afterwards."""
    is_open = voucher.status == "issued"
    instant = now()
    until = words.how_long(voucher.valid_until, instant)
    is_early = is_open and voucher.valid_from > instant
    if is_early:
        until = _("Vale a partir de %(day)s") % {"day": words.day(voucher.valid_from)}
    is_soon = is_open and not is_early and _ends_soon(voucher, instant)
    return Ticket(
        href=reverse("portal:voucher", args=[slug, voucher.id]),
        name=voucher.coupon_name,
        lines=(until,) if is_open and not is_soon else (),
        badge=until if is_soon else "",
        badge_tone="warn" if is_soon else "",
        reason="" if is_open else ending(voucher),
        **words.stub_of(voucher),
    )


def ending(voucher: VoucherInfo) -> str:
    """How a voucher that is no longer open came to its end."""
    if voucher.status == "redeemed":
        return _("Usado em %(day)s") % {"day": words.day(voucher.used_at)} if voucher.used_at else _("Usado")
    if voucher.status == "lapsed":
        return _("Venceu em %(day)s") % {"day": words.day(voucher.valid_until)} if voucher.valid_until else _("Vencido")
    return _("Cancelado em %(day)s") % {"day": words.day(voucher.ended_at)} if voucher.ended_at else _("Cancelado")


def event_card(slug: str, seen: GatheringForCustomer) -> Ticket:
    """An event: when, what it costs, and where the customer stands."""
    info, mine = seen.gathering, seen.registration
    start = localtime(info.starts_at)
    price = words.amount_words(info.price_amount, info.price_unit) if info.price_amount else _("Grátis")
    badge, tone = "", ""
    if info.status == "cancelled":
        badge, tone = _("Cancelado"), "bad"
    elif mine is not None:
        badge, tone = {
            "registered": (_("Inscrito"), "ok"),
            "arrived": (_("Você veio"), "ok"),
            "waiting": (_("Em espera, %(n)sº da fila") % {"n": mine.position}, "warn"),
        }.get(mine.status, ("", ""))
    elif info.places_left == 0:
        badge, tone = _("Lotado"), "warn"
    return Ticket(
        href=reverse("portal:event", args=[slug, info.id]),
        name=info.name,
        lines=tuple(
            part for part in (date_format(start, "WEEKDAY_TIME_FORMAT"), info.place, "" if mine else price) if part
        ),
        stub=date_format(start, "d"),
        stub_icon="",
        stub_note=date_format(start, "M"),
        badge=badge,
        badge_tone=tone,
        reason="" if mine or seen.can_register else " ".join(words.event_reason(code, seen) for code in seen.reasons),
    )


@dataclass(frozen=True)
class GoalCard:
    """A challenge with how far the customer has come."""

    name: str
    text: str
    reward: str
    progress: str
    value: int
    most: int
    note: str
    join_url: str
    is_complete: bool


def goal_card(slug: str, seen: Progress, currency: str) -> GoalCard:
    """`2 de 3`, what it gives, until when, and joining where that is asked for."""
    info = seen.challenge
    notes = []
    if seen.done and info.times > 1:
        notes.append(_("Concluído %(done)s de %(times)s vezes") % {"done": seen.done, "times": info.times})
    elif seen.done:
        notes.append(_("Concluído"))
    if seen.due_at is not None:
        notes.append(_("Meta alcançada: o prêmio sai em %(day)s") % {"day": words.day(seen.due_at)})
    if seen.until is not None and not seen.is_complete:
        notes.append(_("Até %(day)s") % {"day": words.day(seen.until)})
    elif info.days is not None and not seen.joined:
        notes.append(_("%(days)s dias a partir da sua entrada") % {"days": info.days})
    return GoalCard(
        name=info.name,
        text=info.description or words.goal_words(info.goal, info.number, info.category, currency),
        reward=info.reward_words,
        progress=words.goal_progress(info.goal, seen.value, info.number, currency),
        value=seen.value,
        most=info.number,
        note=" · ".join(notes),
        join_url="" if seen.joined else reverse("portal:challenge_join", args=[slug, info.id]),
        is_complete=seen.is_complete,
    )


def statement_row(slug: str, line: StatementLine) -> Row:
    """A movement: its store and its why."""
    is_pending = line.amount == 0 and line.pending_change != 0
    is_owed = line.amount == 0 and not is_pending and line.owed_change != 0
    change = line.pending_change if is_pending else -line.owed_change if is_owed else line.amount
    return Row(
        amount=change,
        unit=line.unit,
        title=line.title,
        text=line.store,
        detail=line.explanation,
        balance_after=line.balance_after if line.amount else None,
        at=line.at,
        pending=is_pending,
        href=reverse("portal:voucher", args=[slug, line.voucher_id]) if line.voucher_id else "",
    )


def by_day(slug: str, lines: tuple[StatementLine, ...]) -> list[Day]:
    """Movements grouped by day of the brand's calendar, in their order."""
    today = localtime(now()).date()
    groups: dict[str, list[Row]] = {}
    for line in lines:
        on = localtime(line.at).date()
        gap = (today - on).days
        label = _("Hoje") if gap == 0 else _("Ontem") if gap == 1 else format_date(on, "long", locale=words.locale())
        groups.setdefault(label, []).append(statement_row(slug, line))
    return [Day(label, tuple(rows)) for label, rows in groups.items()]


def _ends_soon(voucher: VoucherInfo, instant: datetime) -> bool:
    return voucher.valid_until is not None and (voucher.valid_until - instant).days < SOON_DAYS
