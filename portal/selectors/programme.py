"""How a brand's programme works, from its rules in force: nothing here is written by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from programs.infos import ProgramInfo
from programs.rules import Names, describe
from programs.selectors import programs
from smartbis.kernel.units import POINTS
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, stores


@dataclass(frozen=True)
class Promise:
    """What one programme gives, in a sentence made from its rule."""

    program: str
    kind: Literal["cashback", "points"]
    unit: str
    sentence: str
    hold_days: int


def live_programs(*, brand: TenantInfo) -> list[ProgramInfo]:
    """The programmes that give something now or soon, in their order."""
    return [program for program in programs(tenant=brand.id) if program.status == "live"]


def promises(*, brand: TenantInfo, locale: str, live: Sequence[ProgramInfo] | None = None) -> list[Promise]:
    """What each live programme gives now, in its order; `live` are those programmes where they are known already."""
    with tenant_scope(brand.id, read_only=True):
        names = {store.code: store.name for store in stores(tenant=brand.id, active_only=False)}
        found = live_programs(brand=brand) if live is None else live
        return [_promise(program, brand, locale, names) for program in found if program.current]


def units_of(live: Sequence[ProgramInfo]) -> list[str]:
    """The units that live programmes give, money first."""
    units = {program.unit for program in live}
    return sorted(units, key=lambda unit: (unit == POINTS, unit))


def _promise(program: ProgramInfo, brand: TenantInfo, locale: str, names: dict[str, str]) -> Promise:
    assert program.current is not None
    rules = program.current.rules
    text = describe(rules, unit=program.unit, currency=brand.currency, locale=locale, names=Names(stores=names))
    return Promise(
        program=program.name,
        kind=program.kind,
        unit=program.unit,
        sentence=text,
        hold_days=max(rule.hold_days for rule in rules.rules),
    )
