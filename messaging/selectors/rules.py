"""The brand's rules of sending."""

from datetime import date
from uuid import UUID

from messaging.models import SendingRules
from messaging.sending_rules import Rules
from smartbis.tenancy.scope import tenant_scope


def sending_rules(*, tenant: UUID) -> Rules:
    """When and how often the brand writes to a person; the defaults where it decided nothing."""
    with tenant_scope(tenant, read_only=True):
        return rules_of(tenant)


def rules_of(tenant: UUID) -> Rules:
    """`sending_rules` inside the tenant's scope. One query."""
    row = SendingRules.objects.filter(tenant_id=tenant).first()
    if row is None:
        return Rules()
    return Rules(
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        is_quiet_for_notices=row.is_quiet_for_notices,
        rests_on_holidays=row.rests_on_holidays,
        own_holidays=frozenset(date.fromisoformat(day) for day in row.own_holidays),
        marketing_cap=row.marketing_cap,
        marketing_days=row.marketing_days,
        notice_cap=row.notice_cap,
    )
