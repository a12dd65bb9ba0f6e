"""What stops a start, in words for the person at the terminal."""

from __future__ import annotations


class LocalError(Exception):
    """Something the reader of the message can put right; shown without a traceback."""
