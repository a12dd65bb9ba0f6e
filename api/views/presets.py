"""Presets: starting points for programmes."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.programs import PresetIn, PresetOut, PresetsOut, ProgramDetailOut
from api.views.base import rendered
from api.views.programs import DETAIL, RULE, ProgramView
from api.wording import locale
from insights.selectors import rule_names
from programs.presets import PRESETS, Preset, find_preset, open_from_preset
from programs.rules import Names, describe, read_rules
from smartbis.kernel.units import POINTS

SERVICES = {
    "key": "services",
    "name": "Cartão de serviços",
    "text": "20% de volta em cada compra, na hora, para usar em qualquer loja da rede.",
    "kind": "cashback",
    "spec": {"rules": [RULE]},
    "sentence": "20% de cashback em cada compra.",
    "extras": [],
}


class Presets(ProgramView):
    """`/programs/presets`"""

    scopes = {"GET": "programs:read", "POST": "programs:write"}

    @call(
        "listPresets",
        "Programs",
        "List the starting points",
        description="Rules for several kinds of brand, the same for every tenant. Each can be changed and tried first.",
        answers={200: PresetsOut},
        examples=[answered("One of them", {"results": [SERVICES], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        names = rule_names(tenant=self.tenant)
        rows = [self._told(each, names) for each in PRESETS]
        return Response({"results": rendered(PresetOut, rows, many=True), "next": None})

    @call(
        "openPreset",
        "Programs",
        "Open a programme from a starting point",
        description="With its rules as they are, named in the language asked for; and, where the brand has none yet, "
        "with the plan, the tiers and the terms of referrals that it needs.",
        body=PresetIn,
        answers={201: ProgramDetailOut},
        replies={201: "Opened."},
        problems=["slug_taken", "rule_invalid"],
        key="optional",
        examples=[
            sent("20 % of everything", {"preset": "services", "name": "Cashback 20%"}),
            answered("Opened", DETAIL, 201),
        ],
    )
    def post(self, request: Request) -> Response:
        """Open."""
        given = self.parsed(PresetIn)
        preset = find_preset(given.pop("preset"))
        assert preset is not None

        def work() -> tuple[int, Any]:
            info = open_from_preset(
                tenant=self.tenant, preset=preset, actor=self.actor, segments=self.segments(), **given
            )
            return 201, self.detail(info)

        return self.perhaps_once(work)

    def _told(self, preset: Preset, names: Names) -> dict[str, Any]:
        spec, currency = preset.spec, self.brand.currency
        unit = currency if preset.kind == "cashback" else POINTS
        needed = {"plan": preset.has_plan, "referrals": preset.has_referrals, "tiers": preset.has_tiers}
        return {
            "key": preset.key,
            "name": str(preset.name),
            "text": str(preset.text),
            "kind": preset.kind,
            "spec": spec,
            "sentence": describe(read_rules(spec), unit=unit, currency=currency, locale=locale(), names=names),
            "extras": [name for name, is_needed in needed.items() if is_needed],
        }
