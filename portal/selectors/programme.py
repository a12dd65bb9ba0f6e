"""How a brand's programme works, from its rules in force: nothing here is written by hand."""

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


def promises(*, brand: TenantInfo, locale: str) -> list[Promise]:
    """What each live programme gives now, in its order."""
    with tenant_scope(brand.id, read_only=True):
        names = {store.code: store.name for store in stores(tenant=brand.id, active_only=False)}
        live = [program for program in programs(tenant=brand.id) if program.status == "live" and program.current]
        return [_promise(program, brand, locale, names) for program in live]


def units_of(*, brand: TenantInfo) -> list[str]:
    """The units that live programmes give, money first."""
    with tenant_scope(brand.id, read_only=True):
        units = {program.unit for program in programs(tenant=brand.id) if program.status == "live"}
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
