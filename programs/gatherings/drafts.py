"""Whether a gathering's draft makes sense: every field that does not is named, all at once."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from programs.gatherings.infos import GatheringDraft
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.units import POINTS
from smartbis.tenancy.selectors import TenantInfo

MOST_PLACES = 1_000_000
MOST_PRICE = 10**12
MOST_HOURS = 24 * 365
MOST_KEYS = 50
_LIMITS = {"name": 120, "description": 4000, "image": 500, "place": 200, "pay_words": 300}


def checked(draft: GatheringDraft, *, brand: TenantInfo, stores: frozenset[UUID]) -> GatheringDraft:
    """The draft with its texts trimmed. Raises InvalidInput with sentences by field."""
    draft = replace(
        draft,
        name=draft.name.strip(),
        place=draft.place.strip(),
        pay_words=draft.pay_words.strip(),
        price_unit=draft.price_unit if draft.price_amount else "",
        price_amount=draft.price_amount or None,
        plans=tuple(dict.fromkeys(draft.plans)),
        tiers=tuple(dict.fromkeys(draft.tiers)),
        tags=tuple(dict.fromkeys(draft.tags)),
    )
    errors: dict[str, list[str]] = {}
    problems = (*_of_words(draft), *_of_times(draft), *_of_numbers(draft, brand))
    for field, sentence in problems:
        errors.setdefault(field, []).append(sentence)
    if draft.store is not None and draft.store not in stores:
        errors.setdefault("store", []).append(_("Esta loja não existe."))
    if errors:
        raise InvalidInput(errors)
    return draft


def _of_words(draft: GatheringDraft) -> Iterator[tuple[str, str]]:
    if not draft.name:
        yield "name", _("Dê um nome ao evento.")
    for field, limit in _LIMITS.items():
        if len(getattr(draft, field)) > limit:
            yield field, _("No máximo %(limit)s caracteres.") % {"limit": limit}
    if draft.image and not draft.image.startswith(("https://", "/")):
        yield "image", _("A imagem precisa de um endereço https.")
    if draft.status not in ("draft", "open"):
        yield "status", _("Escolha entre: %(choices)s.") % {"choices": "draft, open"}
    for field in ("plans", "tiers", "tags"):
        keys = getattr(draft, field)
        if len(keys) > MOST_KEYS or not all(0 < len(key) <= 60 for key in keys):
            yield field, _("Cada nome tem de 1 a 60 caracteres; até %(limit)s nomes.") % {"limit": MOST_KEYS}


def _of_times(draft: GatheringDraft) -> Iterator[tuple[str, str]]:
    if draft.ends_at <= draft.starts_at:
        yield "ends_at", _("O fim vem depois do início.")
    if draft.registers_until is not None and draft.registers_until > draft.ends_at:
        yield "registers_until", _("As inscrições se encerram até o fim do evento.")
    if draft.registers_from is not None and draft.registers_from >= (draft.registers_until or draft.starts_at):
        yield "registers_from", _("As inscrições abrem antes de se encerrarem.")


def _of_numbers(draft: GatheringDraft, brand: TenantInfo) -> Iterator[tuple[str, str]]:
    if draft.capacity is not None and not 1 <= draft.capacity <= MOST_PLACES:
        yield "capacity", _("De 1 lugar em diante; deixe vazio para não ter limite.")
    if draft.price_amount is not None and not 1 <= draft.price_amount <= MOST_PRICE:
        yield "price", _("O preço é maior que zero; deixe vazio para ser grátis.")
    if draft.price_unit not in ("", POINTS, brand.currency):
        yield "price", _("O preço é em %(units)s.") % {"units": f"{brand.currency}, {POINTS}"}
    if draft.refund_hours is not None and not 0 <= draft.refund_hours <= MOST_HOURS:
        yield "refund_hours", _("De 0 a %(most)s horas.") % {"most": MOST_HOURS}
