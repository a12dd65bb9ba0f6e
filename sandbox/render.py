"""From an accepted payload to what the person sees: header, text, footer, buttons with their final addresses.

Templates are filled here, and refused when the parameters do not fit the approved text.
"""

import re
from typing import Any

from sandbox.errors import GraphError
from sandbox.template_rules import BODY_MAX, PLACEHOLDER, placeholders
from sandbox.templates import Template

OTP_URL = "https://www.whatsapp.com/otp/code/"
COUPON_MAX = 20
BODY_ALONE_MAX = 32_768  # a filled body may be this long when the template has no other component


def template(one: Template, components: list[dict[str, Any]]) -> dict[str, Any]:
    """Fill a template with the parameters of a send.

    Raises: GraphError 132000 for a wrong count, 131008 for a missing value, 132012 for the wrong kind, 132018 for
    text Meta does not allow in a parameter, 132005 when the filled text is too long.
    """
    given = {str(part.get("type", "")).lower(): part for part in components if part.get("type") != "button"}
    unknown = set(given) - {"header", "body", "footer", "buttons"}
    if unknown:
        raise GraphError(132012, f"component {sorted(unknown)[0]!r} is not part of the template")
    body = one.component("BODY") or {"text": ""}
    text = _fill(body["text"], _parameters(given.get("body")), "body", one.parameter_format)
    if len(text) > (BODY_MAX if len(one.components) > 1 else BODY_ALONE_MAX):
        raise GraphError(132005, "body: translated text too long")
    footer = one.component("FOOTER")
    return {
        "header": _header(one, given.get("header")),
        "body": text,
        "footer": footer["text"] if footer else "",
        "buttons": _buttons(one, [part for part in components if part.get("type") == "button"]),
    }


def _parameters(part: dict[str, Any] | None) -> list[dict[str, Any]]:
    values = (part or {}).get("parameters", [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise GraphError(100, "Param template['components']['parameters'] must be an array of objects.")
    return values


def _fill(text: str, parameters: list[dict[str, Any]], where: str, style: str) -> str:
    names = list(dict.fromkeys(placeholders(text)))
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{where}: number of localizable_params ({len(parameters)}) does not match the expected number of "
            f"params ({len(names)})",
        )
    if style == "NAMED":
        values = {str(one.get("parameter_name", "")): _value(one, where) for one in parameters}
        absent = [name for name in names if name not in values]
        if absent:
            raise GraphError(100, f"{where}: Parameter name is missing or empty: {absent[0]}")
    else:
        ordered = sorted(names, key=int)
        values = dict(zip(ordered, (_value(one, where) for one in parameters), strict=True))
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _value(parameter: dict[str, Any], where: str) -> str:
    kind = parameter.get("type")
    if kind in ("currency", "date_time"):
        holder = parameter.get(kind)
        value = holder.get("fallback_value") if isinstance(holder, dict) else None
    elif kind == "text":
        value = parameter.get("text")
    else:
        raise GraphError(132012, f"{where}: Format mismatch, expected TEXT, received {str(kind).upper()}")
    if not isinstance(value, str) or not value.strip():
        raise GraphError(131008, f"{where}: Parameter of type {kind} is missing text value")
    if re.search(r"[\n\t]| {5,}", value):
        raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return value


def _header(one: Template, given: dict[str, Any] | None) -> dict[str, Any] | None:
    part = one.component("HEADER")
    parameters = _parameters(given)
    if part is None:
        if parameters:
            _fill("", parameters, "header", "POSITIONAL")
        return None
    form = part["format"]
    if form == "TEXT":
        return {"type": "text", "text": _fill(part["text"], parameters, "header", one.parameter_format)}
    kind = str(parameters[0].get("type", "")) if parameters else "unknown"
    media = parameters[0].get(kind) if parameters else None
    if kind.upper() != form or not isinstance(media, dict):
        raise GraphError(132012, f"header: Format mismatch, expected {form}, received {kind.upper()}")
    if form != "LOCATION" and (media.get("id") is None) == (media.get("link") is None):
        raise GraphError(131008, f"header: {kind} needs one of id and link")
    return {"type": kind, **{key: media[key] for key in media if isinstance(media[key], (str, int, float))}}


def _buttons(one: Template, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    part = one.component("BUTTONS")
    stored = part["buttons"] if part else []
    filled: dict[int, dict[str, Any]] = {}
    for button in given:
        index = str(button.get("index", ""))
        if not index.isdecimal() or int(index) >= len(stored):
            raise GraphError(132000, f"buttons: Button at index {index or '?'} does not exist in the template")
        filled[int(index)] = button
    return [_button(place, button, filled.get(place)) for place, button in enumerate(stored)]


def _button(place: int, stored: dict[str, Any], given: dict[str, Any] | None) -> dict[str, Any]:
    kind = stored["type"]
    wanted = {"URL": "url", "QUICK_REPLY": "quick_reply", "COPY_CODE": "copy_code", "FLOW": "flow"}.get(kind)
    if given is not None and str(given.get("sub_type", "")).lower() != wanted:
        raise GraphError(132012, f"buttons: Button at index {place} is of type {kind}, sub_type does not match")
    parameters = _parameters(given)
    first = parameters[0] if parameters else {}
    if kind == "URL":
        return _url_button(place, stored, first)
    if kind == "QUICK_REPLY":
        return {"kind": "quick_reply", "text": stored["text"], "payload": str(first.get("payload", stored["text"]))}
    if kind == "COPY_CODE":
        code = first.get("coupon_code", first.get("text"))
        if not isinstance(code, str) or not 1 <= len(code) <= COUPON_MAX:
            raise GraphError(131008, f"buttons: Button at index {place} of type CopyCode requires a parameter")
        return {"kind": "copy_code", "text": stored["text"], "code": code}
    if kind == "PHONE_NUMBER":
        return {"kind": "phone", "text": stored["text"], "phone": str(stored["phone_number"])}
    return {"kind": "flow", "text": stored["text"]}


def _url_button(place: int, stored: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    url: str = stored["url"]
    if placeholders(url):
        value = first.get("text")
        if not isinstance(value, str) or not value.strip():
            raise GraphError(131008, f"buttons: Button at index {place} of type Url requires a parameter")
        url = PLACEHOLDER.sub(lambda _: value.strip(), url)
        if url.startswith(OTP_URL):
            return {"kind": "copy_code", "text": stored["text"], "code": value.strip()}
    elif first:
        raise GraphError(132000, f"buttons: Button at index {place} of type Url expects no parameter")
    return {"kind": "url", "text": stored["text"], "url": url}


def free_form(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return what a checked non-template message shows."""
    blank: dict[str, Any] = {"header": None, "body": "", "footer": "", "buttons": []}
    content = payload[kind]
    if kind == "text":
        return {**blank, "body": content["body"]}
    if kind == "interactive":
        return _interactive(content)
    if kind == "location":
        label = content.get("name") or content.get("address") or f"{content['latitude']}, {content['longitude']}"
        return {**blank, "body": f"📍 {label}"}
    if kind == "contacts":
        return {**blank, "body": "\n".join(f"👤 {one['name']['formatted_name']}" for one in content)}
    if kind == "reaction":
        return {**blank, "body": content["emoji"]}
    return {**blank, "header": _media(kind, content), "body": content.get("caption") or ""}


def _media(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, **{key: content[key] for key in ("id", "link", "filename") if content.get(key)}}


def _interactive(content: dict[str, Any]) -> dict[str, Any]:
    header = content.get("header")
    if header and header["type"] != "text":
        header = _media(header["type"], header[header["type"]])
    return {
        "header": header,
        "body": content["body"]["text"],
        "footer": (content.get("footer") or {}).get("text", ""),
        "buttons": _interactive_buttons(content["type"], content["action"]),
    }


def _interactive_buttons(form: str, action: dict[str, Any]) -> list[dict[str, Any]]:
    if form == "button":
        return [{"kind": "reply", "text": one["reply"]["title"], "id": one["reply"]["id"]} for one in action["buttons"]]
    if form == "list":
        return [{"kind": "list", "text": action["button"], "sections": action["sections"]}]
    if form == "cta_url":
        return [{"kind": "url", "text": action["parameters"]["display_text"], "url": action["parameters"]["url"]}]
    if form == "flow":
        return [{"kind": "flow", "text": action["parameters"]["flow_cta"]}]
    return [{"kind": "location", "text": "Enviar localização"}]
