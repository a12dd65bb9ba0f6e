"""Deciding when and how often the brand writes to a person."""

from uuid import UUID

from messaging.errors import SendingRulesInvalid
from messaging.models import SendingRules
from messaging.selectors.rules import rules_of
from messaging.sending_rules import Rules
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

MAX_CAP = 50
MAX_DAYS = 90
MAX_HOLIDAYS = 60


def set_sending_rules(*, tenant: UUID, rules: Rules, actor: Actor) -> Rules:
    """Keep the brand's rules; messages that wait are judged by them when they are next due.

    Raises SendingRulesInvalid, PermissionMissing.
    """
    require(actor, "message.change")
    if errors := _errors(rules):
        raise SendingRulesInvalid(errors)
    with tenant_scope(tenant):
        before = rules_of(tenant)
        values = {
            "quiet_from": rules.quiet_from,
            "quiet_until": rules.quiet_until,
            "is_quiet_for_notices": rules.is_quiet_for_notices,
            "rests_on_holidays": rules.rests_on_holidays,
            "own_holidays": sorted(day.isoformat() for day in rules.own_holidays),
            "marketing_cap": rules.marketing_cap,
            "marketing_days": rules.marketing_days,
            "notice_cap": rules.notice_cap,
            "changed_at": now(),
        }
        row, _ = SendingRules.objects.update_or_create(
            tenant_id=tenant, defaults=values, create_defaults={**values, "id": new_id()}
        )
        record_audit(
            tenant=tenant,
            actor=actor,
            action="sending_rules.change",
            object_kind="sending_rules",
            object_id=row.id,
            before=_told(before),
            after=_told(rules),
        )
        request_work(queue="send")
    return rules


def _errors(rules: Rules) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if (rules.quiet_from is None) != (rules.quiet_until is None):
        errors["quiet_until"] = ["Quiet hours have a beginning and an end, or neither."]
    for name, cap in (("marketing_cap", rules.marketing_cap), ("notice_cap", rules.notice_cap)):
        if cap is not None and not 0 <= cap <= MAX_CAP:
            errors[name] = [f"A cap is 0 to {MAX_CAP}."]
    if not 1 <= rules.marketing_days <= MAX_DAYS:
        errors["marketing_days"] = [f"A period has 1 to {MAX_DAYS} days."]
    if len(rules.own_holidays) > MAX_HOLIDAYS:
        errors["own_holidays"] = [f"At most {MAX_HOLIDAYS} days."]
    return errors


def _told(rules: Rules) -> dict[str, object]:
    """The rules as the audit trail keeps them."""
    return {
        "quiet_hours": f"{rules.quiet_from:%H:%M}-{rules.quiet_until:%H:%M}"
        if rules.quiet_from and rules.quiet_until
        else None,
        "is_quiet_for_notices": rules.is_quiet_for_notices,
        "rests_on_holidays": rules.rests_on_holidays,
        "own_holidays": sorted(day.isoformat() for day in rules.own_holidays),
        "marketing_cap": rules.marketing_cap,
        "marketing_days": rules.marketing_days,
        "notice_cap": rules.notice_cap,
    }
