"""What this room hands out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from insights.segments.spec import SegmentSpec


@dataclass(frozen=True)
class SegmentInfo:
    """A segment. `size` is of `refreshed_at`; `is_waiting` until it is looked up as it stands now."""

    id: UUID
    key: str
    name: str
    kind: str
    spec: SegmentSpec
    size: int
    refreshed_at: datetime | None
    is_waiting: bool
    created_at: datetime
