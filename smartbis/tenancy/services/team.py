"""Who works for a brand."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from smartbis.kernel.clock import now
from smartbis.kernel.emails import normalise_email
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.errors import LastOwner, SlugTaken, StaffUnknown
from smartbis.tenancy.models import StaffMember, User
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StaffInfo, _staff_info
from smartbis.tenancy.services.audit import record_audit
from smartbis.tenancy.services.routes import add_route


def add_staff(
    *,
    tenant: UUID,
    email: str,
    role: str,
    name: str = "",
    password: str | None = None,
    stores: Iterable[UUID] = (),
    partner: UUID | None = None,
    actor: Actor = SYSTEM,
) -> StaffInfo:
    """Give a person a role in the brand; who has no user yet gets one with this password.

    Raises InvalidInput for a role that cannot be, SlugTaken when the person is of the team already.
    """
    if role not in StaffMember.Role.values or (role == "partner") != (partner is not None):
        raise InvalidInput({"role": ["A partner's person names the partner; nobody else does."]})
    address = normalise_email(email)
    with tenant_scope(tenant):
        user = User.objects.filter(email=address).first()
        if user is None:
            user = User.objects.create_user(email=address, password=password, name=name)
        try:
            with transaction.atomic():
                row = StaffMember.objects.create(
                    tenant_id=tenant,
                    user=user,
                    role=role,
                    store_ids=list(stores),
                    partner_id=partner,
                    created_at=now(),
                )
        except IntegrityError as error:
            raise SlugTaken("This person is of the team already.") from error
        add_route(tenant=tenant, kind="user", key=str(user.id))
        record_audit(
            tenant=tenant,
            actor=actor,
            action="staff.add",
            object_kind="staff",
            object_id=row.id,
            after={"role": role},
        )
        return _staff_info(row)


def change_staff(*, tenant: UUID, member: UUID, actor: Actor, **changes: Any) -> StaffInfo:
    """Change a person's role, stores or whether they still work here. Raises StaffUnknown, LastOwner."""
    if changes.keys() - {"role", "store_ids", "is_active"}:
        raise InvalidInput({"staff": ["Only role, stores and activity can be changed."]})
    with tenant_scope(tenant):
        owners = list(
            StaffMember.objects.select_for_update(no_key=True)
            .filter(role="owner", is_active=True)
            .order_by("id")
            .values_list("id", flat=True)
        )
        row = StaffMember.objects.select_related("user").filter(id=member).first()
        if row is None:
            raise StaffUnknown
        if owners == [member] and (changes.get("role", "owner") != "owner" or changes.get("is_active") is False):
            raise LastOwner
        before = {name: getattr(row, name) for name in ("role", "is_active")}
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))
        record_audit(
            tenant=tenant,
            actor=actor,
            action="staff.change",
            object_kind="staff",
            object_id=member,
            before=before,
            after={name: getattr(row, name) for name in ("role", "is_active")},
        )
        return _staff_info(row)
