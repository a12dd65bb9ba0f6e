"""Pages of long lists, walked by an opaque cursor."""

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar

from smartbis.kernel.errors import InvalidInput

T = TypeVar("T")


class InvalidCursor(InvalidInput):
    """The cursor was not made by this list."""

    code = "cursor_invalid"
    sentence = "This page does not exist. Please start at the first page."


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of a list, and the cursor of the next page (None at the end)."""

    items: tuple[T, ...]
    next_cursor: str | None = None


def encode_cursor(*parts: object) -> str:
    """An opaque cursor that holds `parts` as text."""
    return base64.urlsafe_b64encode("\x1f".join(str(part) for part in parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> list[str]:
    """The `size` parts of a cursor. Raises InvalidCursor."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
    parts = text.split("\x1f")
    if len(parts) != size:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]})
    return parts
