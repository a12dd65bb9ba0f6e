"""Loading a brand's rate card."""

from uuid import UUID

from messaging.errors import RatesInvalid
from messaging.models import Rate
from messaging.rates import parse_rates
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

MAX_BYTES = 1_000_000


def load_rates(*, tenant: UUID, content: bytes, actor: Actor) -> int:
    """Keep the rates of a CSV file beside those that are there; the same country, category and day anew counts.

    Returns how many the file has. All of it or nothing. Raises RatesInvalid, PermissionMissing.
    """
    require(actor, "message.change")
    if len(content) > MAX_BYTES:
        raise RatesInvalid(("too_big", str(MAX_BYTES)))
    try:
        rates = parse_rates(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RatesInvalid(("not_text", "")) from error
    at = now()
    with tenant_scope(tenant):
        rows = [
            Rate(
                id=new_id(),
                tenant_id=tenant,
                effective_on=rate.effective_on,
                country=rate.country,
                category=rate.category,
                currency=rate.currency,
                micros=rate.micros,
                source=rate.source,
                loaded_at=at,
            )
            for rate in rates
        ]
        Rate.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "country", "category", "effective_on"],
            update_fields=["currency", "micros", "source", "loaded_at"],
        )
        days = sorted({rate.effective_on.isoformat() for rate in rates})
        record_audit(
            tenant=tenant,
            actor=actor,
            action="rates.load",
            object_kind="rates",
            object_id=tenant,
            after={"rows": len(rates), "from": days[0], "until": days[-1]},
        )
    return len(rates)
