"""Programmes and the versions of their rules."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal, cast
from uuid import UUID

from programs.errors import ProgramNotFound
from programs.infos import ProgramInfo, RuleVersionInfo
from programs.models import Program, RuleVersion
from programs.rules import Evaluator, RuleSet, read_rules
from programs.rules.limits import Counted, counted
from programs.rules.needs import Needs, all_needs, needs_of
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import Reading, read, tenant_scope


@dataclass(frozen=True)
class RuleInForce:
    """A live programme and one version of its rules; `counted` are those by whose limits is counted what they give."""

    program_id: UUID
    program: str
    unit: str
    version_id: UUID
    version: int
    rules: RuleSet
    effective_at: datetime
    needs: Needs
    evaluator: Evaluator
    counted: dict[str, Counted]


@dataclass(frozen=True)
class RuleBook:
    """Every version of every live programme; answers which ones were in force at an instant."""

    versions: dict[UUID, Sequence[RuleInForce]]

    @property
    def needs(self) -> Needs:
        """What any of the versions asks."""
        return all_needs(each.needs for versions in self.versions.values() for each in versions)

    def at(self, instant: datetime) -> list[RuleInForce]:
        """The version of each programme in force at `instant`, in the programmes' order."""
        found = []
        for versions in self.versions.values():
            place = bisect_right(versions, instant, key=lambda each: each.effective_at)
            if place:
                found.append(versions[place - 1])
        return found


def rules_in_force(*, tenant: UUID) -> RuleBook:
    """The rule book of the live programmes, in one query."""
    with tenant_scope(tenant, read_only=True):
        return read(rule_book_reading(tenant))


# Every sale reads the rule book, so it is said in a fixed statement.
_RULE_BOOK = """
SELECT p.id, p.name, p.unit, v.id, v.version, v.effective_at, v.spec::text
FROM programs_program p JOIN programs_ruleversion v ON v.tenant_id = p.tenant_id AND v.program_id = p.id
WHERE p.tenant_id = %s AND p.status = 'live'
ORDER BY p.created_at, p.id, v.effective_at, v.version
"""


def rule_book_reading(tenant: UUID) -> Reading[RuleBook]:
    """What `rules_in_force` reads, to be read together with other things."""
    return Reading(_RULE_BOOK, (tenant,), _rule_book, "rule book")


def _rule_book(rows: list[tuple[Any, ...]]) -> RuleBook:
    return RuleBook({program: _in_force(tuple(each)) for program, each in groupby(rows, key=lambda row: row[0])})


@lru_cache(maxsize=1024)
def _in_force(rows: tuple[tuple[Any, ...], ...]) -> tuple[RuleInForce, ...]:
    """The versions of one programme, made ready."""
    read_ = [_read_text(row[-1]) for row in rows]
    found = []
    for row, (rules, needs, evaluator), keys in zip(rows, read_, counted([each[0] for each in read_]), strict=True):
        program, name, unit, version_id, version, effective_at, _spec = row
        all_its = replace(needs, uses=needs.uses or bool(keys))
        found.append(
            RuleInForce(program, name, unit, version_id, version, rules, effective_at, all_its, evaluator, keys)
        )
    return tuple(found)


def counted_rules(program: UUID) -> dict[UUID, dict[str, Counted]]:
    """The counted rules of a programme's versions, by the versions' ids. Runs in the tenant's scope."""
    rows = list(RuleVersion.objects.filter(program_id=program).order_by("effective_at", "version"))
    return {row.id: keys for row, keys in zip(rows, counted([version_rules(row) for row in rows]), strict=True)}


@lru_cache(maxsize=4096)
def _read_text(spec: str) -> tuple[RuleSet, Needs, Evaluator]:
    """The rules that a version's text describes, made ready; the same text is the same set, in whichever version."""
    rules = read_rules(json.loads(spec))
    return rules, needs_of(rules), Evaluator(rules)


def version_rules(row: RuleVersion) -> RuleSet:
    """The rules of a version's row, read once however often it is met."""
    return _read_text(json.dumps(row.spec, sort_keys=True))[0]


def programs(*, tenant: UUID) -> list[ProgramInfo]:
    """Every programme, the oldest first, with the version in force and those that follow."""
    with tenant_scope(tenant, read_only=True):
        return read(programs_reading(tenant))


# Every page of a customer and every till asks this.
_PROGRAMS = """
SELECT p.id, p.name, p.kind, p.unit, p.status, v.id, v.version, v.spec::text, v.effective_at, v.created_at
FROM programs_program p LEFT JOIN programs_ruleversion v ON v.tenant_id = p.tenant_id AND v.program_id = p.id
WHERE p.tenant_id = %s
ORDER BY p.created_at, p.id, v.effective_at, v.version
"""


def programs_reading(tenant: UUID) -> Reading[list[ProgramInfo]]:
    """What `programs` reads, to be read together with other things; remembered where nothing is written."""
    instant = now()

    def make(rows: list[tuple[Any, ...]]) -> list[ProgramInfo]:
        grouped = groupby(rows, key=lambda row: row[:5])
        return [_told(program, [row[5:] for row in versions], instant) for program, versions in grouped]

    return Reading(_PROGRAMS, (tenant,), make, "programs", only_in_reading=True)


def _told(program: tuple[Any, ...], versions: list[tuple[Any, ...]], instant: datetime) -> ProgramInfo:
    dated = [row for row in versions if row[0] is not None]
    place = bisect_right(dated, instant, key=lambda row: cast(datetime, row[3]))
    current = _told_version(dated[place - 1]) if place else None
    planned = _standing([_told_version(row) for row in dated[place:]])
    program_id, name, kind, unit, status = program
    latest = max((row[1] for row in dated), default=0)
    return ProgramInfo(program_id, name, kind, unit, status, current, planned, latest)


def _standing(planned: list[RuleVersionInfo]) -> tuple[RuleVersionInfo, ...]:
    """Those that will come into force, in their order: of several for one moment the newest does."""
    return tuple({each.effective_at: each for each in planned}.values())


def _told_version(row: tuple[Any, ...]) -> RuleVersionInfo:
    version_id, version, spec, effective_at, created_at = row
    return RuleVersionInfo(version_id, version, _read_text(spec)[0], json.loads(spec), effective_at, created_at)


def get_program(*, tenant: UUID, program: UUID) -> ProgramInfo:
    """Raises ProgramNotFound."""
    instant = now()
    with tenant_scope(tenant, read_only=True):
        row = Program.objects.filter(id=program).first()
        if row is None:
            raise ProgramNotFound
        return _info(row, list(RuleVersion.objects.filter(program=row).order_by("effective_at", "version")), instant)


def rule_versions(*, tenant: UUID, program: UUID) -> list[RuleVersionInfo]:
    """Every version of a programme's rule, the newest first."""
    with tenant_scope(tenant, read_only=True):
        return [_version(row) for row in RuleVersion.objects.filter(program_id=program).order_by("-version")]


def _info(row: Program, versions: list[RuleVersion], instant: datetime) -> ProgramInfo:
    past = [version for version in versions if version.effective_at <= instant]
    future = [version for version in versions if version.effective_at > instant]
    return ProgramInfo(
        id=row.id,
        name=row.name,
        kind=cast(Literal["cashback", "points"], row.kind),
        unit=row.unit,
        status=row.status,
        current=_version(past[-1]) if past else None,
        planned=_standing([_version(each) for each in future]),
        latest=max((version.version for version in versions), default=0),
    )


def _version(row: RuleVersion) -> RuleVersionInfo:
    return RuleVersionInfo(row.id, row.version, version_rules(row), row.spec, row.effective_at, row.created_at)
