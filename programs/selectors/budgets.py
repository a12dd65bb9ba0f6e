"""How much of rules' budgets is used."""

from uuid import UUID

from django.db.models import Sum

from programs.models import RuleUse
from smartbis.tenancy.scope import tenant_scope

BUDGET = "budget"


def budgets_used(*, tenant: UUID, program: UUID) -> dict[str, int]:
    """Minor units of money that each rule with a budget has given so far, by the rule's key. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = RuleUse.objects.filter(program_id=program, period=BUDGET, customer_id__isnull=True)
        return dict(rows.values_list("rule_key").annotate(used=Sum("amount")).values_list("rule_key", "used"))
