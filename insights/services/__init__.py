"""What can be done with segments."""

from insights.services.members import (
    MOST_LINES,
    add_to_segment,
    add_to_segment_by_list,
    remove_from_segment,
    tag_segment,
)
from insights.services.refresh import refresh_segment
from insights.services.segments import ask_for_refresh, change_segment, create_segment, delete_segment

__all__ = [
    "MOST_LINES",
    "add_to_segment",
    "add_to_segment_by_list",
    "ask_for_refresh",
    "change_segment",
    "create_segment",
    "delete_segment",
    "refresh_segment",
    "remove_from_segment",
    "tag_segment",
]
