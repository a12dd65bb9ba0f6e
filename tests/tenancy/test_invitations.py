"""People join a team by a code; no brand gets at a person's account by knowing their address."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate

from smartbis.kernel.clock import frozen, now
from smartbis.kernel.codes import group_code, new_code
from smartbis.kernel.errors import TooManyAttempts
from smartbis.tenancy.errors import InvitationPending, InvitationRefused, PersonKnown, SlugTaken
from smartbis.tenancy.models import AuditEntry, Route, StaffMember, User
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import find_staff_member, staff, teams_of_user, tenants_of_user
from smartbis.tenancy.services import add_staff, change_staff, invite_staff, join_by_code, join_with_password
from smartbis.tenancy.services.invitations import LIFE, PERSON_LIMIT
from tests.factories import actor

EMAIL = "vitima@pessoa.example"
OWN, OTHER = "propria-e-longa", "outra-bem-longa"
PLACE = "192.0.2.7"


def invite(brand, **more):
    return invite_staff(tenant=brand.id, email=EMAIL, role="operator", actor=actor("owner"), **more)


def join(code, password=OWN, email=EMAIL):
    return join_with_password(email=email, code=code, password=password, address=PLACE)


def test_an_invited_person_is_of_no_team_until_they_enter_the_code(aurora):
    info, code = invite(aurora, name="Vi")
    assert (info.is_active, info.has_joined) == (False, False)
    assert tenants_of_user(info.user_id) == []
    assert authenticate(None, username=EMAIL, password="") is None
    person, tenant, member = join(group_code(code).lower())
    assert (person.id, tenant, member.is_active, member.name) == (info.user_id, aurora.id, True, "Vi")
    assert authenticate(None, username=EMAIL, password=OWN) == person
    assert [brand.id for brand, _ in teams_of_user(person.id)] == [aurora.id]
    with tenant_scope(aurora.id):
        assert list(AuditEntry.objects.filter(object_id=info.id).order_by("at", "id").values_list("action", flat=True))[
            -2:
        ] == ["staff.invite", "staff.join"]


def test_whoever_claimed_the_address_first_gets_into_no_other_team(aurora, boreal):
    """An owner who invites a stranger's address and takes the account himself has nothing of another brand's."""
    _, own_code = invite(aurora)
    squatter, _, _ = join(own_code, OTHER)
    _, code = invite(boreal, name="Vitória")
    assert tenants_of_user(squatter.id) == [aurora.id]
    assert find_staff_member(tenant=boreal.id, user=squatter.id) is None
    with pytest.raises(InvitationRefused):
        join_by_code(user=squatter.id, code=own_code, address=PLACE)
    with pytest.raises(InvitationRefused):
        join_by_code(user=squatter.id, code=new_code(), address=PLACE)
    assert code != own_code


def test_a_code_changes_nobodys_password(aurora, boreal):
    add_staff(tenant=boreal.id, email=EMAIL, role="owner", password=OWN)
    info, code = invite(aurora)
    with pytest.raises(InvitationRefused):
        join(code, OTHER)
    assert authenticate(None, username=EMAIL, password=OTHER) is None
    assert find_staff_member(tenant=aurora.id, user=info.user_id) is None
    join(code, OWN)
    assert len(tenants_of_user(info.user_id)) == 2


@pytest.mark.parametrize("kind", ["member", "platform"])
def test_an_account_without_password_is_not_claimed_by_a_code(aurora, boreal, kind):
    if kind == "member":
        add_staff(tenant=boreal.id, email=EMAIL, role="owner")
    else:
        User.objects.create_user(email=EMAIL, password=None, is_staff=True)
    _, code = invite(aurora)
    with pytest.raises(InvitationRefused):
        join(code)
    assert not User.objects.get(email=EMAIL).has_usable_password()


def test_each_brand_has_its_own_name_for_a_person(aurora, boreal):
    invite(aurora, name="Apelido da Aurora")
    invite(boreal)
    assert [each.name for each in staff(tenant=boreal.id)] == [""]
    assert User.objects.get(email=EMAIL).name == ""


def test_the_codes_of_others_and_old_ones_are_refused_alike(aurora):
    info, first = invite(aurora)
    _, second = invite(aurora)
    other = add_staff(tenant=aurora.id, email="outra@pessoa.example", role="manager", password=OWN)
    for email, code in ((EMAIL, first), (EMAIL, new_code()), (EMAIL, "?"), (other.email, second), ("x@y.z", second)):
        with pytest.raises(InvitationRefused):
            join(code, email=email)
    with pytest.raises(InvitationRefused):
        join_by_code(user=other.user_id, code=second, address=PLACE)
    with frozen(now() + LIFE + timedelta(seconds=1)), pytest.raises(InvitationRefused):
        join(second)
    assert join(second)[2].id == info.id
    with pytest.raises(InvitationRefused):
        join_by_code(user=info.user_id, code=second, address=PLACE)


def test_guesses_run_out(aurora):
    _, code = invite(aurora)
    with frozen(now()):
        for _ in range(PERSON_LIMIT):
            with pytest.raises(InvitationRefused):
                join(new_code())
        with pytest.raises(TooManyAttempts):
            join(code)


def test_only_the_person_ends_an_invitation_by_joining(aurora):
    info, code = invite(aurora)
    with pytest.raises(InvitationPending):
        change_staff(tenant=aurora.id, member=info.id, actor=actor("owner"), is_active=True)
    change_staff(tenant=aurora.id, member=info.id, actor=actor("owner"), is_active=False)
    with pytest.raises(InvitationRefused):
        join(code)
    with pytest.raises(InvitationPending):
        change_staff(tenant=aurora.id, member=info.id, actor=actor("owner"), is_active=True)


def test_only_a_keyed_hash_of_the_code_is_kept(aurora):
    info, code = invite(aurora)
    with tenant_scope(aurora.id):
        kept = bytes(StaffMember.objects.get(id=info.id).invitation_hash or b"")
    assert code.encode() not in kept
    route = Route.objects.get(kind="invitation")
    assert (route.key, route.leads_to) == (kept.hex(), aurora.id)
    join(code)
    assert not Route.objects.filter(kind="invitation").exists()


def test_who_is_of_the_team_is_not_invited_again(aurora, boreal):
    _, code = invite(aurora)
    join(code)
    with pytest.raises(SlugTaken):
        invite(aurora)
    with pytest.raises(SlugTaken):
        add_staff(tenant=aurora.id, email=EMAIL, role="operator")
    with pytest.raises(PersonKnown):
        add_staff(tenant=boreal.id, email=EMAIL, role="operator")
