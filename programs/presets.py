"""Starting points for programmes: rules, and where they need them plans and tiers, of five kinds of brand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.infos import ProgramInfo
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.selectors import referral_terms
from programs.referrals.services import set_terms
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from programs.services.plan_catalogue import PlanTerms, create_plan
from programs.services.programs import open_program
from programs.services.tiers import set_ladder
from programs.tiers import Tier
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class Preset:
    """One starting point. `icon` is of the sprite; `spec` is in the version's own form."""

    key: str
    name: Promise
    text: Promise
    icon: str
    kind: Literal["cashback", "points"]
    rules: tuple[dict[str, Any], ...]
    names: dict[str, Promise]
    spending: dict[str, Any] | None = None
    point_value: dict[str, int] | None = None
    has_plan: bool = False
    has_referrals: bool = False
    has_tiers: bool = False

    @property
    def spec(self) -> dict[str, Any]:
        """The rules, named in the active language."""
        found: dict[str, Any] = {
            "rules": [{**rule, "name": str(self.names.get(rule["key"], ""))} for rule in self.rules]
        }
        if self.spending:
            found["spending"] = self.spending
        if self.point_value:
            found["point_value"] = self.point_value
        return found


def _rule(key: str, effect: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "effect": effect, **more}


def _percent(basis_points: int) -> dict[str, Any]:
    return {"kind": "percentage", "basis_points": basis_points}


_POINT = {"kind": "per_unit", "points": 1, "minor": 100}
_DOUBLE = {"kind": "multiplier", "factor_bp": 20_000}

PRESETS: tuple[Preset, ...] = (
    Preset(
        key="shop",
        name=gettext_lazy("Loja"),
        text=gettext_lazy("5% de volta em cada compra, 10% na primeira. O saldo paga até metade da próxima."),
        icon="shopping-bag",
        kind="cashback",
        rules=(
            _rule("base", _percent(500), stacking={"mode": "best"}, hold_days=7),
            _rule(
                "first",
                _percent(1000),
                when={"purchases": {"from": 1, "until": 1}},
                stacking={"mode": "best"},
                limits={"per_purchase": 5000},
                hold_days=7,
            ),
        ),
        names={"base": gettext_lazy("Toda compra"), "first": gettext_lazy("Primeira compra")},
        spending={"minimum_balance": 1000, "maximum_share_bp": 5000},
    ),
    Preset(
        key="services",
        name=gettext_lazy("Cartão de serviços"),
        text=gettext_lazy("20% de volta em cada compra, na hora, para usar em qualquer loja da rede."),
        icon="handshake",
        kind="cashback",
        rules=(_rule("base", _percent(2000)),),
        names={"base": gettext_lazy("Toda compra")},
    ),
    Preset(
        key="restaurant",
        name=gettext_lazy("Restaurante"),
        text=gettext_lazy("5% de volta, em dobro de segunda a quarta e no happy hour, para encher os dias fracos."),
        icon="clock",
        kind="cashback",
        rules=(
            _rule("base", _percent(500)),
            _rule("slow-days", _DOUBLE, when={"weekdays": [1, 2, 3]}, stacking={"mode": "best"}),
            _rule(
                "happy-hour",
                _DOUBLE,
                when={"weekdays": [4, 5], "hours": [["17:00", "19:00"]]},
                stacking={"mode": "best"},
            ),
        ),
        names={
            "base": gettext_lazy("Toda conta"),
            "slow-days": gettext_lazy("Segunda a quarta em dobro"),
            "happy-hour": gettext_lazy("Happy hour em dobro"),
        },
    ),
    Preset(
        key="association",
        name=gettext_lazy("Associação"),
        text=gettext_lazy("1 ponto a cada R$ 1, e pontos por eventos, renovação da anuidade e indicações."),
        icon="users",
        kind="points",
        rules=(
            _rule("base", _POINT),
            _rule("event", {"kind": "fixed", "amount": 50}, when={"participations": ["event"]}),
            _rule("renewal", {"kind": "fixed", "amount": 200}, when={"participations": ["renewal"]}),
            _rule(
                "referral",
                {"kind": "fixed", "amount": 100},
                when={"participations": ["referral"]},
                limits={"times_per_customer": {"month": 10}},
            ),
        ),
        names={
            "base": gettext_lazy("Compras"),
            "event": gettext_lazy("Eventos"),
            "renewal": gettext_lazy("Renovação"),
            "referral": gettext_lazy("Indicações"),
        },
        point_value={"points": 100, "minor": 100},
        has_plan=True,
        has_referrals=True,
    ),
    Preset(
        key="club",
        name=gettext_lazy("Clube"),
        text=gettext_lazy("Pontos e três níveis, em dobro na semana do aniversário e bônus na primeira compra."),
        icon="crown",
        kind="points",
        rules=(
            _rule("base", _POINT),
            _rule("tiers", {"kind": "tier_points", "points": 1, "minor": 100}),
            _rule("birthday", _DOUBLE, when={"birthday": "week"}, stacking={"mode": "best"}),
            _rule("welcome", {"kind": "fixed", "amount": 100}, when={"purchases": {"from": 1, "until": 1}}),
        ),
        names={
            "base": gettext_lazy("Compras"),
            "tiers": gettext_lazy("Pontos de nível"),
            "birthday": gettext_lazy("Aniversário em dobro"),
            "welcome": gettext_lazy("Bônus de boas-vindas"),
        },
        point_value={"points": 100, "minor": 100},
        has_tiers=True,
    ),
    Preset(
        key="blank-cashback",
        name=gettext_lazy("Do zero, com cashback"),
        text=gettext_lazy("Uma regra simples de cashback, para você mudar como quiser."),
        icon="coins",
        kind="cashback",
        rules=(_rule("base", _percent(500)),),
        names={},
    ),
    Preset(
        key="blank-points",
        name=gettext_lazy("Do zero, com pontos"),
        text=gettext_lazy("Uma regra simples de pontos, para você mudar como quiser."),
        icon="star",
        kind="points",
        rules=(_rule("base", _POINT),),
        names={},
    ),
)


def find_preset(key: str) -> Preset | None:
    """The starting point of that key."""
    return next((preset for preset in PRESETS if preset.key == key), None)


def add_extras(*, tenant: UUID, preset: Preset, actor: Actor) -> None:
    """Make the plan, the tiers and the terms of referrals of a preset, where the brand has none yet.

    Raises InvalidInput.
    """
    with tenant_scope(tenant):
        if preset.has_plan and not plans(tenant=tenant):
            terms = PlanTerms(name=_("Anuidade"), length="months", count=12, rewards_renewal=True)
            create_plan(tenant=tenant, key="annual", terms=terms, actor=actor)
        if preset.has_referrals and referral_terms(tenant=tenant) == ReferralTermsDraft():
            set_terms(tenant=tenant, draft=ReferralTermsDraft(is_live=True), actor=actor)
        if preset.has_tiers and find_ladder(tenant=tenant) is None:
            set_ladder(
                tenant=tenant,
                tiers=_tiers(),
                measure="tier_points",
                window="rolling",
                keep="days",
                fall="one_step",
                actor=actor,
            )


def open_from_preset(
    *,
    tenant: UUID,
    preset: Preset,
    actor: Actor,
    name: str = "",
    spec: Any = None,
    with_extras: bool = True,
    effective_at: datetime | None = None,
    segments: Collection[str] | None = None,
) -> ProgramInfo:
    """Open a programme with a preset's rules, or with `spec` that was made of them, and with what it needs beside them.

    Without a `name` it has the preset's; `effective_at` and `segments` are as in `open_program`.
    Raises InvalidRule, InvalidInput, SlugTaken; nothing is made then.
    """
    with tenant_scope(tenant):
        if with_extras:
            add_extras(tenant=tenant, preset=preset, actor=actor)
        return open_program(
            tenant=tenant,
            name=name or str(preset.name),
            kind=preset.kind,
            spec=preset.spec if spec is None else spec,
            actor=actor,
            effective_at=effective_at,
            segments=segments,
        )


def _tiers() -> Sequence[Tier]:
    return (
        Tier("bronze", _("Bronze"), 0, "#9a5b2e", "sparkles"),
        Tier("silver", _("Prata"), 500, "#6b7280", "star"),
        Tier("gold", _("Ouro"), 2000, "#a16207", "crown"),
    )
