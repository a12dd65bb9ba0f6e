"""What this room keeps."""

from insights.models.segment import Segment

__all__ = ["Segment"]
