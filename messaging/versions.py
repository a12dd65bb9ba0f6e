"""The brand's own wordings as they are stored. Inside the tenant's scope."""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from messaging.models import TemplateVersion
from messaging.own_templates import TemplateDraft, unpacked
from messaging.template_specs import Category

Mark = tuple[str, str, int]  # template, language, version
Wordings = Mapping[Mark, TemplateDraft]


def wordings_of(marks: Iterable[Mark]) -> Wordings:
    """The own wordings among `marks`; one query where there are any, none where all are the library's."""
    wanted = {mark for mark in marks if mark[2]}
    if not wanted:
        return {}
    chosen = Q()
    for key, language, number in sorted(wanted):
        chosen |= Q(key=key, language=language, number=number)
    return {(row.key, row.language, row.number): draft_of(row) for row in TemplateVersion.objects.filter(chosen)}


def draft_of(row: TemplateVersion) -> TemplateDraft:
    """A stored version as what was written."""
    return TemplateDraft(
        category=Category(row.category),
        body=row.body,
        header=row.header,
        footer=row.footer,
        buttons=unpacked(row.buttons),
    )
