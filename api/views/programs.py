"""Programmes: by which rules customers earn."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.programs import (
    ProgramChangeIn,
    ProgramDetailOut,
    ProgramIn,
    ProgramOut,
    ProgramsOut,
    VersionIn,
)
from api.views.base import ApiView, rendered
from api.wording import locale
from insights.selectors import rule_names, segment_names
from programs.infos import ProgramInfo, RuleVersionInfo
from programs.rules import Names, describe
from programs.selectors import get_program, programs
from programs.selectors.budgets import budgets_used
from programs.selectors.catalogue import rule_versions
from programs.services import NoticeDraft, open_program, publish_rule, set_program_status

RULE = {
    "key": "base",
    "effect": {"kind": "percentage", "basis_points": 2000},
    "base": "paid",
    "rounding": "half_up",
}
PROGRAM: dict[str, Any] = {
    "id": "0199a3f2-9c33-7f40-8b12-4d5e6f708192",
    "name": "Cashback 20%",
    "kind": "cashback",
    "unit": "BRL",
    "status": "live",
    "current": {
        "version": 1,
        "effective_at": "2026-05-01T03:00:00Z",
        "sentence": "20% de cashback em cada compra.",
        "spec": {"rules": [RULE]},
    },
    "upcoming": None,
}
DETAIL = PROGRAM | {"versions": [PROGRAM["current"]], "budgets": []}


class ProgramView(ApiView):
    """What the calls on programmes share."""

    def worded(self, info: ProgramInfo, names: Names | None = None) -> dict[str, Any]:
        """A programme with its rules in sentences."""
        known = names or rule_names(tenant=self.tenant)
        return {
            **vars(info),
            "current": self.version(info.current, info.unit, known),
            "upcoming": self.version(info.upcoming, info.unit, known),
        }

    def segments(self) -> Collection[str]:
        """The keys that rules may name."""
        return segment_names(tenant=self.tenant).keys()

    def version(self, version: RuleVersionInfo | None, unit: str, names: Names) -> dict[str, Any] | None:
        """A version with its sentences."""
        if version is None:
            return None
        words = describe(version.rules, unit=unit, currency=self.brand.currency, locale=locale(), names=names)
        return {**vars(version), "sentence": words}

    def detail(self, info: ProgramInfo) -> Any:
        """A programme with every version."""
        names = rule_names(tenant=self.tenant)
        versions = [self.version(each, info.unit, names) for each in rule_versions(tenant=self.tenant, program=info.id)]
        more = {"versions": versions, "budgets": self.budgets(info)}
        return rendered(ProgramDetailOut, self.worded(info, names) | more)

    def budgets(self, info: ProgramInfo) -> list[dict[str, Any]]:
        """How much of the budgets of the rules in force is used."""
        version = info.current or info.upcoming
        limited = [each for each in version.rules.rules if each.limits.budget_minor is not None] if version else []
        used = budgets_used(tenant=self.tenant, program=info.id) if limited else {}
        return [
            {"rule": each.key, "budget_minor": each.limits.budget_minor, "used_minor": used.get(each.key, 0)}
            for each in limited
        ]


class Programs(ProgramView):
    """`/programs`"""

    scopes = {"GET": "programs:read", "POST": "programs:write"}

    @call(
        "listPrograms",
        "Programs",
        "List the programmes",
        description="Each with the version of its rules in force, and the next if one is published.",
        answers={200: ProgramsOut},
        examples=[answered("Cashback of 20 %", {"results": [PROGRAM], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        names = rule_names(tenant=self.tenant)
        rows = [self.worded(info, names) for info in programs(tenant=self.tenant)]
        return Response({"results": rendered(ProgramOut, rows, many=True), "next": None})

    @call(
        "openProgram",
        "Programs",
        "Open a programme",
        description="With its first rules. What is wrong with them is named field by field (`rules.0.effect.points`).",
        body=ProgramIn,
        answers={201: ProgramDetailOut},
        replies={201: "Opened."},
        problems=["rule_invalid", "slug_taken"],
        key="optional",
        examples=[
            sent("Cashback of 20 %", {"name": "Cashback 20%", "kind": "cashback", "spec": {"rules": [RULE]}}),
            answered("Opened", DETAIL, 201),
        ],
    )
    def post(self, request: Request) -> Response:
        """Open."""
        given = self.parsed(ProgramIn)

        def work() -> tuple[int, Any]:
            info = open_program(tenant=self.tenant, actor=self.actor, segments=self.segments(), **given)
            return 201, self.detail(info)

        return self.perhaps_once(work)


class OneProgram(ProgramView):
    """`/programs/{id}`"""

    scopes = {"GET": "programs:read", "PATCH": "programs:write"}

    @call(
        "getProgram",
        "Programs",
        "Read a programme",
        description="With every version of its rules, the newest first, and how much of its budgets is used.",
        answers={200: ProgramDetailOut},
        problems=["program_not_found"],
        examples=[answered("Cashback of 20 %", DETAIL)],
    )
    def get(self, request: Request, program: UUID) -> Response:
        """Read."""
        return Response(self.detail(get_program(tenant=self.tenant, program=program)))

    @call(
        "changeProgram",
        "Programs",
        "Pause a programme, or let it earn again",
        description="While it is paused new sales earn nothing by it; balances stay and can be used.",
        body=ProgramChangeIn,
        answers={200: ProgramDetailOut},
        problems=["program_not_found"],
        key="optional",
        examples=[sent("Pause", {"status": "paused"}), answered("Paused", DETAIL | {"status": "paused"})],
    )
    def patch(self, request: Request, program: UUID) -> Response:
        """Change."""
        status = self.parsed(ProgramChangeIn)["status"]

        def work() -> tuple[int, Any]:
            info = set_program_status(tenant=self.tenant, program=program, status=status, actor=self.actor)
            return 200, self.detail(info)

        return self.perhaps_once(work)


class ProgramVersions(ProgramView):
    """`/programs/{id}/versions`"""

    scopes = {"POST": "programs:write"}

    @call(
        "publishVersion",
        "Programs",
        "Publish new rules",
        description="A version holds all rules; it takes effect at `effective_at`, and sales with an earlier time keep "
        "earning by the version then in force. Keep a rule's `key` through versions: limits and budgets are counted "
        "by it. A version that is planned for later stays: this one is in force until then, or replaces it if it "
        "starts at the same moment. With `based_on` nobody else's changes are undone unseen.",
        body=VersionIn,
        answers={201: ProgramDetailOut},
        replies={201: "Published."},
        problems=["rule_invalid", "rule_effective_in_past", "program_not_found", "program_changed"],
        key="optional",
        examples=[
            sent(
                "From December on, and members are told",
                {
                    "spec": {"rules": [RULE]},
                    "effective_at": "2026-12-01T03:00:00Z",
                    "based_on": 1,
                    "notice": {"text": "A partir de dezembro: 20% de cashback em cada compra.", "send": True},
                },
            ),
            answered("Published", DETAIL, 201),
        ],
    )
    def post(self, request: Request, program: UUID) -> Response:
        """Publish."""
        given = self.parsed(VersionIn)
        told = given.get("notice")
        notice = NoticeDraft(text=told["text"], days=told["days"], sends=told["send"]) if told else None

        def work() -> tuple[int, Any]:
            info = publish_rule(
                tenant=self.tenant,
                program=program,
                spec=given["spec"],
                actor=self.actor,
                effective_at=given.get("effective_at"),
                based_on=given.get("based_on"),
                notice=notice,
                segments=self.segments(),
            )
            return 201, self.detail(info)

        return self.perhaps_once(work)
