"""Programmes for tests."""

from programs.infos import ProgramInfo
from programs.services import open_program
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor

CASHBACK_20 = {"effect": {"kind": "percentage", "basis_points": 2000}}
ONE_POINT_PER_REAL = {"effect": {"kind": "per_unit", "points": 1, "minor": 100}, "participations": {"event": 50}}


def make_cashback(brand: TenantInfo, **spec: object) -> ProgramInfo:
    """20 % cashback, or as `spec` says otherwise."""
    return open_program(
        tenant=brand.id, name="Cashback", kind="cashback", spec={**CASHBACK_20, **spec}, actor=actor("owner")
    )


def make_points(brand: TenantInfo, **spec: object) -> ProgramInfo:
    """A point for every whole real."""
    return open_program(
        tenant=brand.id, name="Pontos", kind="points", spec={**ONE_POINT_PER_REAL, **spec}, actor=actor("owner")
    )
