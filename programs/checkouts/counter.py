"""Checkouts as a till uses them: by people of the team, at their stores."""

from uuid import UUID

from programs.checkouts.infos import Basket, CheckoutInfo
from programs.checkouts.services import open_checkout
from programs.errors import SalesNotAllowed
from programs.models import Checkout
from programs.services.till import may_sell
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope


def quote_at_counter(*, tenant: UUID, basket: Basket, key: str, actor: Actor) -> CheckoutInfo:
    """Quote a sale at a till. What the same person left open for this customer at this store is let go.

    The same key again answers the same quote. Raises SalesNotAllowed, and what `open_checkout` raises.
    """
    require(actor, "sale.record", store=basket.store)
    with tenant_scope(tenant):
        if not may_sell(tenant=tenant, actor=actor):
            raise SalesNotAllowed
        if basket.customer is None or actor.id is None:
            return open_checkout(tenant=tenant, basket=basket, key=key, actor=actor)
        mine = Checkout.objects.filter(
            state=Checkout.State.OPEN,
            customer_id=basket.customer,
            store_id=basket.store,
            actor_id=actor.id,
            actor_kind=actor.kind,
        )
        left = mine.exclude(key=key).order_by("-opened_at").first()
        return open_checkout(tenant=tenant, basket=basket, key=key, actor=actor, replaces=left.id if left else None)
