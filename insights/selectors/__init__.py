"""What is known, composed from the rooms below."""

from insights.selectors.liability import LiabilityReport, LiabilityRow, liability_report
from insights.selectors.names import rule_names
from insights.selectors.returns import DayReturn, ReturnReport, StoreReturn, return_report
from insights.selectors.segments import (
    SegmentMember,
    count_members,
    every_member,
    get_segment,
    segment_members,
    segment_names,
    segments,
)
from insights.selectors.timeline import TimelineEntry, customer_timeline

__all__ = [
    "DayReturn",
    "LiabilityReport",
    "LiabilityRow",
    "ReturnReport",
    "SegmentMember",
    "StoreReturn",
    "TimelineEntry",
    "count_members",
    "customer_timeline",
    "every_member",
    "get_segment",
    "liability_report",
    "return_report",
    "rule_names",
    "segment_members",
    "segment_names",
    "segments",
]
