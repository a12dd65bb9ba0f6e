"""The audit trail says who did what, and stays when a person leaves."""

from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import TenantInfo, audit_trail
from smartbis.tenancy.services import record_audit
from tests.factories import actor, make_customer


def test_a_customer_is_named_by_id_alone(aurora: TenantInfo) -> None:
    """The trail is never changed, so a name in it would outlive its owner's erasure."""
    marina = make_customer(aurora)
    for who in (Actor(kind="customer", id=marina.id, label="Marina"), actor("owner")):
        record_audit(tenant=aurora.id, actor=who, action="test.done")
    told = {row.actor for row in audit_trail(tenant=aurora.id) if row.action == "test.done"}
    assert told == {"", "Owner"}
