"""What points are worth, where a programme in force says so."""

from datetime import timedelta
from uuid import UUID

from insights.selectors import liability_report
from programs.models import RuleVersion
from programs.selectors import PointValue, point_value
from programs.services import request_adjustment
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.programs.conftest import make_points


def publish(brand: TenantInfo, program: UUID, version: int, worth: dict[str, int], *, days: int = 0) -> None:
    """A later version as its row, whatever else the rule language takes."""
    with tenant_scope(brand.id):
        first = RuleVersion.objects.get(program_id=program, version=1)
        first.pk, first.version, first.effective_at = new_id(), version, now() + timedelta(days=days)
        first.spec = {**first.spec, "point_value": worth}
        first.save(force_insert=True)


def test_points_are_worth_what_the_version_in_force_says(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program = make_points(aurora)
    make_points(boreal)
    assert point_value(tenant=aurora.id) is None
    publish(aurora, program.id, 2, {"points": 100, "minor": 150})
    publish(aurora, program.id, 3, {"points": 1, "minor": 100}, days=1)
    assert point_value(tenant=aurora.id) == PointValue(100, 150)
    assert point_value(tenant=boreal.id) is None
    assert PointValue(100, 150).of(501) == 752


def test_the_liability_values_points(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        request_adjustment(
            tenant=brand.id,
            customer=make_customer(brand).id,
            unit="points",
            amount=500,
            reason="goodwill",
            key="k",
            actor=SYSTEM,
        )
    publish(aurora, make_points(aurora).id, 2, {"points": 100, "minor": 150})
    (row,) = liability_report(tenant=aurora.id).rows
    assert (row.total, row.value_minor, sum(row.ages)) == (500, 750, 500)
    (row,) = liability_report(tenant=boreal.id).rows
    assert (row.total, row.value_minor) == (500, None)
