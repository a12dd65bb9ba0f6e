"""Channels and their templates, as screens see them."""

from urllib.parse import quote
from uuid import UUID

from django.db.models import F

from messaging.breakers import resting_now
from messaging.infos import ChannelInfo, SyncInfo, TemplateInfo
from messaging.keywords import join_text
from messaging.models import Channel, Template, TemplateSync
from messaging.rows import channel_info, template_infos
from smartbis.tenancy.scope import tenant_scope


def channels(*, tenant: UUID) -> list[ChannelInfo]:
    """The brand's WhatsApp numbers, the first connected first."""
    with tenant_scope(tenant, read_only=True):
        rests = resting_now()
        return [channel_info(row, rests.get(row.id)) for row in Channel.objects.order_by("connected_at", "id")]


def templates(*, tenant: UUID, channel: UUID | None = None) -> list[TemplateInfo]:
    """Every template's state at Meta, by template, language and version."""
    with tenant_scope(tenant, read_only=True):
        rows = Template.objects.all()
        return template_infos(rows if channel is None else rows.filter(channel_id=channel))


def last_template_sync(*, tenant: UUID) -> SyncInfo | None:
    """The round of questions to Meta that is open, else the last one that ended; None before the first."""
    with tenant_scope(tenant, read_only=True):
        row = TemplateSync.objects.order_by(F("finished_at").desc(nulls_first=True), "-asked_at", "-id").first()
    return SyncInfo(row.status, row.attempts, row.due_at, row.finished_at) if row else None


def join_link(*, tenant: UUID, store_code: str | None = None, referral: str = "") -> str | None:
    """The address that opens WhatsApp with the join keyword written; None without a live channel.

    What a store's poster shows as QR. `referral` is the code of who invited, which goes along.
    """
    with tenant_scope(tenant, read_only=True):
        row = Channel.objects.filter(status=Channel.Status.LIVE).order_by("connected_at", "id").first()
    digits = "".join(char for char in row.display_phone_number if char.isdigit()) if row else ""
    return f"https://wa.me/{digits}?text={quote(join_text(store_code, referral))}" if digits else None
