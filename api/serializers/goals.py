"""Referrals and challenges, as the contract names them."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField, MinorField, TextField, WholeField

GOALS = ("purchases", "spend", "stores", "category", "events")


class ReferrerOut(serializers.Serializer[Any]):
    """A customer's own code and what it has led to."""

    code = serializers.CharField()
    link = serializers.URLField()
    invited = serializers.IntegerField()
    waiting = serializers.IntegerField()
    settled = serializers.IntegerField()
    settled_this_month = serializers.IntegerField()


class ReferralQuery(serializers.Serializer[Any]):
    """Which referrals."""

    status = serializers.ChoiceField(choices=("waiting", "settling", "held", "settled", "refused"), required=False)


class ReferralOut(serializers.Serializer[Any]):
    """A friend who came."""

    id = serializers.UUIDField()
    referrer = serializers.UUIDField(source="referrer_id")
    friend = serializers.UUIDField(source="friend_id")
    status = serializers.CharField(help_text="waiting, settling, held, settled or refused.")
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="Codes: why it is held, or why nothing was given."
    )
    channel = serializers.CharField()
    bound_at = serializers.DateTimeField()
    bought_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True, help_text="When a person or key decided on a held one.")
    decided_by = serializers.CharField(help_text="Who; empty when nobody had to.")


class ReferralPageOut(serializers.Serializer[Any]):
    """Referrals."""

    results = ReferralOut(many=True)
    next = serializers.URLField(allow_null=True)


class ReferralTermsIn(serializers.Serializer[Any]):
    """How referrals are rewarded."""

    is_live = serializers.BooleanField(help_text="False: nobody is bound by a code any more.")
    minimum_minor = MinorField(required=False, min_value=0, help_text="The friend's first purchase; 0 is any.")
    wait_days = WholeField(required=False, max_value=365, help_text="A refund within them undoes the referral.")
    month_cap = WholeField(
        required=False, allow_null=True, min_value=1, max_value=100_000, help_text="For each referrer; null: no limit."
    )
    life_cap = WholeField(
        required=False, allow_null=True, min_value=1, max_value=100_000, help_text="For each referrer; null: no limit."
    )
    rewards_friend = serializers.BooleanField(
        required=False, help_text="The friend takes part too, in `referred`: a rule says what that gives."
    )


class ReferralTermsOut(serializers.Serializer[Any]):
    """How referrals are rewarded."""

    is_live = serializers.BooleanField()
    minimum_minor = serializers.IntegerField()
    wait_days = serializers.IntegerField()
    month_cap = serializers.IntegerField(allow_null=True)
    life_cap = serializers.IntegerField(allow_null=True)
    rewards_friend = serializers.BooleanField()


class ChallengeIn(serializers.Serializer[Any]):
    """A challenge: from `starts_at` to `ends_at`, or `days` from each customer's joining."""

    key = TextField(max_length=40, help_text="Names the participation `challenge:<key>` that the rules reward.")
    name = TextField(max_length=120)
    description = TextField(required=False, allow_blank=True, max_length=500)
    reward_words = TextField(required=False, allow_blank=True, max_length=120)
    goal = serializers.ChoiceField(choices=GOALS)
    number = WholeField(min_value=1, max_value=10**12, help_text="How many; minor units for `spend`.")
    category = TextField(required=False, allow_blank=True, max_length=100)
    starts_at = InstantField(required=False, allow_null=True)
    ends_at = InstantField(required=False, allow_null=True)
    days = WholeField(required=False, allow_null=True, min_value=1, max_value=3660)
    opt_in = serializers.BooleanField(required=False)
    times = WholeField(required=False, min_value=1, max_value=1000)
    wait_days = WholeField(required=False, min_value=0, max_value=365)


class ChallengeChangesIn(ChallengeIn):
    """What changes. `key`, `goal`, `number`, `category`, `starts_at`, `days` and `opt_in` were promised: others are
    refused."""

    key = TextField(required=False, max_length=40)
    name = TextField(required=False, max_length=120)
    goal = serializers.ChoiceField(required=False, choices=GOALS)
    number = WholeField(required=False, min_value=1, max_value=10**12)
    status = serializers.ChoiceField(required=False, choices=("live", "ended"))


class JoinIn(serializers.Serializer[Any]):
    """What to take part in."""

    challenge = serializers.UUIDField(help_text="The challenge's id.")


class ChallengeOut(serializers.Serializer[Any]):
    """A challenge with its counts."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    participation = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    reward_words = serializers.CharField()
    goal = serializers.CharField()
    number = serializers.IntegerField()
    category = serializers.CharField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    opt_in = serializers.BooleanField()
    times = serializers.IntegerField()
    wait_days = serializers.IntegerField()
    status = serializers.CharField()
    takers = serializers.IntegerField()
    reached = serializers.IntegerField()


class ChallengePageOut(serializers.Serializer[Any]):
    """Challenges."""

    results = ChallengeOut(many=True)
    next = serializers.URLField(allow_null=True)


class ProgressOut(serializers.Serializer[Any]):
    """How far one customer has come."""

    challenge = serializers.UUIDField(source="challenge.id")
    key = serializers.CharField(source="challenge.key")
    name = serializers.CharField(source="challenge.name")
    joined = serializers.BooleanField()
    value = serializers.IntegerField(help_text="Towards the next time.")
    number = serializers.IntegerField(source="challenge.number")
    done = serializers.IntegerField(help_text="Times that were rewarded.")
    reached_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)


class ProgressPageOut(serializers.Serializer[Any]):
    """A customer's challenges."""

    results = ProgressOut(many=True)
    next = serializers.URLField(allow_null=True)
