"""Whether a challenge's draft makes sense: every field that does not is named, all at once."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from programs.challenges.infos import ChallengeDraft
from programs.models import Challenge
from smartbis.kernel.errors import InvalidInput

_KEY = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")


def check(draft: ChallengeDraft) -> None:
    """Raises InvalidInput with sentences by field."""
    errors: dict[str, list[str]] = {}
    for field, sentence in (*_of_words(draft), *_of_period(draft), *_of_numbers(draft)):
        errors.setdefault(field, []).append(sentence)
    if errors:
        raise InvalidInput(errors)


def _of_words(draft: ChallengeDraft) -> Iterator[tuple[str, str]]:
    if not _KEY.match(draft.key):
        yield "key", _("Use letras minúsculas, números e hífen, até 40.")
    if not 1 <= len(draft.name.strip()) <= 120:
        yield "name", _("Dê um nome de até 120 caracteres.")
    for name, limit in (("description", 500), ("reward_words", 120), ("category", 100)):
        if len(getattr(draft, name)) > limit:
            yield name, _("No máximo %(limit)s caracteres.") % {"limit": limit}
    if draft.goal not in Challenge.Goal.values:
        yield "goal", ", ".join(Challenge.Goal.values)
    if draft.goal == "category" and not draft.category.strip():
        yield "category", _("Diga qual categoria.")
    if draft.status not in Challenge.Status.values:
        yield "status", ", ".join(Challenge.Status.values)


def _of_period(draft: ChallengeDraft) -> Iterator[tuple[str, str]]:
    dates = (draft.starts_at is not None, draft.ends_at is not None)
    if any(dates) if draft.days is not None else not all(dates):
        yield "period", _("Escolha um período fixo, ou quantos dias para cada cliente.")
    elif draft.days is not None and not 1 <= draft.days <= 3660:
        yield "days", _("De 1 a 3660 dias.")
    elif draft.starts_at is not None and draft.ends_at is not None and draft.ends_at <= draft.starts_at:
        yield "ends_at", _("O fim vem depois do início.")


def _of_numbers(draft: ChallengeDraft) -> Iterator[tuple[str, str]]:
    if not 1 <= draft.number <= 10**12:
        yield "number", _("De 1 em diante.")
    if not 1 <= draft.times <= 1000:
        yield "times", _("De 1 a 1000 vezes.")
    if not 0 <= draft.wait_days <= 365:
        yield "wait_days", _("De 0 a 365 dias.")
