"""What Meta's review accepts as a template: names, placeholders, lengths, samples and buttons.

Source: "Template components" and "Error codes" of the Cloud API. The mechanical rules are here; the judgement of a
reviewer (is it really UTILITY?) is not modelled.
"""

import re
from typing import Any, NoReturn

from sandbox.errors import GraphError

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
BODY_MAX = 1024
SHORT_MAX = 60
LABEL_MAX = 25
BUTTON_LIMITS = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1}
BUTTONS_MAX = 10
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
AUTH_BODY = {
    "pt": ("*{{1}}* é seu código de verificação.", " Para sua segurança, não o compartilhe."),
    "en": ("*{{1}}* is your verification code.", " For your security, do not share this code."),
}
AUTH_FOOTER = {"pt": "Este código expira em {} minutos.", "en": "This code expires in {} minutes."}


def _refuse(subcode: int, title: str, message: str) -> NoReturn:
    raise GraphError(100, subcode=subcode, user_title=title, user_message=message)


def _malformed(message: str) -> NoReturn:
    raise GraphError(100, message=f"(#100) {message}")


def placeholders(text: str) -> list[str]:
    """Return the names in `{{…}}` in order of appearance."""
    return PLACEHOLDER.findall(text)


def check(body: dict[str, Any]) -> dict[str, Any]:
    """Check a creation request and return it as stored: name, language, category, format, components.

    Raises: GraphError 100 with Meta's subcodes, naming the rule.
    """
    name, language, category = body.get("name"), body.get("language"), str(body.get("category", "")).upper()
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        _malformed("Param name must be lowercase letters, digits and underscores, at most 512.")
    if not isinstance(language, str) or not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2,3})?", language):
        _malformed("Param language must be a supported language code.")
    if category not in CATEGORIES:
        _malformed(f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")
    parts = body.get("components")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        _malformed("Param components must be a non-empty array of objects.")
    style = str(body.get("parameter_format", "POSITIONAL")).upper()
    if style not in ("POSITIONAL", "NAMED"):
        _malformed("Param parameter_format must be one of {POSITIONAL, NAMED}.")
    components = [_component(part, category, language, style) for part in parts]
    kinds = [part["type"] for part in components]
    if "BODY" not in kinds or len(set(kinds)) != len(kinds):
        _malformed("Param components must have one BODY and no type twice.")
    return {
        "name": name, "language": language, "category": category, "parameter_format": style,
        "components": components,
    }  # fmt: skip


def _component(part: dict[str, Any], category: str, language: str, style: str) -> dict[str, Any]:
    kind = str(part.get("type", "")).upper()
    stored = {**part, "type": kind}
    if kind == "BODY":
        return _auth_body(stored, language) if category == "AUTHENTICATION" else _body(stored, style)
    if kind == "HEADER":
        return _header(stored, style)
    if kind == "FOOTER":
        return _footer(stored, category, language)
    if kind == "BUTTONS":
        return _buttons(stored, category)
    _malformed(f"Component type {kind or 'missing'} is not supported.")


def _auth_body(part: dict[str, Any], language: str) -> dict[str, Any]:
    if part.get("text"):
        _malformed("Authentication templates have a preset body; text is not allowed.")
    sentence, advice = AUTH_BODY["pt" if language.startswith("pt") else "en"]
    return {**part, "text": sentence + (advice if part.get("add_security_recommendation") else "")}


def _body(part: dict[str, Any], style: str) -> dict[str, Any]:
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        _refuse(2388072, "Body format is incorrect", "The body component needs text.")
    if len(text) > BODY_MAX:
        _refuse(2388040, "Character limit exceeded", f"The body is limited to {BODY_MAX} characters.")
    names = _names(text, style)
    if names:
        _ends_and_neighbours(text)
        _samples(part, "body", names, style)
    return part


def _names(text: str, style: str) -> list[str]:
    names = placeholders(text)
    if style == "NAMED":
        bad = [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)]
        if bad:
            _refuse(2388072, "Variable format is incorrect", f"{bad[0]} is not a valid parameter name.")
        return list(dict.fromkeys(names))
    expected = [str(number) for number in range(1, len(set(names)) + 1)]
    if sorted(set(names), key=lambda name: (len(name), name)) != expected:
        _refuse(2388072, "Variable format is incorrect", "Variables must be numbered {{1}}, {{2}} without gaps.")
    return expected


def _ends_and_neighbours(text: str) -> None:
    bare = text.strip()
    if PLACEHOLDER.match(bare) or re.search(r"\{\{[^{}]*\}\}$", bare):
        _refuse(2388299, "Leading or trailing params", "Variables can't be at the start or end of the template.")
    if re.search(r"\}\}\s*\{\{", bare):
        _refuse(2388072, "Body format is incorrect", "Two variables need text between them.")
    words = len(PLACEHOLDER.sub(" ", bare).split())
    if words < 2 * len(placeholders(bare)):
        _refuse(2388293, "Parameter words ratio", "This template has too many variables for its length.")


def _samples(part: dict[str, Any], where: str, names: list[str], style: str) -> None:
    example = part.get("example")
    example = example if isinstance(example, dict) else {}
    if style == "NAMED":
        given = example.get(f"{where}_text_named_params")
        found = (
            {item.get("param_name") for item in given if isinstance(item, dict)} if isinstance(given, list) else set()
        )
        complete = set(names) <= found
    else:
        values = example.get(f"{where}_text")
        if isinstance(values, list) and values and isinstance(values[0], list):
            values = values[0]
        complete = isinstance(values, list) and len(values) == len(names)
    if not complete:
        code = 2388072 if where == "body" else 2388047
        _refuse(code, "Sample values are missing", f"Every variable of the {where} needs a sample in example.")


def _header(part: dict[str, Any], style: str) -> dict[str, Any]:
    form = str(part.get("format", "")).upper()
    if form in MEDIA_FORMATS:
        example = part.get("example")
        if not isinstance(example, dict) or not example.get("header_handle"):
            _refuse(2388047, "Header format is incorrect", "A media header needs a sample in header_handle.")
        return {**part, "format": form}
    if form == "LOCATION":
        return {**part, "format": form}
    text = part.get("text")
    if form != "TEXT" or not isinstance(text, str) or not text.strip():
        _refuse(
            2388047, "Header format is incorrect", "A header is TEXT with text, IMAGE, VIDEO, DOCUMENT or LOCATION."
        )
    if len(text) > SHORT_MAX:
        _refuse(2388040, "Character limit exceeded", f"The header is limited to {SHORT_MAX} characters.")
    names = _names(text, style)
    if len(names) > 1:
        _refuse(2388047, "Header format is incorrect", "A header may have one variable.")
    if names:
        _samples(part, "header", names, style)
    return {**part, "format": form}


def _footer(part: dict[str, Any], category: str, language: str) -> dict[str, Any]:
    if category == "AUTHENTICATION":
        minutes = part.get("code_expiration_minutes")
        if not isinstance(minutes, int) or not 1 <= minutes <= 90:
            _refuse(2388073, "Footer format is incorrect", "code_expiration_minutes must be between 1 and 90.")
        return {**part, "text": AUTH_FOOTER["pt" if language.startswith("pt") else "en"].format(minutes)}
    text = part.get("text")
    if not isinstance(text, str) or not text.strip() or placeholders(text):
        _refuse(2388073, "Footer format is incorrect", "The footer needs text without variables.")
    if len(text) > SHORT_MAX:
        _refuse(2388040, "Character limit exceeded", f"The footer is limited to {SHORT_MAX} characters.")
    return part


def _buttons(part: dict[str, Any], category: str) -> dict[str, Any]:
    buttons = part.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= BUTTONS_MAX:
        _malformed(f"Buttons must be an array of 1 to {BUTTONS_MAX}.")
    kinds = [str(button.get("type", "")).upper() if isinstance(button, dict) else "" for button in buttons]
    for kind, most in BUTTON_LIMITS.items():
        if kinds.count(kind) > most:
            _malformed(f"At most {most} button(s) of type {kind}.")
    replies = [place for place, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    grouped = not replies or replies[-1] - replies[0] + 1 == len(replies)
    if not grouped or (replies and replies[0] != 0 and replies[-1] != len(kinds) - 1):
        _malformed("Quick reply buttons must be grouped together, before or after the others.")
    if category == "AUTHENTICATION" and kinds != ["OTP"]:
        _malformed("Authentication templates have exactly one OTP button.")
    return {**part, "buttons": [_button(button, kind) for button, kind in zip(buttons, kinds, strict=True)]}


def _button(button: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind not in ("QUICK_REPLY", *BUTTON_LIMITS):
        _malformed(f"Button type {kind or 'missing'} is not supported.")
    text = button.get("text", {"OTP": "Copiar código", "COPY_CODE": "Copiar código"}.get(kind))
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= LABEL_MAX:
        _refuse(2388040, "Character limit exceeded", f"Button text has 1 to {LABEL_MAX} characters.")
    if kind == "OTP":
        # Meta stores one-time-password buttons as a URL button with one variable, and that is how they are filled.
        url = "https://www.whatsapp.com/otp/code/?otp_type={}&code=otp{{{{1}}}}".format(
            button.get("otp_type", "COPY_CODE")
        )
        return {"type": "URL", "text": text, "url": url, "example": [url.replace("{{1}}", "123456")]}
    if kind == "URL":
        _url(button)
    if kind == "PHONE_NUMBER" and not re.fullmatch(r"\+?[0-9]{7,20}", str(button.get("phone_number", ""))):
        _malformed("A PHONE_NUMBER button needs phone_number.")
    if kind == "COPY_CODE" and not button.get("example"):
        _malformed("A COPY_CODE button needs an example.")
    return {**button, "type": kind, "text": text}


def _url(button: dict[str, Any]) -> None:
    url = button.get("url")
    if not isinstance(url, str) or not re.match(r"https?://", url) or len(url) > 2000:
        _malformed("A URL button needs a url starting with http:// or https://, at most 2000 characters.")
    names = placeholders(url)
    if names and (len(names) > 1 or not url.rstrip().endswith("}}")):
        _malformed("A URL button may have one variable, at the end of the url.")
    if names and not button.get("example"):
        _malformed("A URL button with a variable needs an example.")
