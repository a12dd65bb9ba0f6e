"""Whether a coupon's draft makes sense: every field that does not is named, all at once."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.units import POINTS
from smartbis.tenancy.selectors import TenantInfo
from vouchers.conditions import greatest_cost, minute_of
from vouchers.infos import CouponDraft

MOST_MINOR = 10**12
MOST_COUNT = 10**9
MOST_DAYS = 3660
MOST_USES = 1000
MOST_KEYS = 100
MOST_NOTICES = 5
Problem = tuple[str, str]


def checked(draft: CouponDraft, *, brand: TenantInfo, stores: frozenset[UUID], is_balance: bool = False) -> CouponDraft:
    """The draft with its defaults filled in. Raises InvalidInput with sentences by field."""
    draft = replace(
        draft,
        name=draft.name.strip(),
        holder=draft.holder or ("personal" if draft.cost_amount else "bearer"),
        weekdays=tuple(sorted(set(draft.weekdays))),
        stores=tuple(dict.fromkeys(draft.stores)),
        communities=tuple(dict.fromkeys(draft.communities)),
        tags=tuple(dict.fromkeys(draft.tags)),
        notice_days=tuple(sorted(set(draft.notice_days), reverse=True)),
    )
    errors: dict[str, list[str]] = {}
    for check in (_of_words, _of_value, _of_numbers, _of_time, _of_links):
        for field, sentence in check(draft, is_balance):
            errors.setdefault(field, []).append(sentence)
    if not set(draft.stores) <= stores:
        errors.setdefault("stores", []).append(_("Loja desconhecida."))
    if draft.cost_unit not in ("", POINTS, brand.currency):
        errors.setdefault("cost", []).append(_("O custo é em %(units)s.") % {"units": f"{brand.currency}, {POINTS}"})
    if errors:
        raise InvalidInput(errors)
    return draft


def _of_words(draft: CouponDraft, is_balance: bool) -> Iterator[Problem]:
    if not draft.name:
        yield "name", _("Dê um nome ao cupom.")
    for field, limit in (
        ("name", 120),
        ("image", 500),
        ("description", 4000),
        ("conditions", 8000),
        ("value_sku", 80),
        ("value_key", 80),
    ):
        if len(getattr(draft, field)) > limit:
            yield field, _("No máximo %(limit)s caracteres.") % {"limit": limit}
    choices = {
        "kind": ("amount", "percentage", "freebie", "upgrade"),
        "status": ("draft", "live", "paused", "ended"),
        "holder": ("personal", "bearer"),
        "on_lapse": ("return", "forfeit"),
        "birthday": ("", "day", "week", "month"),
        "funded_by": ("brand", "store"),
    }
    for field, allowed in choices.items():
        if getattr(draft, field) not in allowed:
            yield field, _("Escolha entre: %(choices)s.") % {"choices": ", ".join(filter(None, allowed))}
    if draft.image and not draft.image.startswith(("https://", "/")):
        yield "image", _("A imagem precisa de um endereço https.")


def _of_value(draft: CouponDraft, is_balance: bool) -> Iterator[Problem]:
    needed = {"amount": "value_minor", "percentage": "value_bp", "freebie": "value_sku", "upgrade": "value_key"}
    field = needed.get(draft.kind)
    if field and not getattr(draft, field) and not (is_balance and field == "value_minor"):
        yield field, _("Este tipo de cupom precisa deste valor.")
    strangers = {
        "value_minor": draft.value_minor is not None and draft.kind == "percentage",
        "value_bp": draft.value_bp is not None and draft.kind != "percentage",
        "value_sku": bool(draft.value_sku) and draft.kind != "freebie",
        "value_key": bool(draft.value_key) and draft.kind != "upgrade",
        "max_discount_minor": draft.max_discount_minor is not None and draft.kind != "percentage",
    }
    for name, is_strange in strangers.items():
        if is_strange:
            yield name, _("Não se usa neste tipo de cupom.")
    if draft.is_divisible and (draft.kind != "amount" or draft.uses != 1):
        yield "is_divisible", _("Só um desconto em dinheiro, de um uso, se usa em partes.")
    if draft.value_bp is not None and not 1 <= draft.value_bp <= 10_000:
        yield "value_bp", _("Entre 1 e 10000 (100%).")
    if draft.budget_minor is not None and greatest_cost(draft) is None:
        bound = "max_discount_minor" if draft.kind == "percentage" else "value_minor"
        yield bound, _("Com verba, diga o custo máximo de cada uso.")


def _of_numbers(draft: CouponDraft, is_balance: bool) -> Iterator[Problem]:
    bounds = {
        "value_minor": (1, MOST_MINOR),
        "max_discount_minor": (1, MOST_MINOR),
        "min_purchase_minor": (1, MOST_MINOR),
        "budget_minor": (0, MOST_MINOR),
        "stock": (0, MOST_COUNT),
        "limit_per_customer": (1, MOST_COUNT),
        "limit_per_day": (1, MOST_COUNT),
        "new_within_days": (0, MOST_DAYS),
        "inactive_for_days": (1, MOST_DAYS),
        "uses": (1, MOST_USES),
        "valid_days": (1, MOST_DAYS),
        "usable_from_days": (0, MOST_DAYS),
        "grace_days": (0, MOST_DAYS),
    }
    for field, (least, most) in bounds.items():
        value = getattr(draft, field)
        if value is not None and not least <= value <= most:
            yield field, _("Entre %(least)s e %(most)s.") % {"least": least, "most": most}
    if (draft.cost_unit == "") != (draft.cost_amount is None):
        yield "cost", _("O custo tem unidade e quantidade.")
    if draft.cost_amount is not None and not 1 <= draft.cost_amount <= MOST_MINOR:
        yield "cost", _("Entre %(least)s e %(most)s.") % {"least": 1, "most": MOST_MINOR}


def _of_time(draft: CouponDraft, is_balance: bool) -> Iterator[Problem]:
    for instant in (draft.period_from, draft.period_until):
        if instant is not None and instant.tzinfo is None:
            yield "period", _("Datas com fuso horário.")
            return
    if draft.period_from and draft.period_until and draft.period_until <= draft.period_from:
        yield "period", _("O fim vem depois do começo.")
    if any(not 1 <= day <= 7 for day in draft.weekdays):
        yield "weekdays", _("De 1 (segunda) a 7 (domingo).")
    for start, end in draft.hours:
        try:
            if minute_of(start) == minute_of(end) or minute_of(start) == 24 * 60:
                yield "hours", _("O fim vem depois do começo.")
        except ValueError:
            yield "hours", _("Horários como 14:00.")
    if len(draft.notice_days) > MOST_NOTICES or any(not 1 <= days <= 365 for days in draft.notice_days):
        yield "notice_days", _("Até %(most)s avisos, de 1 a 365 dias antes do fim.") % {"most": MOST_NOTICES}
    if draft.valid_days and (draft.usable_from_days or 0) > draft.valid_days:
        yield "usable_from", _("Começaria a valer depois de vencer.")


def _of_links(draft: CouponDraft, is_balance: bool) -> Iterator[Problem]:
    for field in ("plans", "tiers", "communities", "tags", "given_with_plans"):
        keys = getattr(draft, field)
        if len(keys) > MOST_KEYS or any(not key or len(key) > 60 for key in keys):
            yield field, _("Chaves de 1 a 60 caracteres.")
    if len(draft.segment) > 60:
        yield "segment", _("Chaves de 1 a 60 caracteres.")
    if draft.on_lapse == "forfeit" and not draft.cost_amount:
        yield "on_lapse", _("Só um cupom que custa saldo pode perdê-lo.")
