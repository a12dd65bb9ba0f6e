"""What a brand's customers may belong to, for lists to choose from."""

from collections.abc import Iterable
from uuid import UUID

from insights.selectors import segment_names
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from smartbis.customers.selectors import membership_keys
from smartbis.tenancy.scope import tenant_scope

Choices = list[tuple[str, str]]


def belonging_choices(*, tenant: UUID) -> dict[str, Choices]:
    """Pairs of key and name for `plans` (the open ones), `tiers`, `segments`, `tags` and `communities`."""
    with tenant_scope(tenant, read_only=True):
        ladder = find_ladder(tenant=tenant)
        return {
            "plans": [(each.key, each.name) for each in plans(tenant=tenant, live_only=True)],
            "tiers": [(each.key, each.name) for each in ladder.ladder.tiers] if ladder else [],
            "segments": list(segment_names(tenant=tenant).items()),
            "tags": _keys(tenant, "tag"),
            "communities": _keys(tenant, "community"),
        }


def belonging_names(*, tenant: UUID, asked: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """The names of what is asked for, as pairs of `plans`, `tiers` … and keys; without a name, the key."""
    wanted = [(kind, key) for kind, keys in asked for key in keys]
    if not wanted:
        return []
    with tenant_scope(tenant, read_only=True):
        known = {kind: dict(pairs) for kind, pairs in belonging_choices(tenant=tenant).items()}
        known["plans"] = {each.key: each.name for each in plans(tenant=tenant)}
        return [known[kind].get(key, key) for kind, key in wanted]


def _keys(tenant: UUID, kind: str) -> Choices:
    return [(key, key) for key in membership_keys(tenant=tenant, kind=kind)]
