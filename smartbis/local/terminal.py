"""What the person at the terminal reads."""

from __future__ import annotations


class LocalError(Exception):
    """Something the reader of the message can put right; shown without a traceback."""


def say(message: str) -> None:
    """One line for the person at the terminal."""
    print(message, flush=True)
