"""Submitting the library to Meta and keeping what Meta says of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from messaging.gate import APPROVED
from messaging.infos import TemplateInfo
from messaging.library import LIBRARY, Category, definition, fingerprint
from messaging.models import Template
from messaging.rows import template_info
from messaging.sealed import credentials_of
from messaging.services.channels import get_row
from messaging.services.release import release_held
from messaging.whatsapp.errors import Refused
from messaging.whatsapp.gateway import WhatsAppGateway
from messaging.whatsapp.webhook_items import TemplateItem
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

log = structlog.get_logger(__name__)

Remote = Mapping[str, Any]
_USABLE = ("APPROVED", "REINSTATED", "UNPAUSED")
REFUSED = "REFUSED"  # Meta did not even take it for review


def sync_templates(*, tenant: UUID, channel: UUID, actor: Actor = SYSTEM) -> list[TemplateInfo]:
    """Submit what Meta does not have or has in other words, and note every template's state.

    Messages that waited for an approval are released. Calls the network: no transaction may be open. Raises
    ChannelNotFound, PermissionMissing, and the gateway's errors when Meta cannot be asked at all.
    """
    require(actor, "message.change")
    with tenant_scope(tenant, read_only=True):
        credentials = credentials_of(get_row(channel))
        portal_url = f"{settings.BASE_URL}/p/{get_tenant(tenant=tenant).slug}/"
        known = {
            (row.key, row.language): row.submitted_fingerprint for row in Template.objects.filter(channel_id=channel)
        }
    gateway = WhatsAppGateway(credentials)
    remote, not_taken = _remote(gateway), []
    for spec in LIBRARY.values():
        for language in spec.wordings:
            wanted = definition(spec, language, portal_url)
            print_ = fingerprint(wanted["components"])
            found = remote.get((spec.key, language))
            answer = _submitted(gateway, wanted, found, is_same=known.get((spec.key, language), print_) == print_)
            if found is None and answer["status"] == REFUSED:
                not_taken.append((wanted, print_, answer))
            else:
                _record(tenant, channel, wanted, print_, answer)
    remote = _remote(gateway) if not_taken else {}  # what another round created a moment ago is there after all
    for wanted, print_, answer in not_taken:
        _record(tenant, channel, wanted, print_, remote.get((wanted["name"], wanted["language"]), answer))
    with tenant_scope(tenant):
        release_held(tenant=tenant, reason="template_not_approved")
        return [template_info(row) for row in Template.objects.filter(channel_id=channel).order_by("key", "language")]


def _remote(gateway: WhatsAppGateway) -> dict[tuple[Any, Any], Remote]:
    """What Meta has, by name and language."""
    return {(each.get("name"), each.get("language")): each for each in gateway.templates()}


def apply_template_update(*, tenant: UUID, waba_id: str, item: TemplateItem) -> bool:
    """Take over what a webhook says of a template, on every number of the account; False when it is none of ours.

    Inside a scope.
    """
    rows = list(
        Template.objects.select_for_update(of=("self",))
        .filter(tenant_id=tenant, channel__waba_id=waba_id, key=item.name, language=item.language)
        .order_by("id")
    )
    for row in rows:
        if item.status:
            # Reinstated templates are usable again, which is what this room asks.
            row.status = APPROVED if item.status in _USABLE else item.status[:20]
            row.reason = "" if item.reason == "NONE" else item.reason[:300]
        row.category = item.category.lower()[:16] or row.category
        row.quality = item.quality[:10] or row.quality
        row.synced_at = now()
        row.save()
    if any(row.status == APPROVED for row in rows):
        release_held(tenant=tenant, reason="template_not_approved", template=item.name)
    return bool(rows)


def mark_template(*, tenant: UUID, channel: UUID, key: str, language: str, status: str) -> None:
    """Note that a template cannot be used, as a refused message told. Inside a scope."""
    Template.objects.filter(tenant_id=tenant, channel_id=channel, key=key, language=language).update(
        status=status, synced_at=now()
    )


def _submitted(gateway: WhatsAppGateway, wanted: Remote, found: Remote | None, *, is_same: bool) -> Remote:
    """What Meta says of one definition after creating or editing it where needed."""
    try:
        if found is None:
            return gateway.create_template(dict(wanted))
        if not is_same and wanted["category"] != Category.AUTHENTICATION.value.upper():
            gateway.edit_template(str(found["id"]), list(wanted["components"]))
            return {**found, "status": "PENDING"}
    except Refused as error:
        log.warning("template.refused", template=wanted["name"], language=wanted["language"], code=error.code)
        return {"status": REFUSED, "reason": error.details or error.title, **({"id": found["id"]} if found else {})}
    return found


def _record(tenant: UUID, channel: UUID, wanted: Remote, print_: str, answer: Remote) -> None:
    status = str(answer.get("status") or "PENDING")[:20]
    values = {
        "category": str(answer.get("category") or wanted["category"]).lower()[:16],
        "status": status,
        "reason": str(answer.get("reason") or "")[:300],
        "remote_id": str(answer.get("id") or "")[:40],
        "synced_at": now(),
    }
    if status != REFUSED:
        values["submitted_fingerprint"] = print_
    with tenant_scope(tenant):
        Template.objects.update_or_create(
            channel_id=channel,
            key=wanted["name"],
            language=wanted["language"],
            defaults=values,
            create_defaults={**values, "id": new_id(), "tenant_id": tenant},
        )
