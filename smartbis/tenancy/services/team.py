"""Who works for a brand."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.emails import normalise_email
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.errors import InvitationPending, LastOwner, PersonKnown, SlugTaken, StaffUnknown
from smartbis.tenancy.models import StaffMember, User
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StaffInfo, _staff_info
from smartbis.tenancy.services.audit import record_audit
from smartbis.tenancy.services.routes import add_route, drop_route

INVITATION = "invitation"
TAKEN = "This person is of the team already."


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
    """Make somebody who is new to Smartbis a user with this password, and of the team at once.

    For those who set brands up; an owner invites instead, and never knows a password. Raises InvalidInput for a role
    that cannot be, SlugTaken when the person is of the team already, PersonKnown when somebody has this address.
    """
    check_role(role, partner)
    address = normalise_email(email)
    limits = list(stores)
    with tenant_scope(tenant):
        if (known := User.objects.filter(email=address).first()) is not None:
            raise SlugTaken(TAKEN) if StaffMember.objects.filter(user=known).exists() else PersonKnown
        row = StaffMember.objects.create(
            tenant_id=tenant,
            user=User.objects.create_user(email=address, password=password),
            name=name,
            role=role,
            is_limited=bool(limits),
            store_ids=limits,
            partner_id=partner,
            created_at=now(),
            joined_at=now(),
        )
        add_route(tenant=tenant, kind="user", key=str(row.user_id))
        record_audit(
            tenant=tenant,
            actor=actor,
            action="staff.add",
            object_kind="staff",
            object_id=row.id,
            after={"role": role},
        )
        return _staff_info(row)


def check_role(role: str, partner: UUID | None) -> None:
    """Raise InvalidInput for a role that is none, or that does not go with the partner."""
    if role not in StaffMember.Role.values or (role == "partner") != (partner is not None):
        raise InvalidInput({"role": ["A partner's person names the partner; nobody else does."]})


def change_staff(*, tenant: UUID, member: UUID, actor: Actor, **changes: Any) -> StaffInfo:
    """Change a person's role, stores or whether they still work here.

    Stores limit the person; taking the last one away leaves them limited to none, and only `is_limited=False` lifts it.
    Taking the way in from somebody who has not joined withdraws their invitation. Raises StaffUnknown, LastOwner,
    InvitationPending for giving it to somebody who never joined.
    """
    if changes.keys() - {"role", "is_limited", "store_ids", "is_active"}:
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
        if row.joined_at is None and "is_active" in changes:
            if changes["is_active"]:
                raise InvitationPending
            withdraw_invitation(row)
        if changes.get("is_limited") is False:
            changes = changes | {"store_ids": []}
        elif changes.get("store_ids"):
            changes = changes | {"is_limited": True}
        before = {name: getattr(row, name) for name in ("role", "is_limited", "is_active")}
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
            after={name: getattr(row, name) for name in before},
        )
        return _staff_info(row)


def withdraw_invitation(row: StaffMember) -> None:
    """Let the code of a person lead nowhere. Inside the tenant's scope."""
    if row.invitation_hash is not None:
        drop_route(tenant=row.tenant_id, kind=INVITATION, key=bytes(row.invitation_hash).hex())
    row.invitation_hash = row.invitation_ends_at = None
    row.save(update_fields=["invitation_hash", "invitation_ends_at"])
