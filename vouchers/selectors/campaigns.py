"""The brand's campaigns."""

from uuid import UUID

from django.db.models import Count

from smartbis.tenancy.scope import tenant_scope
from vouchers.errors import CampaignNotFound
from vouchers.infos import CampaignInfo
from vouchers.models import Campaign, Coupon
from vouchers.reading import campaign_info


def campaigns(*, tenant: UUID) -> list[CampaignInfo]:
    """Every campaign, the newest first, with how many coupons it has. Two queries."""
    with tenant_scope(tenant, read_only=True):
        counted = dict(
            Coupon.objects.filter(campaign__isnull=False).order_by().values_list("campaign_id").annotate(Count("id"))
        )
        return [campaign_info(row, counted.get(row.id, 0)) for row in Campaign.objects.order_by("-created_at", "-id")]


def campaign_of(*, tenant: UUID, coupon: UUID) -> UUID | None:
    """The campaign that a coupon belongs to, if any."""
    with tenant_scope(tenant, read_only=True):
        return Coupon.objects.filter(id=coupon).values_list("campaign_id", flat=True).first()


def get_campaign(*, tenant: UUID, campaign: UUID) -> CampaignInfo:
    """Raises CampaignNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = Campaign.objects.filter(id=campaign).first()
        if row is None:
            raise CampaignNotFound
        return campaign_info(row, Coupon.objects.filter(campaign_id=campaign).count())
