"""What is POSTed for the messages of a slice: their wording, their values and the links of their buttons."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from messaging.library import Category, body_values, button_values, template_spec
from messaging.links import keep_links, new_link
from messaging.models import Link, Message
from messaging.older_buttons import page_values
from messaging.own_templates import (
    HeaderMedia,
    TemplateDraft,
    library_draft,
    link_buttons,
    link_suffix,
    name_of,
    own_call,
    page_of,
)
from messaging.sealed import content_of
from messaging.versions import Wordings, held_files, wordings_of
from messaging.whatsapp.errors import PayloadInvalid
from messaging.whatsapp.payloads import Media, Payload, Recipient, text_message
from messaging.whatsapp.template_calls import Parameter, TemplateCall, UrlButton, template_message


class Composer:
    """Builds payloads of one channel inside a scope.

    The links it made are stored by `keep_links`, in the transaction that claims.
    """

    def __init__(self, rows: Iterable[Message], at: datetime, channel: UUID | None = None) -> None:
        self._at = at
        self._wordings: Wordings = wordings_of((row.template, row.language, row.version) for row in rows)
        files = {draft.media.id for draft in self._wordings.values() if draft.media and draft.media.id}
        self._files = held_files(channel, files) if channel and files else {}
        self._links: list[Link] = []

    def payload(self, row: Message, recipient: Recipient) -> Payload:
        """What is POSTed for a message, its own id as tracker. Raises PayloadInvalid."""
        content, tracker = content_of(row), str(row.id)
        if not row.template:
            return text_message(recipient, content.get("text", ""), tracker=tracker, reply_to=row.reply_to or None)
        if not content:
            raise PayloadInvalid("the parameters were wiped")
        own = self._wordings.get((row.template, row.language, row.version)) if row.version else None
        if row.version and own is None:
            raise PayloadInvalid("the version is gone")
        call = self._own_call(row, own, content) if own else self._library_call(row, content)
        return template_message(recipient, call, tracker=tracker)

    def keep_links(self) -> None:
        """Store the links of every payload that was built."""
        keep_links(self._links)

    def _library_call(self, row: Message, content: dict[str, str]) -> TemplateCall:
        spec = template_spec(row.template)
        if spec.category is Category.AUTHENTICATION:
            buttons = {index: UrlButton(value) for index, value in button_values(spec, content).items()}
        elif row.has_page_buttons:
            buttons = {index: UrlButton(value) for index, value in page_values(spec, content).items()}
        else:
            tokens = self._tokens(row, library_draft(spec, row.language), content)
            buttons = {index: UrlButton(link_suffix(token)) for index, token in tokens.items()}
        body = [Parameter(value) for value in body_values(spec, row.language, content)]
        return TemplateCall(name=spec.key, language=row.language, body=body, buttons=buttons)

    def _own_call(self, row: Message, own: TemplateDraft, content: dict[str, str]) -> TemplateCall:
        tokens = self._tokens(row, own, content)
        media = self._file(own.media) if own.media else None
        return own_call(own, name_of(row.template, row.version), row.language, content, tokens, media)

    def _file(self, media: HeaderMedia) -> Media:
        if media.id not in self._files:
            raise PayloadInvalid("Meta does not have the header's file")
        filename = media.filename if media.kind == "document" else ""
        return Media(media.kind, self._files[media.id], filename=filename)

    def _tokens(self, row: Message, draft: TemplateDraft, content: dict[str, str]) -> dict[int, str]:
        spec, tokens = template_spec(row.template), {}
        for index, button in link_buttons(draft.ordered_buttons).items():
            link, tokens[index] = new_link(row, page_of(spec, button, content), self._at)
            self._links.append(link)
        return tokens
