"""Campaigns: made, and given another name or period."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit
from vouchers.errors import CampaignNotFound
from vouchers.infos import CampaignDraft, CampaignInfo
from vouchers.models import Campaign
from vouchers.reading import campaign_info


def create_campaign(*, tenant: UUID, draft: CampaignDraft, actor: Actor) -> CampaignInfo:
    """Make a campaign, which coupons then may belong to.

    Raises InvalidInput (no name, one that is taken, a period that runs backwards), PermissionMissing.
    """
    require(actor, "coupon.change")
    _check(draft)
    with tenant_scope(tenant):
        row = Campaign(tenant_id=tenant, created_at=now())
        return _save(row, draft, actor, "campaign.create")


def change_campaign(*, tenant: UUID, campaign: UUID, draft: CampaignDraft, actor: Actor) -> CampaignInfo:
    """Give a campaign another name, goal or period. Its coupons keep theirs.

    Raises CampaignNotFound, InvalidInput, PermissionMissing.
    """
    require(actor, "coupon.change")
    _check(draft)
    with tenant_scope(tenant):
        row = Campaign.objects.select_for_update(no_key=True).filter(id=campaign).first()
        if row is None:
            raise CampaignNotFound
        return _save(row, draft, actor, "campaign.change")


def _save(row: Campaign, draft: CampaignDraft, actor: Actor, action: str) -> CampaignInfo:
    row.name, row.goal = draft.name.strip(), draft.goal.strip()
    row.starts_at, row.ends_at, row.changed_at = draft.starts_at, draft.ends_at, now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise InvalidInput({"name": [_("Já há uma campanha com este nome.")]}) from error
    record_audit(
        tenant=row.tenant_id,
        actor=actor,
        action=action,
        object_kind="campaign",
        object_id=row.id,
        after={"name": row.name},
    )
    return campaign_info(row)


def _check(draft: CampaignDraft) -> None:
    errors: dict[str, list[str]] = {}
    if not 1 <= len(draft.name.strip()) <= 120:
        errors["name"] = [_("Dê um nome à campanha, de até 120 letras.")]
    if len(draft.goal) > 500:
        errors["goal"] = [_("No máximo %(limit)s caracteres.") % {"limit": 500}]
    if any(instant is not None and instant.tzinfo is None for instant in (draft.starts_at, draft.ends_at)):
        errors["period"] = [_("Datas com fuso horário.")]
    elif draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        errors["period"] = [_("O fim vem depois do começo.")]
    if errors:
        raise InvalidInput(errors)
