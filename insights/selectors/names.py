"""What people call the things that rules name, segments among them."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from insights.selectors.segments import segment_names
from programs.challenges.selectors import challenges
from programs.rules import Names, RuleSet
from programs.selectors import names
from smartbis.tenancy.scope import tenant_scope

CHALLENGE = "challenge:"


def rule_names(*, tenant: UUID, rules: Collection[RuleSet] | None = None) -> Names:
    """The brand's stores, coupons, plans, tiers, segments and challenges by name; only what `rules` name, where given.

    Eight queries at most.
    """
    with tenant_scope(tenant, read_only=True):
        found = names.rule_names(tenant=tenant, rules=rules)
        every = None if rules is None else [rule.when for version in rules for rule in version.rules]
        if every is None or any(when.segments for when in every):
            found = replace(found, segments=segment_names(tenant=tenant))
        if every is None or any(kind.startswith(CHALLENGE) for when in every for kind in when.participations):
            named = {each.participation: f"“{each.name}”" for each in challenges(tenant=tenant)}
            found = replace(found, participations=named)
        return found
