"""Budgets count all that their rule gave, also while it had none: before its first one, or while that was off."""

from collections import defaultdict
from uuid import UUID

from django.db.models import Count, F

from programs.models import Award, RuleUse, RuleVersion
from programs.rules import RuleSet, money_of
from programs.rules.spec import TierPoints
from programs.selectors.catalogue import version_rules
from programs.services import counters
from programs.services.counters import Counter
from programs.services.usage import BUDGET
from smartbis.kernel.units import TIER_POINTS


def given_so_far(program: UUID, rules: RuleSet) -> dict[str, int]:
    """Minor units of money that each of these rules with a budget has given, by key. Runs in the tenant's scope."""
    counted = {key: _counted(program, key) for key in _limited(rules)}
    return {key: max(counted[key], given) for key, given in {**counted, **_uncounted(program, rules)}.items()}


def count_what_was_given(tenant: UUID, program: UUID, rules: RuleSet) -> None:
    """Make the budgets of a version that is being published count what was given without one.

    Runs in the scope that publishes, which holds the programme's row. What is given from then on is counted with it;
    sales that are recorded at the very moment are counted when the next one is published.
    """
    given = given_so_far(program, rules)
    for key, limit in sorted(_limited(rules).items()):
        if (missing := given[key] - _counted(program, key)) > 0:
            counters.count(tenant=tenant, counter=Counter(program, key, BUDGET, limit), amount=missing)


def _limited(rules: RuleSet) -> dict[str, int]:
    return {
        rule.key: rule.limits.budget_minor
        for rule in rules.rules
        if rule.limits.budget_minor is not None and not isinstance(rule.effect, TierPoints)
    }


def _counted(program: UUID, key: str) -> int:
    rows = RuleUse.objects.filter(program_id=program, rule_key=key, period=BUDGET, customer_id__isnull=True)
    return sum(rows.values_list("amount", flat=True))


def _uncounted(program: UUID, rules: RuleSet) -> dict[str, int]:
    """What stands of the awards of those rules that some version had without a budget, each as it is counted."""
    versions = {row.id: version_rules(row) for row in RuleVersion.objects.filter(program_id=program)}
    before = [rule for key in _limited(rules) for each in versions.values() if (rule := each.rule(key))]
    keys = {rule.key for rule in before if rule.limits.budget_minor is None}
    if not keys:
        return {}
    awards = Award.objects.filter(program_id=program, rule_key__in=keys).exclude(unit=TIER_POINTS)
    alike = awards.values_list("rule_key", "rule_version_id", F("granted") - F("reversed")).annotate(times=Count("id"))
    found: defaultdict[str, int] = defaultdict(int)
    for key, version, left, times in alike:
        found[key] += times * money_of(left, versions[version].point_value or rules.point_value)
    return found
