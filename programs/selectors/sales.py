"""What every sale asks of its brand before it is judged."""

from typing import Any
from uuid import UUID

from programs.selectors.catalogue import rule_book_reading
from programs.selectors.followers import followers_reading
from smartbis.tenancy.scope import Reading
from smartbis.tenancy.selectors import stores_reading, tenant_reading


def sale_readings(tenant: UUID) -> tuple[Reading[Any], ...]:
    """The brand's settings, stores, rules and followers: to be read together as the sale's scope opens."""
    return tenant_reading(tenant), stores_reading(tenant), rule_book_reading(tenant), followers_reading(tenant)
