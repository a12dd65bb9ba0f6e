"""The screen of the rules of sending: what holds, what is decided, and who may decide it."""

from datetime import date, time
from typing import Any

import pytest
from django.urls import reverse

from dashboard.brand.states import message_reason
from messaging import blocks, sending_rules
from messaging.selectors import sending_rules as rules_in_force
from messaging.sending_rules import Rules
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sign_in

GIVEN: dict[str, Any] = {
    "quiet_from": "20:00",
    "quiet_until": "09:30",
    "is_quiet_for_notices": "on",
    "own_holidays": "24/12/2026\n25/01/2027",
    "marketing_cap": "1",
    "marketing_days": "14",
    "notice_cap": "",
}


def page() -> str:
    return reverse("dashboard:sending_rules")


def test_the_rules_that_hold_are_shown(aurora: TenantInfo) -> None:
    shown = sign_in(aurora).client.get(page()).content.decode()
    for words in ('value="21:00"', 'value="08:00"', "Guardar regras", "America/Sao_Paulo"):
        assert words in shown


def test_rules_are_decided_for_this_brand_alone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    answer = sign_in(aurora).client.post(page(), GIVEN)
    assert (answer.status_code, answer.headers["Location"]) == (302, page())
    assert rules_in_force(tenant=aurora.id) == Rules(
        time(20), time(9, 30), True, False, frozenset({date(2026, 12, 24), date(2027, 1, 25)}), 1, 14, None
    )
    assert rules_in_force(tenant=boreal.id) == Rules()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"quiet_from": ""}, "tem começo e fim"),
        ({"own_holidays": "31/02/2027"}, "31/02/2027"),
        ({"own_holidays": "amanhã"}, "não é um dia"),
        ({"marketing_days": "0"}, "marketing_days"),
        ({"marketing_cap": "51"}, "marketing_cap"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(aurora: TenantInfo, wrong: dict[str, str], words: str) -> None:
    answer = sign_in(aurora).client.post(page(), GIVEN | wrong)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert rules_in_force(tenant=aurora.id) == Rules()


def test_who_only_reads_finds_no_button_and_decides_nothing(aurora: TenantInfo) -> None:
    client = sign_in(aurora, "analyst").client
    assert "Guardar regras" not in client.get(page()).content.decode()
    assert client.post(page(), GIVEN).status_code == 403
    assert rules_in_force(tenant=aurora.id) == Rules()


def test_every_rule_has_words() -> None:
    public = {value for name, value in vars(blocks).items() if name.isupper() and not name.startswith("_")}
    reasons = {value for value in public if isinstance(value, str)}
    reasons |= {sending_rules.QUIET_HOURS, sending_rules.HOLIDAY}
    for reason in reasons - {sending_rules.MARKETING, sending_rules.UTILITY}:
        assert message_reason(reason) != reason.replace("_", " "), reason
