"""Validators made of Meta's published schemas with the repairs of the README beside this file."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Json = dict[str, Any]

HERE = Path(__file__).parent
OUTBOUND = {
    "text": "TextMessage", "audio": "AudioMessage", "document": "DocumentMessage", "image": "ImageMessage",
    "location": "LocationMessage", "video": "VideoMessage", "sticker": "StickerMessage", "reaction": "ReactionMessage",
    "interactive": "InteractiveMessage", "template": "TemplateMessage", "contacts": "ContactsMessage",
}  # fmt: skip
INBOUND = {
    "text": "TextMessage_2", "reaction": "ReactionMessage_1", "image": "ImageMessage_1", "audio": "AudioMessage_1",
    "video": "VideoMessage_1", "document": "DocumentMessage_1", "sticker": "StickerMessage_1",
    "location": "LocationMessage_1", "contacts": "ContactSharingMessage", "button": "ButtonMessage",
    "interactive": "InteractiveMessageReply", "order": "OrderMessage", "system": "SystemMessage",
    "unsupported": "UnsupportedMessage", "unknown": "UnsupportedMessage",
}  # fmt: skip
_REF = "#/components/schemas/"


def outbound_errors(payload: Json) -> list[str]:
    """What is wrong with a body of POST /{phone_number_id}/messages; empty when it is as Meta describes."""
    if payload.get("status") == "read":
        return _errors("MarkMessageRequestPayload", payload)
    kind = payload.get("type", "text")
    return _errors(OUTBOUND[kind], payload) if kind in OUTBOUND else [f"type {kind} is not described"]


def webhook_errors(body: Json) -> list[str]:
    """What is wrong with a webhook's body, message by message; empty when it is as Meta describes."""
    bare = copy.deepcopy(body)
    found: list[str] = []
    for entry in bare.get("entry", []):
        for change in entry.get("changes", []):
            messages = change.get("value", {}).get("messages")
            if messages is None:
                continue
            for message in messages:
                kind = message.get("type")
                found += _errors(INBOUND[kind], message) if kind in INBOUND else [f"type {kind} is not described"]
            change["value"]["messages"] = []  # judged above; the envelope is judged below
    return found + _errors("WebhookPayload", bare)


def examples(name: str) -> dict[str, Json]:
    """`outbound_message_examples` or `webhook_examples`, as published."""
    found: dict[str, Json] = json.loads((HERE / f"{name}.json").read_text())
    return found


def _errors(name: str, value: Json) -> list[str]:
    return [f"{error.json_path}: {error.message}"[:200] for error in _validator(name).iter_errors(value)]


@cache
def _validator(name: str) -> Draft202012Validator:
    resource = DRAFT202012.create_resource({"components": {"schemas": _repaired()}})
    registry = Registry().with_resource("urn:meta", resource)
    return Draft202012Validator({"$ref": f"urn:meta{_REF}{name}"}, registry=registry)


@cache
def _repaired() -> Json:
    schemas: Json = json.loads((HERE / "schemas.json").read_text())
    for schema in schemas.values():
        _open(schema)
    _mend_outbound(schemas)
    _mend_inbound(schemas)
    return schemas


def _open(node: Any) -> None:
    """Drop closed objects and OpenAPI's discriminators, which mean nothing to a validator."""
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            del node["additionalProperties"]
        node.pop("discriminator", None)
        for each in node.values():
            _open(each)
    elif isinstance(node, list):
        for each in node:
            _open(each)


def _mend_outbound(schemas: Json) -> None:
    base = schemas["BaseMessageProperties"]
    base["required"] = ["messaging_product"]
    base["anyOf"] = [{"required": ["to"]}, {"required": ["recipient"]}]
    base["properties"] |= {"recipient": {"type": "string"}, "biz_opaque_callback_data": {"type": "string"}}
    for name in OUTBOUND.values():
        schemas[name]["unevaluatedProperties"] = False
    schemas["LanguageObject"]["required"] = ["code"]
    component = schemas["TemplateComponent"]["properties"]
    component["index"] = {"type": "string", "pattern": "^[0-9]$"}
    component["sub_type"]["enum"] += ["copy_code", "flow"]
    schemas["InteractiveObject"]["properties"]["type"]["enum"] += ["cta_url", "order_details", "order_status"]
    schemas["ActionObject"]["oneOf"].append(_link_action())
    location = schemas["LocationMessage"]["allOf"][1]["properties"]["location"]["properties"]
    location["latitude"] = location["longitude"] = {"type": ["string", "number"]}


def _link_action() -> Json:
    parameters = {
        "type": "object",
        "required": ["display_text", "url"],
        "properties": {"display_text": {"type": "string", "maxLength": 20}, "url": {"type": "string"}},
    }
    name = {"type": "string", "enum": ["cta_url"]}
    return {"required": ["name", "parameters"], "properties": {"name": name, "parameters": parameters}}


def _mend_inbound(schemas: Json) -> None:
    for name in INBOUND.values():
        first = schemas[name]["allOf"][0]
        first["$ref"] = first["$ref"].removesuffix("_1") + "_1"
    schemas["ContextObject"]["required"] = ["from", "id"]
    reply = schemas["InteractiveMessageReply"]["allOf"][1]["properties"]["interactive"]["properties"]
    reply["type"]["enum"] += ["nfm_reply"]
    system = schemas["SystemMessage"]["allOf"][1]["properties"]["system"]["properties"]
    system["type"]["enum"] += ["customer_identity_changed", "user_changed_user_id"]
    schemas["Statuses"]["properties"]["status"]["enum"] += ["played"]
