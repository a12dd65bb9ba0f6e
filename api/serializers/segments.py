"""Segments and tags: what is taken and what is answered."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import CustomerReference, InstantField, TextField, WholeField
from api.serializers.customers import CustomerOut
from insights.services import MOST_LINES

MAX_COUNT = 10**12
MOST_ADDED = 1000
_DAYS = {"required": False, "allow_null": True, "min_value": 1, "max_value": 3_650}
_COUNT = {"required": False, "allow_null": True, "max_value": MAX_COUNT}


def _keys(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=TextField(max_length=60), required=False, allow_empty=True, max_length=50, help_text=help_text
    )


def _day(help_text: str) -> serializers.DateField:
    return serializers.DateField(required=False, allow_null=True, help_text=help_text)


class FilterField(serializers.Serializer[Any]):
    """What a filter says; every condition that is given must hold."""

    stores = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=50, help_text="Bought there; ids of stores."
    )
    enrolled_from = _day("A day of the brand's calendar, included.")
    enrolled_until = _day("A day of the brand's calendar, included.")
    enrolled_within_days = WholeField(**_DAYS)
    purchases_within_days = WholeField(**_DAYS, help_text="Narrows which sales count.")
    purchases_from = _day("Narrows which sales count.")
    purchases_until = _day("Narrows which sales count; included.")
    purchases_at_least = WholeField(**_COUNT)
    purchases_at_most = WholeField(**_COUNT, help_text="Alone it also fits who never bought.")
    spent_at_least_minor = WholeField(**_COUNT)
    spent_at_most_minor = WholeField(**_COUNT)
    bought_within_days = WholeField(**_DAYS, help_text="The last sale is at most so long ago.")
    not_bought_for_days = WholeField(**_DAYS, help_text="The last sale is longer ago.")
    balance_unit = TextField(required=False, max_length=12)
    balance_at_least = WholeField(required=False, allow_null=True, min_value=1, max_value=MAX_COUNT)
    plans = _keys("Any of these plans.")
    tiers = _keys("Any of these tiers.")
    tags = _keys("Any of these tags.")
    birthday_month = WholeField(
        required=False, allow_null=True, max_value=12, help_text="1 to 12; 0 is the present month."
    )
    accepts_marketing = serializers.BooleanField(required=False, allow_null=True, help_text="True, or left out.")


class SegmentIn(serializers.Serializer[Any]):
    """A new segment."""

    name = TextField(max_length=80)
    key = serializers.RegexField(
        r"^[a-z0-9]+(-[a-z0-9]+)*$", required=False, max_length=60, help_text="Made of the name if left out."
    )
    kind = serializers.ChoiceField(choices=["manual", "filter"])
    filter = FilterField(required=False)


class SegmentChangesIn(serializers.Serializer[Any]):
    """What changes; a filter is given whole."""

    name = TextField(required=False, max_length=80)
    filter = FilterField(required=False)


class SegmentOut(serializers.Serializer[Any]):
    """A segment."""

    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["manual", "filter"])
    filter = serializers.DictField(help_text="The conditions; empty for a list.")
    size = serializers.IntegerField(help_text="At `refreshed_at`.")
    refreshed_at = InstantField(allow_null=True)
    is_waiting = serializers.BooleanField(help_text="Not yet looked up as it stands now.")


class SegmentsOut(serializers.Serializer[Any]):
    """Every segment, by name."""

    results = SegmentOut(many=True)


class SegmentMemberOut(serializers.Serializer[Any]):
    """Who is in a segment, and since when."""

    customer = CustomerOut()
    since = InstantField()


class SegmentMemberPageOut(serializers.Serializer[Any]):
    """A page of members."""

    results = SegmentMemberOut(many=True)
    next = serializers.URLField(allow_null=True)


class MembersIn(serializers.Serializer[Any]):
    """Whom to put on a list."""

    customers = serializers.ListField(child=CustomerReference(), allow_empty=False, max_length=MOST_ADDED)


class MembersAddedOut(serializers.Serializer[Any]):
    """The list now, and who could not be put on it."""

    segment = SegmentOut()
    unknown = serializers.ListField(
        child=serializers.IntegerField(), help_text="Places in `customers`, from 0, that name nobody, or nobody active."
    )


class LinesIn(serializers.Serializer[Any]):
    """A list as people write it, a customer each: a phone, a CPF, an e-mail address or your own id."""

    lines = serializers.ListField(
        child=TextField(max_length=254, allow_blank=True),
        allow_empty=False,
        max_length=MOST_LINES,
        help_text="Blank ones are passed over. What may be several things is the first of these that somebody has.",
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only say whom they name.")


class UnknownLineOut(serializers.Serializer[Any]):
    """A line that names nobody."""

    line = serializers.IntegerField(help_text="Counted from 1.")
    text = serializers.CharField()


class LinesOut(serializers.Serializer[Any]):
    """What became of a list."""

    lines = serializers.IntegerField(help_text="Without blank ones.")
    found = serializers.IntegerField(help_text="Customers whom they name.")
    added = serializers.IntegerField(help_text="Of these, who was not on the list yet.")
    dry_run = serializers.BooleanField()
    unknown = UnknownLineOut(many=True)


class TagIn(serializers.Serializer[Any]):
    """A tag to set."""

    tag = TextField(max_length=40, help_text="Kept in small letters, blanks as hyphens.")


class TagsOut(serializers.Serializer[Any]):
    """The tags of a customer."""

    tags = serializers.ListField(child=serializers.CharField())
