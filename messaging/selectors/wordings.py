"""The wordings of each template, the library's and the brand's own, with where they stand at Meta."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from messaging import gate
from messaging.errors import TemplateNotFound
from messaging.infos import TriggerInfo, WordingInfo
from messaging.library import LIBRARY, Category, TemplateSpec
from messaging.models import Channel, Template, TemplateVersion
from messaging.older_buttons import OTHER, PAGES
from messaging.own_templates import TemplateDraft, library_draft, name_of
from messaging.versions import draft_of, stored
from smartbis.tenancy.scope import tenant_scope

DRAFT, WAITING = "DRAFT", "WAITING"  # beside Meta's own states: being written, and not yet with Meta


def triggers(*, tenant: UUID) -> list[TriggerInfo]:
    """Every template of the product with its wordings, the newest first, as the brand's first live number has them."""
    with tenant_scope(tenant, read_only=True):
        board = _Board()
        return [board.trigger(spec) for spec in LIBRARY.values()]


def get_trigger(*, tenant: UUID, key: str) -> TriggerInfo:
    """One of `triggers`. Raises TemplateNotFound."""
    if (spec := LIBRARY.get(key)) is None:
        raise TemplateNotFound
    with tenant_scope(tenant, read_only=True):
        return _Board(key).trigger(spec)


def get_wording(*, tenant: UUID, version: UUID) -> WordingInfo:
    """One of the brand's own. Raises TemplateNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = stored().filter(id=version).first()
    if row is None or row.key not in LIBRARY:
        raise TemplateNotFound
    return wording_info(row)


def older_wordings() -> list[tuple[str, str]]:
    """The templates, with their language, that go out with older buttons, and for which nothing newer is under way.

    On any live number. Inside a scope; two queries.
    """
    live = Template.objects.filter(channel__status=Channel.Status.LIVE, version=0, status=gate.APPROVED)
    found = live.values_list("key", "language", "form", "submitted_fingerprint")
    older = {
        (key, language)
        for key, language, form, submitted in found
        if (form or gate.form_before(key, language, submitted)) == PAGES and key in LIBRARY
    }
    if not older:
        return []
    offered = TemplateVersion.objects.filter(submitted_at__isnull=False, retired_at__isnull=True)
    return sorted(older - set(offered.values_list("key", "language")))


def count_older_wordings(*, tenant: UUID) -> int:
    """How many of `older_wordings` there are."""
    with tenant_scope(tenant, read_only=True):
        return len(older_wordings())


def wording_info(row: TemplateVersion, state: Template | None = None, *, is_used: bool = False) -> WordingInfo:
    """A stored version with what Meta says of it."""
    status = DRAFT if row.submitted_at is None else state.status if state else WAITING
    return _info(draft_of(row), row.key, row.language, row.number, status, state, is_used=is_used, row=row)


class _Board:
    """What there is of wordings and states. Inside a scope; four queries, five where headers have files."""

    def __init__(self, key: str | None = None) -> None:
        live = Channel.objects.filter(status=Channel.Status.LIVE).order_by("connected_at", "id")
        self.channel = live.first() or Channel.objects.order_by("connected_at", "id").first()
        only = {"key": key} if key else {}
        states = Template.objects.filter(channel=self.channel, **only) if self.channel else Template.objects.none()
        self.states = {(row.key, row.language, row.version): row for row in states}
        self.own: dict[tuple[str, str], list[TemplateVersion]] = {}
        for row in stored().filter(**only).order_by("-number"):
            self.own.setdefault((row.key, row.language), []).append(row)
        self.unsendable = gate.unsendable(self.channel.id) if self.channel and self.own else frozenset()

    def trigger(self, spec: TemplateSpec) -> TriggerInfo:
        """One template with its wordings by language, the newest first and the library's last."""
        wordings = {language: tuple(self._wordings(spec, language)) for language in spec.wordings}
        return TriggerInfo(key=spec.key, is_writable=spec.category is not Category.AUTHENTICATION, wordings=wordings)

    def _wordings(self, spec: TemplateSpec, language: str) -> Sequence[WordingInfo]:
        own = self.own.get((spec.key, language), [])
        used = self._used(spec.key, language, own)
        found = [
            wording_info(row, self.states.get((row.key, language, row.number)), is_used=row.number == used)
            for row in own
        ]
        state = self.states.get((spec.key, language, 0))
        status = state.status if state else WAITING
        library = _info(library_draft(spec, language), spec.key, language, 0, status, state, is_used=used == 0)
        return [*found, library]

    def _used(self, key: str, language: str, own: Sequence[TemplateVersion]) -> int | None:
        """The version that is sent now: the newest approved one that is not retired."""
        offered = [
            row.number
            for row in own
            if row.submitted_at is not None and (key, language, row.number) not in self.unsendable
        ]
        for number in [*offered, 0]:
            state = self.states.get((key, language, number))
            if state is not None and state.status == gate.APPROVED and state.form != OTHER:
                return number
        return None


def _info(
    draft: TemplateDraft,
    key: str,
    language: str,
    number: int,
    status: str,
    state: Template | None,
    *,
    is_used: bool,
    row: TemplateVersion | None = None,
) -> WordingInfo:
    return WordingInfo(
        id=row.id if row else None,
        key=key,
        language=language,
        number=number,
        name=name_of(key, number),
        draft=draft,
        status=status,
        category=state.category if state else "",
        quality=state.quality if state else "",
        reason=state.reason if state else "",
        is_used=is_used,
        is_retired=row is not None and row.retired_at is not None,
        changed_at=row.changed_at if row else None,
        submitted_at=row.submitted_at if row else None,
        synced_at=state.synced_at if state else None,
        has_older_buttons=state is not None and not number and _is_older(state),
    )


def _is_older(state: Template) -> bool:
    return (state.form or gate.form_before(state.key, state.language, state.submitted_fingerprint)) == PAGES


def data_of(key: str, language: str) -> Mapping[str, str]:
    """The data that a template's messages bring, by name, with the samples Meta sees. Raises TemplateNotFound."""
    spec = LIBRARY.get(key)
    if spec is None or language not in spec.wordings:
        raise TemplateNotFound
    return spec.samples(language)
