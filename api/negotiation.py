"""What is answered: JSON, whatever is accepted; a report also as CSV to whom asks for it."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AlwaysJson(BaseContentNegotiation):
    """The parser by Content-Type (415 otherwise); the first renderer, unless another's type is named in Accept."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of the body's media type, if there is one."""
        sent = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and its media type."""
        accepted = {part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")}
        first, *others = renderers
        chosen: Any = next((each for each in others if each.media_type in accepted), first)
        return chosen, chosen.media_type
