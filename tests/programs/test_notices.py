"""A published notice is corrected while members are shown it: with its history, its date, and for one brand alone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from programs.errors import NoticeOver
from programs.selectors.notices import NoticeInfo, notices_for
from programs.services import NoticeDraft, correct_notice, publish_rule, put_away
from programs.services.notices import tell_some
from smartbis.customers.infos import ConsentGiven
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput, NotFound
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.earning import opened
from tests.programs.rule_sets import percent

OWNER = actor("owner")
AT = datetime(2026, 11, 18, 15, tzinfo=UTC)


def noticed(brand: TenantInfo, customer: UUID, *, sends: bool = False) -> NoticeInfo:
    """A notice of 9 %, as its member is shown it."""
    spec = {"rules": [{"key": "base", "effect": percent(900)}]}
    told = NoticeDraft("Agora são 90%.", sends=sends)
    publish_rule(tenant=brand.id, program=opened(brand, {"key": "base"}).id, spec=spec, actor=OWNER, notice=told)
    return notices_for(tenant=brand.id, customer=customer)[0]


def test_a_correction_is_shown_with_its_date_and_what_was_said_before_is_kept(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    member, elsewhere = make_customer(aurora).id, make_customer(boreal).id
    with frozen(AT):
        notice, theirs = noticed(aurora, member), noticed(boreal, elsewhere)
        assert (notice.corrected_at, notice.corrections) == (None, ())
    for hours, text in ((1, "Agora são  9%."), (2, "Agora são 9%.")):  # the same but for a space: said once
        with frozen(AT + timedelta(hours=hours)):
            correct_notice(tenant=aurora.id, notice=notice.id, text=text, actor=OWNER)
            (now,) = notices_for(tenant=aurora.id, customer=member)
    assert (now.text, now.corrected_at) == ("Agora são 9%.", AT + timedelta(hours=1))
    assert [each.before for each in now.corrections] == ["Agora são 90%."]
    with frozen(AT + timedelta(hours=2)):
        assert notices_for(tenant=boreal.id, customer=elsewhere) == [theirs]
        with pytest.raises(NotFound):
            correct_notice(tenant=boreal.id, notice=notice.id, text="Nada.", actor=OWNER)
        put_away(tenant=aurora.id, notice=notice.id, customer=member)
        assert notices_for(tenant=aurora.id, customer=member) == []


def test_what_is_over_or_says_nothing_is_not_corrected(aurora: TenantInfo) -> None:
    member = make_customer(aurora).id
    with frozen(AT):
        notice = noticed(aurora, member)
        for text in ("  ", "x" * 601):
            with pytest.raises(InvalidInput):
                correct_notice(tenant=aurora.id, notice=notice.id, text=text, actor=OWNER)
        assert notices_for(tenant=aurora.id, customer=member) == [notice]
    with frozen(AT + timedelta(days=8)), pytest.raises(NoticeOver):
        correct_notice(tenant=aurora.id, notice=notice.id, text="Tarde.", actor=OWNER)


def test_messages_that_are_not_written_yet_say_what_was_corrected(aurora: TenantInfo) -> None:
    agreed = ConsentGiven(utility=True, marketing=False, text_version="1")
    member = make_customer(aurora, phone="11987654321", consents=agreed).id
    notice = noticed(aurora, member, sends=True)
    correct_notice(tenant=aurora.id, notice=notice.id, text="Agora são 9%.", actor=OWNER)
    said: list[tuple[UUID, str]] = []
    tell_some(tenant=aurora.id, notice=notice.id, write=lambda info, customer: said.append((customer, info.text)))
    assert said == [(member, "Agora são 9%.")]
