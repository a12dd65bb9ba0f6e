"""A brand's own wording of a template: what it is made of, what Meta is submitted, how it reads and is sent.

Values are bound by name: `{first_name}` in the text is the datum of that name that the template's messages bring, and
Meta sees it as a named parameter. Buttons to pages are links for one use, so that Meta sees one address for them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from django.conf import settings

from messaging.template_specs import PLACEHOLDER, Category, TemplateSpec
from messaging.whatsapp.payloads import Media
from messaging.whatsapp.template_calls import Button, CopyCode, Parameter, TemplateCall, UrlButton

SHOP_PAGE = "shop/"  # leads on to the brand's shop
LINK_PATH = "l/"  # below the portal's address; the token comes after it
_SAMPLE_TOKEN = "Xk2vQ9mT4bRz7LwD1nYp3HsA/"  # noqa: S105 (what Meta's review sees, no secret)


HeaderKind = Literal["image", "video", "document"]


class ButtonKind(StrEnum):
    """What a button does: opens the template's page, the shop, an address; calls a number; copies a code; answers with
    its words.
    """

    PAGE = "page"
    SHOP = "shop"
    ADDRESS = "address"
    PHONE = "phone"
    COPY = "copy"
    REPLY = "reply"


LINK_KINDS = (ButtonKind.PAGE, ButtonKind.SHOP)


@dataclass(frozen=True)
class TemplateButton:
    """A button. `value` is the address, the number or the code of those that have one; a code may have data in it.

    What a button that copies a code says is up to WhatsApp, in the reader's language.
    """

    kind: ButtonKind
    text: str
    value: str = ""


@dataclass(frozen=True)
class HeaderMedia:
    """The file on top of every message of a wording, instead of a title. Without an `id` it is still to come."""

    kind: HeaderKind
    id: UUID | None = None
    filename: str = ""


@dataclass(frozen=True)
class TemplateDraft:
    """A wording in one language, as it was written."""

    category: Category
    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()
    media: HeaderMedia | None = None

    @property
    def ordered_buttons(self) -> tuple[TemplateButton, ...]:
        """The buttons as Meta wants them: answers together, after the others."""
        return tuple(sorted(self.buttons, key=lambda button: button.kind is ButtonKind.REPLY))


def portal_url(slug: str) -> str:
    """The address of a brand's portal, with its closing slash."""
    return f"{settings.BASE_URL}/p/{slug}/"


def name_of(key: str, version: int) -> str:
    """What Meta knows a version by; the library's own has the template's name."""
    return f"{key}_v{version}" if version else key


def key_of(name: str) -> tuple[str, int]:
    """The template and the version that Meta's name means."""
    key, mark, number = name.rpartition("_v")
    return (key, int(number)) if mark and number.isascii() and number.isdecimal() else (name, 0)


def placeholders(text: str) -> list[str]:
    """The names of the data in a text, in order, each once."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its values; one that was wiped shows as dots."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], "••••"), text)


def packed(buttons: Iterable[TemplateButton]) -> list[dict[str, str]]:
    """Buttons as they are stored."""
    return [{"kind": each.kind.value, "text": each.text, "value": each.value} for each in buttons]


def unpacked(stored: Iterable[Mapping[str, str]]) -> tuple[TemplateButton, ...]:
    """What `packed` stored."""
    return tuple(TemplateButton(ButtonKind(each["kind"]), each["text"], each["value"]) for each in stored)


def library_draft(spec: TemplateSpec, language: str) -> TemplateDraft:
    """The library's wording as a draft, to begin one's own from."""
    wording = spec.wordings[language]
    return TemplateDraft(
        category=spec.category,
        body=wording.body,
        footer=wording.footer,
        buttons=(TemplateButton(ButtonKind.PAGE, wording.button),),
    )


def page_of(spec: TemplateSpec, button: TemplateButton, values: Mapping[str, str]) -> str:
    """The page below the portal's address that a button with a link opens."""
    if button.kind is ButtonKind.SHOP:
        return SHOP_PAGE
    return spec.path + (values[spec.path_parameter] if spec.path_parameter else "")


def own_definition(
    draft: TemplateDraft, name: str, spec: TemplateSpec, language: str, portal_url: str
) -> dict[str, Any]:
    """What is submitted to Meta, with the samples of the template's data filled in.

    The sample of a header's file is missing: `with_sample` puts it in once Meta has it.
    """
    samples = spec.samples(language)
    components: list[dict[str, Any]] = []
    if draft.media:
        components.append({"type": "HEADER", "format": draft.media.kind.upper()})
    elif draft.header:
        components.append({"type": "HEADER", "format": "TEXT", **_text("header", draft.header, samples)})
    components.append({"type": "BODY", **_text("body", draft.body, samples)})
    if draft.footer:
        components.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        buttons = [_submitted(button, portal_url, samples) for button in draft.ordered_buttons]
        components.append({"type": "BUTTONS", "buttons": buttons})
    return {
        "name": name,
        "language": language,
        "category": draft.category.value.upper(),
        "parameter_format": "NAMED",
        "components": components,
    }


def with_sample(definition: Mapping[str, Any], handle: str) -> dict[str, Any]:
    """A definition whose header's file Meta's review will see; `handle` is what Meta calls the file."""
    components = [
        {**part, "example": {"header_handle": [handle]}} if part["type"] == "HEADER" else part
        for part in definition["components"]
    ]
    return {**definition, "components": components}


def own_call(
    draft: TemplateDraft,
    name: str,
    language: str,
    values: Mapping[str, str],
    tokens: Mapping[int, str],
    media: Media | None = None,
) -> TemplateCall:
    """The template with a message's values; `tokens` are its links' by the button's index, `media` is its file.""" ""
    title = next(iter(placeholders(draft.header)), None)
    buttons: dict[int, Button] = {index: UrlButton(link_suffix(token)) for index, token in tokens.items()}
    for index, button in enumerate(draft.ordered_buttons):
        if button.kind is ButtonKind.COPY:
            buttons[index] = CopyCode(filled(button.value, values))
    return TemplateCall(
        name=name,
        language=language,
        body=[Parameter(values[each], name=each) for each in placeholders(draft.body)],
        buttons=buttons,
        header=media if draft.media else Parameter(values[title], name=title) if title else None,
    )


def link_buttons(buttons: Sequence[TemplateButton]) -> dict[int, TemplateButton]:
    """The buttons that need a link of their own, by index."""
    return {index: button for index, button in enumerate(buttons) if button.kind in LINK_KINDS}


def link_suffix(token: str) -> str:
    """How the address of a link ends."""
    return f"{token}/"


def link_button(text: str, portal_url: str) -> dict[str, Any]:
    """A button with a link, as it is submitted."""
    url = portal_url + LINK_PATH
    return {"type": "URL", "text": text, "url": url + "{{1}}", "example": [url + _SAMPLE_TOKEN]}


def _text(where: str, text: str, samples: Mapping[str, str]) -> dict[str, Any]:
    names = placeholders(text)
    shown: dict[str, Any] = {"text": PLACEHOLDER.sub(lambda match: f"{{{{{match[1]}}}}}", text)}
    if names:
        examples = [{"param_name": name, "example": samples[name]} for name in names]
        shown["example"] = {f"{where}_text_named_params": examples}
    return shown


def _submitted(button: TemplateButton, portal_url: str, samples: Mapping[str, str]) -> dict[str, Any]:
    if button.kind in LINK_KINDS:
        return link_button(button.text, portal_url)
    if button.kind is ButtonKind.ADDRESS:
        return {"type": "URL", "text": button.text, "url": button.value}
    if button.kind is ButtonKind.PHONE:
        return {"type": "PHONE_NUMBER", "text": button.text, "phone_number": button.value}
    if button.kind is ButtonKind.COPY:
        return {"type": "COPY_CODE", "example": filled(button.value, samples)}
    return {"type": "QUICK_REPLY", "text": button.text}
