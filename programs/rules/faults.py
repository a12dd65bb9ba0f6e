"""What is wrong with a rule, gathered field by field, so that people mend it in one go."""

from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any

from smartbis.kernel.errors import InvalidInput


class InvalidRule(InvalidInput):
    """The rule cannot be; `errors` says what to change."""

    code = "rule_invalid"
    sentence = "This rule cannot work as it is."


class Faults:
    """Reads plain JSON values, and remembers by field what was wrong. What is wrong reads as its default."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def add(self, field: str, sentence: str) -> None:
        """Remember a fault of a field."""
        self.errors.setdefault(field, []).append(sentence)

    def check(self) -> None:
        """Raises InvalidRule when anything was wrong."""
        if self.errors:
            raise InvalidRule(self.errors)

    def unknown(self, given: Mapping[str, Any], known: Collection[str], prefix: str) -> None:
        """Refuse fields that do not exist: a typing error must not become a rule without its condition."""
        for name in sorted(map(str, given.keys() - set(known))):
            self.add(f"{prefix}{name}", "There is no such field.")

    def mapping(self, value: Any, field: str) -> dict[str, Any]:
        """An object; absent is empty."""
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            self.add(field, "An object is needed.")
            return {}
        return value

    def whole(self, value: Any, least: int, most: int, field: str) -> int:
        """A whole number within its bounds."""
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.add(field, f"A whole number from {least} to {most} is needed.")
            return least
        return value

    def optional_whole(self, value: Any, least: int, most: int, field: str) -> int | None:
        """A whole number within its bounds, or nothing."""
        return None if value is None else self.whole(value, least, most, field)

    def one_of(self, value: Any, possible: Collection[str], field: str) -> Any:
        """One of some words."""
        if not isinstance(value, str) or value not in possible:
            self.add(field, f"Choose one of {', '.join(possible)}.")
        return value

    def text(self, value: Any, most: int, field: str, *, needed: bool = False) -> str:
        """Printable text up to a length."""
        if not isinstance(value, str) or len(value) > most or not value.isprintable() or (needed and not value.strip()):
            self.add(field, f"Text of up to {most} characters is needed.")
            return ""
        return value.strip()

    def names(self, value: Any, most: int, field: str) -> frozenset[str]:
        """A list of names or codes."""
        fine = isinstance(value, (list, tuple)) and all(
            isinstance(each, str) and 0 < len(each.strip()) <= 200 and _can_be_kept(each) for each in value
        )
        if not fine:
            self.add(field, "A list of names is needed.")
            return frozenset()
        if len(value) > most:
            self.add(field, f"At most {most} are taken.")
            return frozenset()
        return frozenset(each.strip() for each in value)

    def day(self, value: Any, field: str) -> date | None:
        """A day as `2026-11-22`, or nothing."""
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.add(field, "A day like 2026-11-22 is needed.")
            return None

    def minute(self, value: Any, field: str) -> int:
        """A time of day as `18:30`, in minutes from midnight; `24:00` is the day's end."""
        if value == "24:00":
            return 24 * 60
        try:
            at = time.fromisoformat(value)
        except (TypeError, ValueError):
            self.add(field, "Hours like 18:30 are needed.")
            return 0
        return at.hour * 60 + at.minute


def _can_be_kept(name: str) -> bool:
    """Whether a database holds such a text: neither a NUL nor half of a letter is in it."""
    return "\0" not in name and not any("\ud800" <= letter <= "\udfff" for letter in name)
