"""Events (gatherings) and their registrations, as the contract names them."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import BalanceOut, CustomerReference, InstantField, ReferenceField, TextField, WholeField
from api.serializers.purchases import AwardOut

MAX_KEYS = 50


class PriceIn(serializers.Serializer[Any]):
    """What a place costs."""

    unit = TextField(max_length=12, help_text="`points`, or the tenant's currency.")
    amount = WholeField(min_value=1, max_value=10**12, help_text="Points, or minor units.")


def _keys(what: str) -> serializers.ListField:
    return serializers.ListField(
        child=TextField(max_length=60), required=False, max_length=MAX_KEYS, help_text=f"Only for these {what}."
    )


class EventChangesIn(serializers.Serializer[Any]):
    """The terms of an event that change."""

    name = TextField(required=False, max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    image = TextField(required=False, allow_blank=True, max_length=500)
    place = TextField(required=False, allow_blank=True, max_length=200)
    store = TextField(
        required=False, allow_null=True, max_length=40, help_text="Code of the store where arrivals count."
    )
    status = serializers.ChoiceField(choices=("draft", "open"), required=False)
    starts_at = InstantField(required=False)
    ends_at = InstantField(required=False)
    registers_from = InstantField(required=False, allow_null=True)
    registers_until = InstantField(required=False, allow_null=True)
    capacity = WholeField(required=False, allow_null=True, min_value=1, max_value=1_000_000)
    price = PriceIn(
        required=False,
        allow_null=True,
        help_text="Points leave the balance with the place; money is paid as `pay_words` say.",
    )
    pay_words = TextField(required=False, allow_blank=True, max_length=300)
    plans = _keys("plans")
    tiers = _keys("tiers")
    tags = _keys("tags")
    refund_hours = WholeField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=24 * 365,
        help_text="Points come back to who leaves until so many hours before the start; null: never.",
    )


class EventIn(EventChangesIn):
    """An event that is announced."""

    name = TextField(max_length=120)
    starts_at = InstantField()
    ends_at = InstantField()


class EventQuery(serializers.Serializer[Any]):
    """Which events."""

    when = serializers.ChoiceField(choices=("ahead", "past"), default="ahead", required=False)


class CancelEventIn(serializers.Serializer[Any]):
    """Why an event is called off."""

    reason = TextField(max_length=300, help_text="Everybody on the list is told.")


class PriceOut(serializers.Serializer[Any]):
    """A price."""

    unit = serializers.CharField()
    amount = serializers.IntegerField()


class EventOut(serializers.Serializer[Any]):
    """An event with who comes."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    image = serializers.CharField()
    place = serializers.CharField()
    store = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    phase = serializers.CharField(help_text="draft, soon, open, full, closed, running, over or cancelled.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    registers_from = serializers.DateTimeField(allow_null=True)
    registers_until = serializers.DateTimeField(allow_null=True)
    capacity = serializers.IntegerField(allow_null=True)
    places_left = serializers.IntegerField(allow_null=True)
    taken = serializers.IntegerField()
    arrived = serializers.IntegerField()
    waiting = serializers.IntegerField()
    price = PriceOut(allow_null=True)
    pay_words = serializers.CharField()
    plans = serializers.ListField(child=serializers.CharField())
    tiers = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    refund_hours = serializers.IntegerField(allow_null=True)
    cancel_reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class EventPageOut(serializers.Serializer[Any]):
    """Events."""

    results = EventOut(many=True)
    next = serializers.URLField(allow_null=True)


class RegistrationIn(serializers.Serializer[Any]):
    """Who registers."""

    customer = CustomerReference()
    paid = serializers.BooleanField(default=False, help_text="The price in money has been paid.")


class RegistrationQuery(serializers.Serializer[Any]):
    """Which registrations."""

    status = serializers.ChoiceField(choices=("registered", "arrived", "waiting", "left"), required=False)
    search = serializers.CharField(required=False, max_length=80, help_text="A name, phone, CPF or entry code.")


class RegistrationOut(serializers.Serializer[Any]):
    """A registration."""

    id = serializers.UUIDField()
    event = serializers.UUIDField(source="gathering_id")
    customer = serializers.UUIDField(source="customer_id")
    status = serializers.CharField(help_text="waiting, registered, arrived or left.")
    position = serializers.IntegerField(help_text="In the waiting line, from 1; 0 for who has a place.")
    voucher = serializers.UUIDField(source="voucher_id", allow_null=True)
    code = serializers.CharField(help_text="Of the entry voucher; empty while waiting.")
    price = PriceOut(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    asked_at = serializers.DateTimeField()
    registered_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RegistrationPageOut(serializers.Serializer[Any]):
    """Registrations."""

    results = RegistrationOut(many=True)
    next = serializers.URLField(allow_null=True)


class CheckInIn(serializers.Serializer[Any]):
    """Who arrives, by the entry's code or QR text, or by the registration."""

    store = TextField(max_length=40, help_text="Code of the store where the arrival counts.")
    code = ReferenceField(required=False, max_length=200)
    registration = serializers.UUIDField(required=False)
    paid = serializers.BooleanField(default=False, help_text="The price in money is paid at the door.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError unless exactly one is named."""
        if bool(attrs.get("code")) == bool(attrs.get("registration")):
            raise serializers.ValidationError("Name who arrives by exactly one of code, registration.")
        return attrs


class CheckInOut(serializers.Serializer[Any]):
    """An arrival and what it earned."""

    registration = RegistrationOut()
    awards = AwardOut(many=True)
    balances = BalanceOut(many=True)
