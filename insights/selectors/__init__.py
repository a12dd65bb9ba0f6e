"""What is known, composed from the rooms below."""

from insights.selectors.returns import DayReturn, ReturnReport, StoreReturn, return_report
from insights.selectors.timeline import TimelineEntry, customer_timeline

__all__ = [
    "DayReturn",
    "ReturnReport",
    "StoreReturn",
    "TimelineEntry",
    "customer_timeline",
    "return_report",
]
