"""The brand's campaigns, for lists to choose from."""

from uuid import UUID

from vouchers.selectors.campaigns import campaigns

Choices = list[tuple[str, str]]


def campaign_choices(*, tenant: UUID) -> Choices:
    """Pairs of id and name, the newest first."""
    return [(str(each.id), each.name) for each in campaigns(tenant=tenant)]
