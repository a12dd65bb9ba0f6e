"""People join a team by a code, which its owner hands over and the person enters with a password of their own.

So no owner makes a user whose password they know, and nobody is of a team without having wished it. The owner's page
looks the same for people who have an account and for those who do not.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from smartbis.kernel.clock import now
from smartbis.kernel.codes import new_code, normalise_code
from smartbis.kernel.emails import normalise_email
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.errors import InvitationRefused, SlugTaken
from smartbis.tenancy.models import StaffMember, User
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StaffInfo, _staff_info, find_route, tenants_of_user
from smartbis.tenancy.services.audit import record_audit
from smartbis.tenancy.services.routes import add_route, drop_route
from smartbis.tenancy.services.sign_in import SignInRefused, hashed, sign_in_person, spend
from smartbis.tenancy.services.team import INVITATION, TAKEN, check_role, withdraw_invitation

LIFE = timedelta(days=7)
# Codes tried for one person, and from one place, within a quarter of an hour.
PERSON_LIMIT, PLACE_LIMIT = 10, 60


def invite_staff(
    *,
    tenant: UUID,
    email: str,
    role: str,
    name: str = "",
    stores: Iterable[UUID] = (),
    partner: UUID | None = None,
    actor: Actor = SYSTEM,
) -> tuple[StaffInfo, str]:
    """Invite a person, or invite them anew while they have not joined; the code is told this once, for 7 days.

    Raises InvalidInput for a role or address that cannot be, SlugTaken when the person is of the team already.
    """
    check_role(role, partner)
    code = new_code()
    digest = _digest(code)
    with tenant_scope(tenant):
        row = _row_of(tenant, normalise_email(email))
        if row.joined_at is not None:
            raise SlugTaken(TAKEN)
        withdraw_invitation(row)
        row.name, row.role, row.store_ids, row.partner_id = name, role, list(stores), partner
        row.is_limited = bool(row.store_ids)
        row.invitation_hash, row.invitation_ends_at = digest, now() + LIFE
        row.save()
        add_route(tenant=tenant, kind=INVITATION, key=digest.hex())
        record_audit(
            tenant=tenant,
            actor=actor,
            action="staff.invite",
            object_kind="staff",
            object_id=row.id,
            after={"role": role},
        )
        return _staff_info(row), code


def join_by_code(*, user: UUID, code: str, address: str) -> tuple[UUID, StaffInfo]:
    """Make the signed-in `user` of the team that invited them: the tenant, and what they are there.

    Raises InvitationRefused for every code that is not an open one of this person, TooManyAttempts.
    """
    person = User.objects.filter(id=user, is_active=True).first()
    _spend(str(user), address)
    tenant, digest = _tenant_of(code)
    if person is None:
        raise InvitationRefused
    return tenant, _join(tenant, person, digest)


def join_with_password(*, email: str, code: str, password: str, address: str) -> tuple[User, UUID, StaffInfo]:
    """Join by a code without being signed in: the person for `django.contrib.auth.login`, the tenant, the role there.

    Who has an account gives its password; for who is new, this becomes it (the caller has checked that it is a good
    one). Raises InvitationRefused, alike for a wrong address, code or password, TooManyAttempts.
    """
    who = email.strip().lower()
    _spend(who, address)
    tenant, digest = _tenant_of(code)
    person = User.objects.filter(email=who, is_active=True).first()
    if person is None:
        raise InvitationRefused
    with tenant_scope(tenant):
        _open_row(person, digest)
    if _is_new(person):
        return person, tenant, _join_anew(tenant, person, digest, password)
    try:
        person = sign_in_person(email=who, password=password, address=address)
    except SignInRefused as error:
        raise InvitationRefused from error
    return person, tenant, _join(tenant, person, digest)


def _row_of(tenant: UUID, email: str) -> StaffMember:
    """The person's row, locked, in no team's activity yet when it is made here."""
    try:
        with transaction.atomic():
            user, _ = User.objects.get_or_create(email=email, defaults={"password": _no_password()})
            StaffMember.objects.get_or_create(
                user=user,
                defaults={"tenant_id": tenant, "role": "operator", "is_active": False, "created_at": now()},
            )
    except IntegrityError as error:  # somebody invites the same person at this moment
        raise SlugTaken(TAKEN) from error
    return StaffMember.objects.select_for_update(of=("self",)).select_related("user").get(user=user)


def _no_password() -> str:
    user = User()
    user.set_unusable_password()
    return user.password


def _spend(person: str, address: str) -> None:
    spend(hashed("invited-place", address), PLACE_LIMIT)
    spend(hashed("invited", person), PERSON_LIMIT)


def _tenant_of(code: str) -> tuple[UUID, bytes]:
    """The tenant that a code leads to, and its hash. Raises InvitationRefused."""
    typed = normalise_code(code)
    digest = _digest(typed) if typed else b""
    tenant = find_route(INVITATION, digest.hex()) if typed else None
    if tenant is None:
        raise InvitationRefused
    return tenant, digest


def _digest(code: str) -> bytes:
    return salted_hmac("smartbis.invitation", code, algorithm="sha256").digest()


def _is_new(person: User) -> bool:
    """Whether nobody has this account yet: no password, of no team, nothing of the platform's."""
    has_more = person.is_staff or person.is_superuser or bool(tenants_of_user(person.id))
    return not (person.has_usable_password() or has_more)


def _join_anew(tenant: UUID, person: User, digest: bytes, password: str) -> StaffInfo:
    with tenant_scope(tenant):
        locked = User.objects.select_for_update(no_key=True).get(id=person.id)
        if not _is_new(locked):  # another invitation's code was faster
            raise InvitationRefused
        person.set_password(password)
        person.save(update_fields=["password"])
        return _join(tenant, person, digest)


def _open_row(person: User, digest: bytes) -> StaffMember:
    """The locked row of the person's open invitation with this code. Inside a scope. Raises InvitationRefused."""
    row = (
        StaffMember.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(user=person, invitation_hash=digest, invitation_ends_at__gt=now(), joined_at__isnull=True)
        .first()
    )
    if row is None:
        raise InvitationRefused
    return row


def _join(tenant: UUID, person: User, digest: bytes) -> StaffInfo:
    with tenant_scope(tenant):
        row = _open_row(person, digest)
        row.is_active, row.joined_at = True, now()
        row.invitation_hash = row.invitation_ends_at = None
        row.save()
        drop_route(tenant=tenant, kind=INVITATION, key=digest.hex())
        add_route(tenant=tenant, kind="user", key=str(person.id))
        info = _staff_info(row)
        record_audit(
            tenant=tenant,
            actor=info.as_actor(),
            action="staff.join",
            object_kind="staff",
            object_id=row.id,
            after={"role": row.role},
        )
        return info
