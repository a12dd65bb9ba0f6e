"""The brand's own wordings as they are stored. Inside the tenant's scope."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import cast
from uuid import UUID

from django.db.models import Q, QuerySet

from messaging.models import HeaderUpload, TemplateVersion
from messaging.own_templates import HeaderKind, HeaderMedia, TemplateDraft, unpacked
from messaging.template_specs import Category
from smartbis.kernel.clock import now

Mark = tuple[str, str, int]  # template, language, version
Wordings = Mapping[Mark, TemplateDraft]
KEPT_AT_META = timedelta(days=29)  # an uploaded file; Meta says 30


def wordings_of(marks: Iterable[Mark]) -> Wordings:
    """The own wordings among `marks`; one query where there are any, none where all are the library's."""
    wanted = {mark for mark in marks if mark[2]}
    if not wanted:
        return {}
    chosen = Q()
    for key, language, number in sorted(wanted):
        chosen |= Q(key=key, language=language, number=number)
    return {(row.key, row.language, row.number): draft_of(row) for row in stored().filter(chosen)}


def stored() -> QuerySet[TemplateVersion]:
    """The versions with what is told of their header's file, but for its bytes."""
    return TemplateVersion.objects.select_related("file").defer("file__content", "file__thumbnail")


def draft_of(row: TemplateVersion) -> TemplateDraft:
    """A stored version as what was written."""
    return TemplateDraft(
        category=Category(row.category),
        body=row.body,
        header=row.header,
        footer=row.footer,
        buttons=unpacked(row.buttons),
        media=_media(row),
    )


def held_files(channel: UUID, files: Collection[UUID]) -> dict[UUID, str]:
    """Meta's ids of those of the files that it has for a channel and does not forget today."""
    rows = HeaderUpload.objects.filter(channel_id=channel, file_id__in=files, uploaded_at__gt=now() - KEPT_AT_META)
    return dict(rows.values_list("file_id", "media_id"))


def _media(row: TemplateVersion) -> HeaderMedia | None:
    if not row.header_kind:
        return None
    kind = cast(HeaderKind, row.header_kind)
    return HeaderMedia(kind, row.file.id, row.file.filename) if row.file else HeaderMedia(kind)
