"""Programmes: by which rules customers earn."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call
from api.serializers.programs import ProgramOut, ProgramsOut
from api.views.base import ApiView, rendered
from api.wording import locale
from programs.infos import RuleVersionInfo
from programs.rules import Names, describe
from programs.selectors import programs
from smartbis.tenancy.selectors import stores


class Programs(ApiView):
    """`/programs`"""

    scopes = {"GET": "programs:read"}

    @call(
        "listPrograms",
        "Programs",
        "List the programmes",
        description="Each with the version of its rule in force, and the next if one is published.",
        answers={200: ProgramsOut},
        examples=[
            answered(
                "Cashback of 20 %",
                {
                    "results": [
                        {
                            "id": "0199a3f2-9c33-7f40-8b12-4d5e6f708192",
                            "name": "Cashback 20%",
                            "kind": "cashback",
                            "unit": "BRL",
                            "status": "live",
                            "current": {
                                "version": 1,
                                "effective_at": "2026-05-01T03:00:00Z",
                                "sentence": "20% de cashback em cada compra.",
                                "spec": {
                                    "rules": [
                                        {
                                            "key": "base",
                                            "effect": {"kind": "percentage", "basis_points": 2000},
                                            "base": "paid",
                                            "rounding": "half_up",
                                        }
                                    ]
                                },
                            },
                            "upcoming": None,
                        }
                    ],
                    "next": None,
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """List."""
        names = {store.code: store.name for store in stores(tenant=self.tenant, active_only=False)}
        rows = [
            {
                **vars(info),
                "current": self._worded(info.current, info.unit, names),
                "upcoming": self._worded(info.upcoming, info.unit, names),
            }
            for info in programs(tenant=self.tenant)
        ]
        return Response({"results": rendered(ProgramOut, rows, many=True), "next": None})

    def _worded(self, version: RuleVersionInfo | None, unit: str, names: dict[str, str]) -> dict[str, Any] | None:
        if version is None:
            return None
        words = describe(
            version.rules, unit=unit, currency=self.brand.currency, locale=locale(), names=Names(stores=names)
        )
        return {**vars(version), "sentence": words}
