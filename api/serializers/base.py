"""Fields and small shapes that many calls share."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from smartbis.kernel.clock import now

MAX_MINOR = 10**12
MAX_WHOLE = 2**31 - 1
CLOCK_LEEWAY = timedelta(minutes=5)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class WholeField(serializers.IntegerField):
    """A JSON whole number: no text, no fraction, no truth value. Bounded unless said otherwise."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_value", MAX_WHOLE)
        options.setdefault("min_value", 0)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        """The number. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(data)


class MinorField(WholeField):
    """Money in whole minor units: from one cent to ten thousand million."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_value", MAX_MINOR)
        options.setdefault("min_value", 1)
        options.setdefault("help_text", "Whole minor units (cents) of the tenant's currency.")
        super().__init__(**options)


class TextField(serializers.CharField):
    """One line of text, trimmed, printable."""

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        if not text.isprintable():
            raise serializers.ValidationError("Control characters are not taken.")
        return text


class ReferenceField(TextField):
    """An id of the caller's own: text, or a whole number taken as text."""

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ValidationError."""
        return super().to_internal_value(str(data) if isinstance(data, int) and not isinstance(data, bool) else data)


class InstantField(serializers.DateTimeField):
    """An RFC 3339 instant with its offset; answered in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default_timezone": UTC} | options)
        self.error_messages["naive"] = "An offset is needed, as in 2026-11-21T15:04:05-03:00."

    def to_internal_value(self, value: Any) -> datetime:
        """The aware instant in UTC. Raises ValidationError."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+hh:mm")
        try:
            instant = datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+hh:mm")
        if instant.tzinfo is None:
            self.fail("naive")
        try:
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+hh:mm")
        raise AssertionError  # `fail` always raises


class PastInstantField(InstantField):
    """An instant that has been, give or take the clock of a till: five minutes."""

    def to_internal_value(self, value: Any) -> datetime:
        """The instant. Raises ValidationError."""
        instant = super().to_internal_value(value)
        if not EARLIEST <= instant <= now() + CLOCK_LEEWAY:
            raise serializers.ValidationError("The instant lies in the future or too far in the past.")
        return instant


class FutureInstantField(InstantField):
    """An instant that is still to come."""

    def to_internal_value(self, value: Any) -> datetime:
        """The instant. Raises ValidationError."""
        instant = super().to_internal_value(value)
        if not now() < instant < now() + timedelta(days=36500):
            raise serializers.ValidationError("The instant must lie in the future.")
        return instant


@extend_schema_serializer(component_name="PageQuery")
class PageQuery(serializers.Serializer[Any]):
    """Where in a list, and how much of it."""

    cursor = serializers.CharField(
        required=False, max_length=500, help_text="From the `next` address of the page before."
    )
    limit = serializers.IntegerField(
        required=False, default=50, min_value=1, max_value=200, help_text="Rows on the page."
    )


class CustomerReference(serializers.Serializer[Any]):
    """A customer, named by exactly one of these."""

    id = serializers.UUIDField(required=False)
    phone = TextField(required=False, max_length=40, help_text="With area code; any punctuation.")
    cpf = TextField(required=False, max_length=20)
    email = TextField(required=False, max_length=254)
    external_id = ReferenceField(required=False, max_length=100, help_text="Your own id of the customer.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError unless exactly one is named."""
        named = {name for name in ("id", "phone", "cpf", "email", "external_id") if attrs.get(name)}
        if len(named) != 1:
            raise serializers.ValidationError("Name the customer by exactly one of id, phone, cpf, email, external_id.")
        return attrs


class ConsentsIn(serializers.Serializer[Any]):
    """What the person agreed to. What is left out is not granted."""

    utility = serializers.BooleanField(default=False, help_text="Notices about their own purchases and vouchers.")
    marketing = serializers.BooleanField(default=False, help_text="Offers and campaigns.")
    text_version = TextField(
        required=False,
        max_length=20,
        help_text="The version of the terms they saw; the tenant's present one if absent.",
    )


class BalanceOut(serializers.Serializer[Any]):
    """A balance in one unit, in minor units or points."""

    unit = serializers.CharField(
        help_text="The tenant's currency, or `points`. Tier points are never spent and no balance: read the tier."
    )
    available = serializers.IntegerField(help_text="Can be spent now.")
    pending = serializers.IntegerField(help_text="Earned, and available later.")
    owed = serializers.IntegerField(help_text="Taken back by a refund after it was spent; the next awards repay it.")


class ReasonOut(serializers.Serializer[Any]):
    """Why something cannot be had or used."""

    code = serializers.CharField()
    message = serializers.CharField(help_text="For people, in the language asked for (`Accept-Language`).")
