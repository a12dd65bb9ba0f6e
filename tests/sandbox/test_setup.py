"""A number is connected at the stand-in as at Meta: each field proven, webhooks verified by the handshake."""

from typing import Any

import pytest

from messaging.errors import ChannelRefused
from messaging.services import ChannelDraft
from messaging.services.setup import _checked
from tests.sandbox.process import Number


def draft(number: Number, **other: str) -> ChannelDraft:
    given = {
        "phone_number_id": number.id,
        "waba_id": number.waba_id,
        "token": number.token,
        "app_secret": number.secret,
        "verify_token": "verify-me",
    }
    return ChannelDraft(**{**given, **other})


def test_right_fields_are_confirmed(aurora: Number, settings: Any) -> None:
    settings.WHATSAPP_GRAPH_URL = aurora.sandbox.url
    facts = _checked(draft(aurora))
    assert (facts["verified_name"], facts["quality_rating"]) == ("Loja 100001", "GREEN")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"token": "guess"}, "token"),
        ({"token": "token-boreal"}, "phone_number_id"),
        ({"phone_number_id": "100002"}, "phone_number_id"),
        ({"waba_id": "900002"}, "waba_id"),
        ({"app_secret": "guess"}, "app_secret"),
    ],
)
def test_each_wrong_field_is_named(
    aurora: Number, boreal: Number, settings: Any, wrong: dict[str, str], field: str
) -> None:
    settings.WHATSAPP_GRAPH_URL = aurora.sandbox.url
    with pytest.raises(ChannelRefused) as caught:
        _checked(draft(aurora, **wrong))
    assert list(caught.value.errors) == [field]
