"""The brand's rules of sending."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from messaging.sending_rules import Rules
from smartbis.tenancy.scope import Reading, read, tenant_scope

# Asked at every slice. A cursor of Django's gives jsonb as text.
_NAMES = tuple(Rules.__dataclass_fields__)
_RULES = f"SELECT {', '.join(_NAMES)} FROM messaging_sendingrules WHERE tenant_id = %s"  # noqa: S608  (our own names)


def sending_rules(*, tenant: UUID) -> Rules:
    """When and how often the brand writes to a person; the defaults where it decided nothing."""
    with tenant_scope(tenant, read_only=True):
        return rules_of(tenant)


def rules_of(tenant: UUID) -> Rules:
    """`sending_rules` inside the tenant's scope. One query."""
    return read(rules_reading(tenant))


def rules_reading(tenant: UUID) -> Reading[Rules]:
    """What `rules_of` reads, to be read together with other things."""
    return Reading(_RULES, [tenant], _made)


def _made(rows: list[tuple[Any, ...]]) -> Rules:
    if not rows:
        return Rules()
    found = dict(zip(_NAMES, rows[0], strict=True))
    return Rules(**{**found, "own_holidays": frozenset(map(date.fromisoformat, json.loads(found["own_holidays"])))})
