"""Is an outbound message well formed? Types, required keys and Meta's size limits, refused in Meta's words.

Sources: "Messages" reference and the interactive message guides of the Cloud API; facebook/openapi v23.0 with its
published examples. Lengths are characters.
"""

from typing import Any, NoReturn

from sandbox.errors import GraphError

TEXT_MAX = 4096
CAPTION_MAX = 1024
TRACKER_MAX = 512
BODY_MAX = {"list": 4096}
BODY_DEFAULT = 1024
SHORT_MAX = 60
BUTTONS_MAX = 3
ROWS_MAX = 10

MEDIA = ("image", "audio", "video", "document", "sticker")
WITH_CAPTION = ("image", "video", "document")
CATALOGUE_KINDS = ("catalog_message", "product", "product_list", "order_details", "order_status")


def missing(details: str) -> NoReturn:
    """Refuse with 131008."""
    raise GraphError(131008, details)


def wrong(details: str) -> NoReturn:
    """Refuse with 131009."""
    raise GraphError(131009, details)


def invalid(details: str) -> NoReturn:
    """Refuse with 100."""
    raise GraphError(100, details)


def text_in(holder: dict[str, Any], key: str, path: str, limit: int, *, minimum: int = 1) -> str:
    """Return a text value of `holder`, checked for kind and length.

    Raises: GraphError 131008 when absent, 100 when no string, 131009 when too short or long.
    """
    value = holder.get(key)
    if value is None:
        missing(f"Param {path} is required.")
    if not isinstance(value, str):
        invalid(f"Param {path} must be a string.")
    if not minimum <= len(value.strip()) or len(value) > limit:
        wrong(f"{path} length invalid. Min length: {minimum}, Max length: {limit}")
    return value


def object_in(holder: dict[str, Any], key: str, path: str = "") -> dict[str, Any]:
    """Return an object value of `holder`.

    Raises: GraphError 131008 when absent, 100 when no object.
    """
    value = holder.get(key)
    name = path or key
    if value is None:
        missing(f"Param {name} is required.")
    if not isinstance(value, dict):
        invalid(f"Param {name} must be a JSON object.")
    return value


def list_in(holder: dict[str, Any], key: str, path: str, most: int) -> list[dict[str, Any]]:
    """Return a list of objects of `holder` with 1 to `most` entries.

    Raises: GraphError 131008 when absent, 100 when no list of objects, 131009 for a wrong count.
    """
    value = holder.get(key)
    if value is None:
        missing(f"Param {path} is required.")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        invalid(f"Param {path} must be an array of objects.")
    if not 1 <= len(value) <= most:
        wrong(f"Invalid {path} count. Min allowed {path}: 1, Max allowed {path}: {most}")
    return value


def link_in(holder: dict[str, Any], key: str, path: str) -> str:
    """Return an http(s) address of `holder`.

    Raises: GraphError 131009 when it is none.
    """
    value = text_in(holder, key, path, 2000)
    if not value.lower().startswith(("http://", "https://")):
        wrong(f"{path} is not a valid URL: only http and https are accepted.")
    return value


def check(payload: dict[str, Any]) -> str:
    """Check a message payload and return its type.

    Raises: GraphError with the code Meta answers for the first thing wrong.
    """
    if payload.get("messaging_product") is None:
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if payload["messaging_product"] != "whatsapp":
        invalid("Param messaging_product must be one of {whatsapp}.")
    if payload.get("to") is None and payload.get("recipient") is None:
        raise GraphError(100, message="(#100) The parameter to is required.")
    if payload.get("recipient_type", "individual") not in ("individual", "group"):
        invalid("Param recipient_type must be one of {individual, group}.")
    tracker = payload.get("biz_opaque_callback_data")
    if tracker is not None and (not isinstance(tracker, str) or len(tracker) > TRACKER_MAX):
        invalid(f"Param biz_opaque_callback_data must be a string of at most {TRACKER_MAX} characters.")
    if payload.get("context") is not None:
        context = object_in(payload, "context")
        text_in(context, "message_id", "context['message_id']", 512)
    kind = payload.get("type", "text")
    checker = CHECKS.get(kind) if isinstance(kind, str) else None
    if checker is None:
        raise GraphError(131051, "Message type is not currently supported.")
    checker(kind, payload)
    return str(kind)


def _text(kind: str, payload: dict[str, Any]) -> None:
    text = object_in(payload, kind)
    text_in(text, "body", "text['body']", TEXT_MAX)
    if not isinstance(text.get("preview_url", False), bool):
        invalid("Param text['preview_url'] must be a boolean.")


def media_object(media: dict[str, Any], path: str) -> None:
    """Check a media object: exactly one of id and link.

    Raises: GraphError 131008, 100 or 131009.
    """
    if (media.get("id") is None) == (media.get("link") is None):
        missing(f"Param {path} must have one of id and link.")
    if media.get("link") is not None:
        link_in(media, "link", f"{path}['link']")
    elif not isinstance(media["id"], str):
        invalid(f"Param {path}['id'] must be a string.")


def _media(kind: str, payload: dict[str, Any]) -> None:
    media = object_in(payload, kind)
    media_object(media, kind)
    if media.get("caption") is not None:
        if kind not in WITH_CAPTION:
            invalid(f'Unexpected key "caption" on param "{kind}".')
        text_in(media, "caption", f"{kind}['caption']", CAPTION_MAX, minimum=0)


def _location(kind: str, payload: dict[str, Any]) -> None:
    location = object_in(payload, kind)
    for key, most in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            value = float(location[key])
        except KeyError:
            missing(f"Param location['{key}'] is required.")
        except (TypeError, ValueError):
            invalid(f"Param location['{key}'] must be a number.")
        if not -most <= value <= most:
            wrong(f"location['{key}'] is out of range.")


def _contacts(kind: str, payload: dict[str, Any]) -> None:
    for contact in list_in(payload, kind, "contacts", 257):
        name = object_in(contact, "name", "contacts['name']")
        text_in(name, "formatted_name", "contacts['name']['formatted_name']", 1024)


def _reaction(kind: str, payload: dict[str, Any]) -> None:
    reaction = object_in(payload, kind)
    text_in(reaction, "message_id", "reaction['message_id']", 512)
    if not isinstance(reaction.get("emoji"), str):
        missing("Param reaction['emoji'] is required.")


def _template(kind: str, payload: dict[str, Any]) -> None:
    template = object_in(payload, kind)
    text_in(template, "name", "template['name']", 512)
    language = object_in(template, "language", "template['language']")
    text_in(language, "code", "template['language']['code']", 20)
    components = template.get("components", [])
    if not isinstance(components, list) or not all(isinstance(item, dict) for item in components):
        invalid("Param template['components'] must be an array of objects.")


def _interactive(kind: str, payload: dict[str, Any]) -> None:
    interactive = object_in(payload, kind)
    form = text_in(interactive, "type", "interactive['type']", 40)
    if form in CATALOGUE_KINDS:
        wrong("Products not found in FB Catalog: no catalog is connected to this account.")
    checker = INTERACTIVE.get(form)
    if checker is None:
        wrong(f"Interactive type {form} is not valid.")
    body = object_in(interactive, "body", "interactive['body']")
    text_in(body, "text", "interactive['body']['text']", BODY_MAX.get(form, BODY_DEFAULT))
    if interactive.get("footer") is not None:
        text_in(object_in(interactive, "footer"), "text", "interactive['footer']['text']", SHORT_MAX)
    if interactive.get("header") is not None:
        _header(form, object_in(interactive, "header"))
    checker(object_in(interactive, "action", "interactive['action']"))


def _header(form: str, header: dict[str, Any]) -> None:
    kind = header.get("type")
    if kind == "text":
        text_in(header, "text", "interactive['header']['text']", SHORT_MAX)
        return
    if kind not in ("image", "video", "document") or form == "list":
        wrong(f"Header type {kind} is not valid for {form} messages.")
    media_object(object_in(header, str(kind)), f"interactive['header']['{kind}']")


def _buttons(action: dict[str, Any]) -> None:
    seen: set[tuple[str, str]] = set()
    for button in list_in(action, "buttons", "buttons", BUTTONS_MAX):
        if button.get("type") != "reply":
            wrong("Button type must be reply.")
        reply = object_in(button, "reply", "button['reply']")
        seen.add(
            (
                "id:" + text_in(reply, "id", "Button id", 256),
                "title:" + text_in(reply, "title", "Button title", 20),
            )
        )
    for part in (0, 1):
        if len({pair[part] for pair in seen}) != len(action["buttons"]):
            wrong("Duplicated button id or title: each must be unique within the message.")


def _list(action: dict[str, Any]) -> None:
    text_in(action, "button", "Button label", 20)
    sections = list_in(action, "sections", "sections", ROWS_MAX)
    ids: list[str] = []
    for section in sections:
        if len(sections) > 1 or section.get("title") is not None:
            text_in(section, "title", "Section title", 24)
        for row in list_in(section, "rows", "rows", ROWS_MAX):
            ids.append(text_in(row, "id", "Row id", 200))
            text_in(row, "title", "Row title", 24)
            if row.get("description") is not None:
                text_in(row, "description", "Row description", 72, minimum=0)
    if len(ids) > ROWS_MAX:
        wrong(f"Total row count exceed max allowed count: {ROWS_MAX}")
    if len(set(ids)) != len(ids):
        wrong("Duplicated row id: each must be unique within the message.")


def _cta_url(action: dict[str, Any]) -> None:
    if action.get("name") != "cta_url":
        wrong("interactive['action']['name'] must be cta_url.")
    parameters = object_in(action, "parameters", "action['parameters']")
    text_in(parameters, "display_text", "display_text", 20)
    link_in(parameters, "url", "url")


def _flow(action: dict[str, Any]) -> None:
    if action.get("name") != "flow":
        wrong("interactive['action']['name'] must be flow.")
    parameters = object_in(action, "parameters", "action['parameters']")
    text_in(parameters, "flow_cta", "flow_cta", 30)
    if (parameters.get("flow_id") is None) == (parameters.get("flow_name") is None):
        missing("One of flow_id and flow_name is required.")
    if parameters.get("flow_message_version") != "3":
        wrong("flow_message_version must be 3.")


def _location_request(action: dict[str, Any]) -> None:
    if action.get("name") != "send_location":
        wrong("interactive['action']['name'] must be send_location.")


INTERACTIVE = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "location_request_message": _location_request,
}

CHECKS = {
    "text": _text,
    "template": _template,
    "interactive": _interactive,
    "reaction": _reaction,
    "location": _location,
    "contacts": _contacts,
    **dict.fromkeys(MEDIA, _media),
}
