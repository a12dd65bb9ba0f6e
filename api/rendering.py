"""Answers as text: JSON that is kept, a report's rows as CSV for who asks for that, files that are nothing else."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

_ENCODER = JSONEncoder()
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_text(body: Any) -> str:
    """A body as the framework's own renderer writes it, in a fraction of its time: answers to batches are long."""
    return orjson.dumps(body, _ENCODER.default, orjson.OPT_PASSTHROUGH_DATETIME).decode()


class CsvRenderer(BaseRenderer):
    """The rows under `view.csv_rows` of an answer, with a header; text that a spreadsheet would run is quoted."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """The rows as RFC 4180."""
        rows = data[(renderer_context or {})["view"].csv_rows]
        text = io.StringIO()
        writer = csv.writer(text)
        if rows:
            writer.writerow(rows[0])
            writer.writerows([[_safe(value) for value in row.values()] for row in rows])
        return text.getvalue().encode()


def csv_file(lines: Iterable[str], *, name: str) -> StreamingHttpResponse:
    """Lines that are ready and may be many, sent as they come, as a file."""
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
