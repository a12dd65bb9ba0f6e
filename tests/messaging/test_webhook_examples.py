"""Every webhook that Meta publishes, and many that nobody would, is kept, worked through once, and breaks nothing."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.models import Message, WebhookItem, WebhookPayload
from messaging.whatsapp.webhook_items import InboundItem, UnknownItem
from messaging.whatsapp.webhooks import MalformedBody, parse
from smartbis.tenancy.scope import tenant_scope
from tests.contracts.whatsapp.description import examples, webhook_errors
from tests.messaging.conftest import Line
from tests.messaging.hooks import deliver

EXAMPLES = examples("webhook_examples")
# Meta's own examples that contradict Meta's schema: a phone of type MOBILE, an error without its type, group updates
# whose instants are texts where the schema wants numbers.
CONTRADICTIONS = {
    "Contact Sharing Message",
    "Unsupported Message",
    "Group Create Message",
    "Group Settings Update",
    "Group Remove Participants",
}


def ours(line: Line, body: dict[str, Any]) -> dict[str, Any]:
    """The same body, about this brand's number."""
    mine = copy.deepcopy(body)
    for entry in mine["entry"]:
        entry["id"] = line.channel.waba_id
        for change in entry["changes"]:
            change["value"]["metadata"]["phone_number_id"] = line.channel.phone_number_id
    return mine


def told(line: Line) -> tuple[int, int, dict[str, int]]:
    """How many messages came in, how many items there are, and how many items of each state."""
    with tenant_scope(line.tenant):
        states = list(WebhookItem.objects.values_list("state", flat=True))
        bodies = set(WebhookPayload.objects.values_list("state", flat=True))
        inbound = Message.objects.filter(direction="in").count()
    assert bodies == {"done"}
    return inbound, len(states), {state: states.count(state) for state in sorted(set(states))}


def test_the_repaired_description_takes_metas_own_examples() -> None:
    assert {name for name, body in EXAMPLES.items() if webhook_errors(body)} == CONTRADICTIONS


def test_every_example_becomes_items() -> None:
    kinds = {
        name: [type(item).__name__ for item in parse(json.dumps(body).encode())] for name, body in EXAMPLES.items()
    }
    assert all(kinds.values())
    assert kinds["Text Message"] == ["InboundItem"]
    assert kinds["System Message"] == ["MovedItem"]
    assert kinds["Group Create Message"] == ["UnknownItem"]


def test_every_example_three_times_shuffled_and_batched_counts_once(line: Line) -> None:
    bodies = [ours(line, body) for body in EXAMPLES.values()]
    ids = [
        message["id"]
        for body in EXAMPLES.values()
        for entry in body["entry"]
        for change in entry["changes"]
        for message in change["value"].get("messages", [])
        if message["type"] != "system"
    ]
    shuffled = bodies * 3
    random.Random(7).shuffle(shuffled)
    for body in shuffled:
        deliver(line, json.dumps(body).encode())
    once = told(line)
    assert once[0] == len(set(ids))
    assert once[1] == sum(len({item.key for item in parse(json.dumps(body).encode())}) for body in bodies) - (
        len(ids) - len(set(ids))
    )

    batch = {"object": "whatsapp_business_account", "entry": [entry for body in shuffled for entry in body["entry"]]}
    deliver(line, json.dumps(batch).encode())
    assert told(line) == once


def test_a_thousand_updates_in_one_post(line: Line) -> None:
    """Meta's greatest batch, with every update in it twice."""
    statuses = [{"id": f"wamid.{n % 500}", "status": "sent", "timestamp": "1795000000"} for n in range(1000)]
    value = {"metadata": {"phone_number_id": line.channel.phone_number_id}, "statuses": statuses}
    entry = {"id": line.channel.waba_id, "changes": [{"field": "messages", "value": value}]}
    deliver(line, json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
    assert told(line) == (0, 500, {"parked": 500})


# -- anything at all --------------------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
)
FIELDS = st.sampled_from(
    [
        "messages",
        "user_preferences",
        "message_template_status_update",
        "template_category_update",
        "phone_number_quality_update",
        "account_update",
        "business_capability_update",
        "security",
        "",
    ]
)
KEYS = st.sampled_from(
    [
        "metadata", "statuses", "messages", "contacts", "id", "type", "text", "body", "timestamp", "status", "errors",
        "code", "error_data", "pricing", "from", "system", "interactive", "button", "context", "event", "ban_info",
        "restriction_info", "user_preferences", "value", "wa_id", "display_phone_number", "current_limit", "image",
        "waba_ban_state", "expiration", "phone_number_id", "message_template_name", "message_template_language",
    ]
)  # fmt: skip
WORDS = st.sampled_from(["text", "sent", "failed", "system", "user_changed_number", "interactive", "\x00", "\ud800"])
SHAPED = st.recursive(
    SCALARS | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)


@given(raw=st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_items_or_malformed(raw: bytes) -> None:
    try:
        items = parse(raw)
    except MalformedBody:
        return
    assert isinstance(items, list)


@given(field=FIELDS, value=st.dictionaries(KEYS, SHAPED, max_size=8))
def test_any_change_becomes_items_with_keys_that_do_not_change(field: str, value: dict[str, Any]) -> None:
    raw = json.dumps({"entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}).encode()
    items = parse(raw)
    assert items
    assert [item.key for item in items] == [item.key for item in parse(raw)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=FIELDS, value=st.dictionaries(KEYS, SHAPED, max_size=8))
def test_no_change_breaks_a_worker(line: Line, field: str, value: dict[str, Any]) -> None:
    """Whatever is signed is worked through at once: no item of it is left to be tried again."""
    value["metadata"] = {"phone_number_id": line.channel.phone_number_id}
    entry = {"id": line.channel.waba_id, "changes": [{"field": field, "value": value}]}
    receipt = deliver(line, json.dumps({"entry": [entry]}).encode())
    with tenant_scope(line.tenant):
        assert WebhookPayload.objects.get(id=receipt.payload_id).state == "done"


@pytest.mark.parametrize("depth", [50, 5_000, 200_000])
def test_deep_nesting_is_kept_and_breaks_nothing(line: Line, depth: int) -> None:
    raw = b'{"entry": [{"id": "1", "changes": [{"field": "x", "value": ' + b'{"a":' * depth + b"1" + b"}" * depth
    receipt = deliver(line, raw + b"}]}]}")
    with tenant_scope(line.tenant):
        assert WebhookPayload.objects.get(id=receipt.payload_id).state in ("done", "malformed")


def only(field: str, value: dict[str, Any]) -> Any:
    (item,) = parse(json.dumps({"entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}).encode())
    return item


def test_kinds_of_the_future_keep_their_name_and_are_shown_as_they_are() -> None:
    value = {"metadata": {"phone_number_id": "1"}, "messages": [{"id": "wamid.1", "from": "55", "type": "hologram"}]}
    message = only("messages", value)
    assert isinstance(message, InboundItem)
    assert (message.kind, message.text) == ("hologram", "")
    change = only("calls", {})
    assert isinstance(change, UnknownItem)
    assert change.kind == "calls"
