"""What was awarded."""

from collections.abc import Collection
from uuid import UUID

from programs.infos import AwardInfo
from programs.models import Award
from programs.selectors.catalogue import version_rules
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import read, tenant_scope


def awards_of_purchases(*, tenant: UUID, purchases: Collection[UUID]) -> dict[UUID, tuple[AwardInfo, ...]]:
    """What each of several sales earned, in one query; a sale that earned nothing is absent."""
    found: dict[UUID, list[AwardInfo]] = {}
    with tenant_scope(tenant, read_only=True):
        rows = (
            Award.objects.filter(purchase_id__in=purchases)
            .select_related("program", "rule_version")
            .order_by("created_at", "id")
        )
        for row in rows:
            assert row.purchase_id is not None
            found.setdefault(row.purchase_id, []).append(award_info(row))
    return {purchase: tuple(awards) for purchase, awards in found.items()}


def awards_by_ids(*, tenant: UUID, awards: Collection[UUID]) -> dict[UUID, AwardInfo]:
    """Those of the awards that exist, by id. One query."""
    with tenant_scope(tenant, read_only=True):
        named = rows_reading(Award, tenant, "AND row.id = ANY(%s)", (list(awards),), joined=("program", "rule_version"))
        return {row.id: award_info(row) for row in read(named)}


def awards_of_purchase(*, tenant: UUID, purchase: UUID) -> tuple[AwardInfo, ...]:
    """What one sale earned."""
    return awards_of_purchases(tenant=tenant, purchases=[purchase]).get(purchase, ())


def awards_of_participation(*, tenant: UUID, participation: UUID) -> tuple[AwardInfo, ...]:
    """What one participation earned."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Award.objects.filter(participation_id=participation)
            .select_related("program", "rule_version")
            .order_by("created_at", "id")
        )
        return tuple(award_info(row) for row in rows)


def award_info(row: Award) -> AwardInfo:
    """A row as other rooms see it; its programme and version must be loaded."""
    return AwardInfo(
        id=row.id,
        program_id=row.program_id,
        program=row.program.name,
        rule_version=row.rule_version.version,
        unit=row.unit,
        base=row.base,
        amount=row.granted,
        reversed=row.reversed,
        status=row.status,
        available_at=row.available_at,
        rule=version_rules(row.rule_version).rule(row.rule_key),
        explanation=row.facts,
    )
