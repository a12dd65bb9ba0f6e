"""How a brand's programme works, from its rules in force: nothing here is written by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from insights.selectors import rule_names
from programs.infos import ProgramInfo
from programs.rules import Names, RuleSet, sentence, spending_sentences
from programs.selectors import programs
from smartbis.kernel.units import POINTS
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo


@dataclass(frozen=True)
class Promise:
    """What one programme gives, a sentence for each rule, how its balance is used, and what it will give from when."""

    program: str
    kind: Literal["cashback", "points"]
    unit: str
    sentences: tuple[str, ...]
    spending: tuple[str, ...]
    hold_days: int
    coming: tuple[str, ...] = ()
    coming_at: datetime | None = None


def live_programs(*, brand: TenantInfo) -> list[ProgramInfo]:
    """The programmes that give something now or soon, in their order."""
    return [program for program in programs(tenant=brand.id) if program.status == "live"]


def promises(*, brand: TenantInfo, locale: str, live: Sequence[ProgramInfo] | None = None) -> list[Promise]:
    """What each live programme gives now, in its order; `live` are those programmes where they are known already."""
    with tenant_scope(brand.id, read_only=True):
        found = live_programs(brand=brand) if live is None else live
        versions = [each for program in found for each in (program.current, program.upcoming) if each]
        names = rule_names(tenant=brand.id, rules=[each.rules for each in versions])
        return [_promise(program, brand, locale, names) for program in found if program.current]


def units_of(live: Sequence[ProgramInfo]) -> list[str]:
    """The units that live programmes give, money first."""
    units = {program.unit for program in live}
    return sorted(units, key=lambda unit: (unit == POINTS, unit))


def _promise(program: ProgramInfo, brand: TenantInfo, locale: str, names: Names) -> Promise:
    assert program.current is not None

    def told(rules: RuleSet) -> tuple[str, ...]:
        facts: dict[str, Any] = {"currency": brand.currency, "locale": locale, "names": names}
        # two kinds of taking part may be called the same
        return tuple(dict.fromkeys(sentence(rule, unit=program.unit, **facts) for rule in rules.rules))

    rules, coming = program.current.rules, program.upcoming
    spending = spending_sentences(rules.spending, currency=brand.currency, locale=locale, names=names)
    return Promise(
        program=program.name,
        kind=program.kind,
        unit=program.unit,
        sentences=told(rules),
        spending=tuple(spending) if program.kind == "cashback" else (),
        hold_days=max(rule.hold_days for rule in rules.rules),
        coming=told(coming.rules) if coming else (),
        coming_at=coming.effective_at if coming else None,
    )
