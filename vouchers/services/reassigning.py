"""Vouchers of a customer who was merged."""

from uuid import UUID

from django.db import connection

from smartbis.customers.reassigning import reassign
from smartbis.tenancy.scope import tenant_scope
from vouchers.models import CouponTaker, Voucher

# Each coupon's limit counts for the person: what both have taken adds up.
_ADD_UP = """
INSERT INTO vouchers_coupontaker AS t (id, tenant_id, coupon_id, customer_id, taken)
SELECT gen_random_uuid(), tenant_id, coupon_id, %(into)s, taken
FROM vouchers_coupontaker WHERE tenant_id = %(tenant)s AND customer_id = %(merged)s ORDER BY coupon_id
ON CONFLICT (tenant_id, coupon_id, customer_id) DO UPDATE SET taken = t.taken + excluded.taken
"""


def reassign_vouchers(*, tenant: UUID, merged: UUID, into: UUID) -> None:
    """Make the vouchers of a merged customer those of the one who stays, with what was counted towards limits.

    Their uses are append-only and keep the id they were made under.
    """
    with tenant_scope(tenant):
        # In the order in which uses and lapses lock them, one at a time.
        list(Voucher.objects.select_for_update(no_key=True).filter(customer_id=merged).order_by("id").values("id"))
        reassign(tenant=tenant, models=[Voucher], merged=merged, into=into)
        with connection.cursor() as cursor:
            cursor.execute(_ADD_UP, {"tenant": tenant, "merged": merged, "into": into})
        CouponTaker.objects.filter(customer_id=merged).delete()
