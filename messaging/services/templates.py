"""Submitting the library to Meta and keeping what Meta says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from messaging.gate import APPROVED
from messaging.infos import TemplateInfo
from messaging.library import LIBRARY, Category, definition, fingerprint
from messaging.models import Message, Template
from messaging.older_buttons import LINKS, OTHER, PAGES, form_by_print, form_of
from messaging.own_templates import key_of, name_of, own_definition, portal_url, with_sample
from messaging.rows import template_infos
from messaging.sealed import credentials_of
from messaging.services.channels import get_row
from messaging.services.header_files import header_content, upload_header_files
from messaging.services.release import release_held
from messaging.versions import draft_of, stored
from messaging.whatsapp.errors import Refused
from messaging.whatsapp.media import MediaGateway
from messaging.whatsapp.webhook_items import TemplateItem
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

log = structlog.get_logger(__name__)

Remote = Mapping[str, Any]
_REJECTED = ("REJECTED", "DISABLED")
_USABLE = ("APPROVED", "REINSTATED", "UNPAUSED")
REFUSED = "REFUSED"  # Meta did not even take it for review


@dataclass(frozen=True)
class _Wanted:
    """A wording that Meta should have. Own ones are never edited there: another wording has another name.

    `file` is what its header shows, if that is none of words.
    """

    key: str
    language: str
    version: int
    definition: Remote
    file: UUID | None = None

    @property
    def mark(self) -> tuple[str, str, int]:
        return self.key, self.language, self.version

    @property
    def remote_mark(self) -> tuple[str, str]:
        return name_of(self.key, self.version), self.language

    @property
    def print(self) -> str:
        return fingerprint(self.definition["components"])


def sync_templates(*, tenant: UUID, channel: UUID, actor: Actor = SYSTEM) -> list[TemplateInfo]:
    """Submit what Meta does not have or has in other words, and note every template's state.

    Messages that waited for an approval are released. Calls the network: no transaction may be open. Raises
    ChannelNotFound, PermissionMissing, and the gateway's errors when Meta cannot be asked at all.
    """
    require(actor, "message.change")
    with tenant_scope(tenant, read_only=True):
        credentials = credentials_of(get_row(channel))
        address = portal_url(get_tenant(tenant=tenant).slug)
        wanted = _wanted(address)
        known = {
            (row.key, row.language, row.version): row.submitted_fingerprint
            for row in Template.objects.filter(channel_id=channel)
        }
    gateway = MediaGateway(credentials)
    upload_header_files(tenant=tenant, channel=channel, gateway=gateway)
    remote, not_taken = _remote(gateway), []
    for each in wanted:
        found = remote.get(each.remote_mark)
        form = _form(each, found, address, known.get(each.mark, ""))
        answer = _submitted(tenant, gateway, each, found, form)
        form = form if answer is found else LINKS  # what is submitted now has today's
        if found is None and answer["status"] == REFUSED:
            not_taken.append((each, answer))
        else:
            _record(tenant, channel, each, answer, form)
    remote = _remote(gateway) if not_taken else {}  # what another round created a moment ago is there after all
    for each, answer in not_taken:
        _record(tenant, channel, each, remote.get(each.remote_mark, answer), LINKS)
    with tenant_scope(tenant):
        release_held(tenant=tenant, reason="template_not_approved")
        return template_infos(Template.objects.filter(channel_id=channel))


def _wanted(portal_url: str) -> list[_Wanted]:
    """The library in all its languages, and what the brand submitted and did not retire. Inside a scope."""
    wanted = [
        _Wanted(spec.key, language, 0, definition(spec, language, portal_url))
        for spec in LIBRARY.values()
        for language in spec.wordings
    ]
    own = stored().filter(submitted_at__isnull=False, retired_at__isnull=True)
    for row in own.order_by("key", "language", "number"):
        if (spec := LIBRARY.get(row.key)) is None:
            continue
        made = own_definition(draft_of(row), name_of(row.key, row.number), spec, row.language, portal_url)
        wanted.append(_Wanted(row.key, row.language, row.number, made, row.file_id))
    return wanted


def _remote(gateway: MediaGateway) -> dict[tuple[Any, Any], Remote]:
    """What Meta has, by name and language."""
    return {(each.get("name"), each.get("language")): each for each in gateway.templates()}


def apply_template_update(*, tenant: UUID, waba_id: str, item: TemplateItem) -> bool:
    """Take over what a webhook says of a template, on every number of the account; False when it is none of ours.

    Inside a scope.
    """
    key, version = key_of(item.name)
    rows = list(
        Template.objects.select_for_update(of=("self",))
        .filter(tenant_id=tenant, channel__waba_id=waba_id, key=key, language=item.language, version=version)
        .order_by("id")
    )
    for row in rows:
        if item.status and not _is_late(row, item):
            # Reinstated templates are usable again, which is what this room asks.
            row.status = APPROVED if item.status in _USABLE else item.status[:20]
            row.status_at = item.at or now()
            row.reason = "" if item.reason == "NONE" else item.reason[:300]
        row.category = item.category.lower()[:16] or row.category
        row.quality = item.quality[:10] or row.quality
        row.synced_at = now()
        row.save()
    if any(row.status == APPROVED for row in rows):
        release_held(tenant=tenant, reason="template_not_approved", template=key)
    return bool(rows)


def _is_late(row: Template, item: TemplateItem) -> bool:
    """Whether a later status is known: webhooks overtake each other. Meta tells the time in whole seconds."""
    return bool(item.at and row.status_at and item.at < row.status_at.replace(microsecond=0))


def mark_template(row: Message, channel: UUID, status: str) -> None:
    """Note that the wording a message went in cannot be used, as its refusal told. Inside a scope."""
    Template.objects.filter(
        tenant_id=row.tenant_id, channel_id=channel, key=row.template, language=row.language, version=row.version
    ).update(status=status, status_at=now(), synced_at=now())


def _form(wanted: _Wanted, found: Remote | None, address: str, submitted: str) -> str:
    """Which buttons a wording has at Meta: today's if those were submitted last, else those that Meta lists."""
    spec = LIBRARY[wanted.key]
    if found is None or wanted.version or spec.category is Category.AUTHENTICATION or submitted == wanted.print:
        return LINKS
    if components := found.get("components"):
        return form_of(spec, wanted.language, address, components)
    return form_by_print(wanted.key, wanted.language, address, submitted)


def _submitted(tenant: UUID, gateway: MediaGateway, wanted: _Wanted, found: Remote | None, form: str) -> Remote:
    """What Meta says of one definition after creating or editing it where needed.

    One that is approved with older buttons is left alone, since it can be sent; people have another approved beside it.
    """
    made = wanted.definition
    try:
        if found is None and wanted.file:
            shown = header_content(tenant=tenant, file=wanted.file)
            handle = gateway.upload_sample(bytes(shown.content), shown.mime_type, shown.filename)
            return gateway.create_template(with_sample(made, handle))
        if found is None:
            return gateway.create_template(dict(made))
        if form == OTHER or (form == PAGES and found.get("status") in _REJECTED):
            gateway.edit_template(str(found["id"]), list(made["components"]))
            return {**found, "status": "PENDING"}
    except Refused as error:
        log.warning("template.refused", template=made["name"], language=made["language"], code=error.code)
        return {"status": REFUSED, "reason": error.details or error.title, **({"id": found["id"]} if found else {})}
    return found


def _record(tenant: UUID, channel: UUID, wanted: _Wanted, answer: Remote, form: str) -> None:
    """Note what Meta says of a wording, and which buttons it has there."""
    status = str(answer.get("status") or "PENDING")[:20]
    values = {
        "category": str(answer.get("category") or wanted.definition["category"]).lower()[:16],
        "status": status,
        "status_at": now(),
        "reason": _reason(answer)[:300],
        "remote_id": str(answer.get("id") or "")[:40],
        "synced_at": now(),
        "form": form,
    }
    if isinstance(score := answer.get("quality_score"), Mapping):
        values["quality"] = str(score.get("score") or "")[:10]
    if status != REFUSED and form == LINKS:
        values["submitted_fingerprint"] = wanted.print
    with tenant_scope(tenant):
        Template.objects.update_or_create(
            channel_id=channel,
            key=wanted.key,
            language=wanted.language,
            version=wanted.version,
            defaults=values,
            create_defaults={**values, "id": new_id(), "tenant_id": tenant},
        )


def _reason(answer: Remote) -> str:
    """Why Meta did not take it or does not approve it."""
    rejected = str(answer.get("rejected_reason") or "")
    return str(answer.get("reason") or "") or ("" if rejected == "NONE" else rejected)
