"""Who acts."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

ActorKind = Literal["staff", "customer", "api_key", "system", "platform"]


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts, as audit rows and permission checks see it.

    `stores` limits a person to these stores and `partner` to this partner organisation; None is no limit.
    """

    kind: ActorKind
    id: UUID | None = None
    label: str = ""
    role: str | None = None
    stores: frozenset[UUID] | None = None
    partner: UUID | None = None
    scopes: frozenset[str] = frozenset()


SYSTEM = Actor(kind="system", label="Smartbis")
