"""Wordings as the customer's phone shows them: what `components/phone_message.html` takes."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from dashboard.brand.template_words import button_icon, file_icon, file_name
from messaging.own_templates import ButtonKind, HeaderMedia, TemplateButton, TemplateDraft, filled
from messaging.selectors import data_of, thumbnails

Pictures = Mapping[UUID, str]
_MOST_BUTTONS = 3  # WhatsApp shows so many; of more, two and a list
_COPY = {"pt_BR": "Copiar código", "en": "Copy code"}
_MORE = {"pt_BR": "Ver todas as opções", "en": "See all options"}


def pictures_of(tenant: UUID, drafts: Iterable[TemplateDraft]) -> Pictures:
    """The headers' pictures as addresses that hold them. One query, none where no header has a file."""
    files = {draft.media.id for draft in drafts if draft.media and draft.media.id}
    found = thumbnails(tenant=tenant, files=files)
    return {file: f"data:image/jpeg;base64,{base64.b64encode(small).decode()}" for file, small in found.items()}


def phone(draft: TemplateDraft, key: str, language: str, pictures: Pictures) -> dict[str, Any]:
    """A wording with its samples, as it is read in one language."""
    samples = data_of(key, language)
    buttons = [_button(each, language) for each in draft.ordered_buttons]
    buttons = [each for each in buttons if each["text"]]
    shown = len(buttons) if len(buttons) <= _MOST_BUTTONS else _MOST_BUTTONS - 1
    return {
        "media": _media(draft.media, pictures) if draft.media else None,
        "header": "" if draft.media else filled(draft.header, samples),
        "body": filled(draft.body, samples),
        "footer": draft.footer,
        "buttons": buttons[:shown],
        "more": _MORE.get(language, _MORE["en"]) if buttons[shown:] else "",
        "more_buttons": buttons[shown:],
    }


def _button(button: TemplateButton, language: str) -> dict[str, str]:
    # What copies a code is worded by WhatsApp.
    is_copy = button.kind is ButtonKind.COPY
    return {"text": _COPY.get(language, _COPY["en"]) if is_copy else button.text, "icon": button_icon(button.kind)}


def _media(media: HeaderMedia, pictures: Pictures) -> dict[str, str]:
    return {
        "kind": media.kind,
        "icon": file_icon(media.kind),
        "name": media.filename or file_name(media.kind),
        "picture": pictures.get(media.id, "") if media.id else "",
    }
