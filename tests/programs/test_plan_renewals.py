"""What a renewal earned comes back with what it renews; two brands."""

from datetime import timedelta
from typing import Any

from programs.models import Participation
from programs.services import record_participation
from programs.services.plans import confirm_payment, withdraw_plan
from smartbis.kernel.clock import frozen
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.buying_plans import MAY, ends, plan
from tests.programs.conftest import make_points
from tests.unchanged import unchanged
from tests.vouchers.shop import available

OFF: dict[str, Any] = {"reason": "cliente errado", "actor": actor()}


def paid(brand: TenantInfo, customer: Any, reference: str, **more: Any) -> str:
    """Book a payment, and answer what its period is known by."""
    terms: dict[str, Any] = {"plan_key": "socio", "amount_minor": 12_000, "reference": reference, "actor": actor()}
    booked = confirm_payment(tenant=brand.id, customer=customer.id, **terms | more)
    drain_queue("relay")
    return next(each.source for each in booked.periods if each.reference == reference and not each.taken_back)


def test_what_it_earned_comes_back_with_what_it_renews_each_time(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(MAY):
        people = {}
        for brand in (aurora, boreal):
            make_points(brand, participations={"renewal": 70})
            plan(brand, rewards_renewal=True)
            people[brand.id] = make_customer(brand)
        ana = people[aurora.id]
        first = paid(aurora, ana, "E101")
        paid(boreal, people[boreal.id], "E101")
        record_participation(tenant=aurora.id, customer=ana.id, kind="renewal", external_id="plan:of the brand's own")
        assert available(aurora, ana, "points") == 70
    with frozen(MAY + timedelta(days=10)), unchanged(boreal, rooms=("programs", "ledger")):
        paid(aurora, ana, "E202")
        assert available(aurora, ana, "points") == 140
        for number in range(2):
            withdraw_plan(tenant=aurora.id, customer=ana.id, source=first, **OFF)
            drain_queue("relay")
            assert available(aurora, ana, "points") == 70
            first = paid(aurora, ana, f"E101 again {number}", paid_at=MAY)
            assert (ends(aurora, ana), available(aurora, ana, "points")) == (["2028-05-03"], 140)
        paid(aurora, ana, "E303")
        assert available(aurora, ana, "points") == 210
        assert check_ledger(tenant=aurora.id).ok


def test_without_a_rule_that_rewards_it_there_is_nothing_to_come_back(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora, rewards_renewal=True)
        ana = make_customer(aurora)
        first = paid(aurora, ana, "E101")
    with frozen(MAY + timedelta(days=10)):
        paid(aurora, ana, "E202")
        withdraw_plan(tenant=aurora.id, customer=ana.id, source=first, **OFF)
        drain_queue("relay")
        paid(aurora, ana, "E101", paid_at=MAY)
        with tenant_scope(aurora.id):
            assert Participation.objects.count() == 1
