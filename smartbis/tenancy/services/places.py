"""Stores and partners."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.errors import SlugTaken, StoreUnknown
from smartbis.tenancy.models import Partner, Store
from smartbis.tenancy.scope import forget, tenant_scope
from smartbis.tenancy.selectors import PartnerInfo, StoreInfo, _store_info
from smartbis.tenancy.services.audit import record_audit


def add_store(
    *,
    tenant: UUID,
    code: str,
    name: str,
    kind: str = "own",
    partner: UUID | None = None,
    area_code: str = "",
    actor: Actor = SYSTEM,
) -> StoreInfo:
    """Add a place of sale. Raises InvalidInput, SlugTaken."""
    if kind not in Store.Kind.values or (kind == "partner") != (partner is not None):
        raise InvalidInput({"kind": ["A partner's store names its partner; no other does."]})
    with tenant_scope(tenant):
        try:
            with transaction.atomic():
                row = Store.objects.create(
                    tenant_id=tenant, code=code, name=name, kind=kind, partner_id=partner, area_code=area_code
                )
        except IntegrityError as error:
            raise SlugTaken from error
        forget("stores")
        record_audit(tenant=tenant, actor=actor, action="store.add", object_kind="store", object_id=row.id)
        return _store_info(row)


def change_store(*, tenant: UUID, store: UUID, actor: Actor, **changes: Any) -> StoreInfo:
    """Change a store's name, area code or whether it is active. Raises StoreUnknown, InvalidInput."""
    if changes.keys() - {"name", "area_code", "is_active"}:
        raise InvalidInput({"store": ["Only name, area code and activity can be changed."]})
    with tenant_scope(tenant):
        if not Store.objects.filter(id=store).update(**changes):
            raise StoreUnknown
        forget("stores")
        record_audit(
            tenant=tenant,
            actor=actor,
            action="store.change",
            object_kind="store",
            object_id=store,
            after=changes,
        )
        return _store_info(Store.objects.get(id=store))


def add_partner(*, tenant: UUID, name: str, may_register_sales: bool = False, actor: Actor = SYSTEM) -> PartnerInfo:
    """Add a partner organisation. Raises SlugTaken."""
    with tenant_scope(tenant):
        try:
            with transaction.atomic():
                row = Partner.objects.create(tenant_id=tenant, name=name, may_register_sales=may_register_sales)
        except IntegrityError as error:
            raise SlugTaken from error
        record_audit(tenant=tenant, actor=actor, action="partner.add", object_kind="partner", object_id=row.id)
        return PartnerInfo(row.id, row.name, row.may_register_sales, row.is_active)
