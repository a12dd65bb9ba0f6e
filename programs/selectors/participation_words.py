"""What people took part in, in words of the active language."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from programs.infos import AwardInfo
from programs.models import Challenge
from smartbis.tenancy.scope import tenant_scope

_CHALLENGE = "challenge:"


def participations_of(*, tenant: UUID, awards: Iterable[AwardInfo]) -> dict[str, str]:
    """What the participations are called that these awards were given for, by kind."""
    kinds = {award.explanation.get("participation", "") for award in awards} - {""}
    return participation_words(tenant=tenant, kinds=kinds) if kinds else {}


def participation_words(*, tenant: UUID, kinds: Collection[str]) -> dict[str, str]:
    """What each kind of participation is called; a brand's own is called as it is. One query where challenges are."""
    known = {
        "event": _("evento"),
        "renewal": _("renovação do plano"),
        "referral": _("indicação de um amigo"),
        "referred": _("chegada por indicação"),
    }
    keys = {kind.removeprefix(_CHALLENGE) for kind in kinds if kind.startswith(_CHALLENGE)}
    if keys:
        with tenant_scope(tenant, read_only=True):
            named = Challenge.objects.filter(key__in=keys).values_list("key", "name")
            known |= {f"{_CHALLENGE}{key}": _("desafio %(name)s") % {"name": name} for key, name in named}
    return {kind: known.get(kind, kind) for kind in kinds}
