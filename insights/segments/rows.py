"""Rows of segments as what is handed out."""

from insights.infos import SegmentInfo
from insights.models import Segment
from insights.segments.spec import SegmentSpec


def segment_info(row: Segment) -> SegmentInfo:
    """The segment as doors see it."""
    is_filter = row.kind == Segment.Kind.FILTER
    return SegmentInfo(
        id=row.id,
        key=row.key,
        name=row.name,
        kind=row.kind,
        spec=SegmentSpec.kept(row.spec),
        size=row.size,
        refreshed_at=row.refreshed_at,
        is_waiting=is_filter and (row.refreshed_at is None or row.asked_at > row.refreshed_at),
        created_at=row.created_at,
    )
