"""What this room refuses."""

from smartbis.kernel.errors import DomainError, NotFound


class SegmentNotFound(NotFound):
    """No such segment in this tenant."""

    code = "segment_not_found"
    sentence = "There is no such segment."


class SegmentKeyTaken(DomainError):
    """Another segment has this key."""

    code = "segment_key_taken"
    sentence = "Another segment already has this key."


class SegmentIsLiving(DomainError):
    """Who is in a filter is looked up, not written."""

    code = "segment_is_living"
    sentence = "This segment is a filter: its members are looked up. Change the filter, or make a list."


class TooManySegments(DomainError):
    """A brand keeps a bounded number of segments."""

    code = "segments_full"
    sentence = "There are too many segments. Delete one first."
