"""Reading what is sent: JSON of a bounded size, and nothing that the database could not keep."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser, MultiPartParser

from programs.imports.files import MAX_BYTES as MAX_FILE_BYTES

MAX_BODY_BYTES = 1024 * 1024


class BodyTooLarge(APIException):
    """More was sent than the call takes."""

    status_code = 413
    default_code = "body_too_large"
    default_detail = "The body is larger than this call takes."


class MalformedJson(APIException):
    """The body is not JSON."""

    status_code = 400
    default_code = "malformed_json"
    default_detail = "The body is not valid JSON in UTF-8."


class StrictJsonParser(BaseParser):
    """JSON (RFC 8259) in UTF-8, without NaN, without NUL characters and lone surrogates, up to `max_bytes`."""

    media_type = "application/json"
    max_bytes = MAX_BODY_BYTES

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body. Raises BodyTooLarge, MalformedJson."""
        raw = stream.read(self.max_bytes + 1)
        if len(raw) > self.max_bytes:
            raise BodyTooLarge
        try:
            parsed = json.loads(raw.decode(), parse_constant=refuse_constant)
            if b"\\u" in raw:
                _check_text(parsed)
        except (ValueError, RecursionError) as error:
            raise MalformedJson from error
        return parsed


class FileParser(MultiPartParser):
    """A form with a file, up to what an import takes and a little for the other fields."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed form. Raises BodyTooLarge before anything is read."""
        declared = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if not declared.isdigit() or int(declared) > MAX_FILE_BYTES + MAX_BODY_BYTES:
            raise BodyTooLarge
        return super().parse(stream, media_type, parser_context)


class LargeJsonParser(StrictJsonParser):
    """The same for batches: four megabytes."""

    max_bytes = 4 * MAX_BODY_BYTES


def refuse_constant(constant: str) -> None:
    """Raise ValueError for NaN and the infinities, which Python would take."""
    raise ValueError(f"{constant} is not JSON")


def _check_text(value: Any) -> None:
    """Raise ValueError for a text, at any depth, that UTF-8 or PostgreSQL cannot hold."""
    if isinstance(value, str):
        value.encode()  # UnicodeEncodeError, a ValueError, for a lone surrogate
        if "\0" in value:
            raise ValueError("NUL")
    elif isinstance(value, dict):
        for name, each in value.items():
            _check_text(name)
            _check_text(each)
    elif isinstance(value, list):
        for each in value:
            _check_text(each)
