"""The rule editor: presets, buttons that travel as fields, faults beside their fields, trying, publishing, telling."""

import html
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import QueryDict
from django.urls import reverse

from automations.workers import announce_rules
from dashboard.brand.forms.rules import Editor
from dashboard.brand.rules.choices import choices_for
from messaging.models import Message
from programs.presets import PRESETS
from programs.referrals.selectors import referral_terms
from programs.rules import RuleSet, read_rules
from programs.selectors import get_program, programs
from programs.selectors.notices import notices_for
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from programs.services import open_program, publish_rule
from smartbis.customers.infos import ConsentGiven
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import OWNER, sign_in, with_coupon, with_program
from tests.dashboard.test_rule_cards import as_sent
from tests.factories import make_customer
from vouchers.services import set_coupon_status

TWO_RULES: dict[str, Any] = {
    "rules": [
        {"key": "base", "effect": {"kind": "percentage", "basis_points": 500}},
        {
            "key": "first",
            "effect": {"kind": "percentage", "basis_points": 1000},
            "when": {"purchases": {"from": 1, "until": 1}},
            "limits": {"budget_minor": 100_000},
        },
    ]
}


def opened(brand: TenantInfo, spec: dict[str, Any] | None = None, kind: Any = "cashback") -> UUID:
    return open_program(tenant=brand.id, name="Volta", kind=kind, spec=spec or TWO_RULES, actor=OWNER).id


def typed(brand: TenantInfo, rules: RuleSet, **more: str) -> QueryDict:
    """What a browser sends of the editor with these rules."""
    editor = Editor(choices=choices_for(brand, kind="cashback", locale="pt_BR"), is_new=False, rules=rules)
    data = as_sent(editor)
    for name, value in more.items():
        data[name.replace("__", "-")] = value
    return data


def post(client: Any, url: str, data: QueryDict, **headers: str) -> Any:
    return client.post(url, data.urlencode(), content_type="application/x-www-form-urlencoded", headers=headers)


def test_what_the_simple_form_cannot_show_opens_in_the_editor_and_is_not_dropped(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    simple = reverse("dashboard:program_change", args=[program])
    editor = reverse("dashboard:program_rules", args=[program])
    assert client.get(simple).headers["Location"] == editor
    assert client.post(simple, {"percent": "3", "base": "paid"}).headers["Location"] == editor
    version = get_program(tenant=aurora.id, program=program).current
    assert version is not None
    assert version.rules == read_rules(TWO_RULES)
    other = sign_in(boreal).client
    assert other.get(editor).status_code == 404
    plain = with_program(boreal)
    assert other.get(reverse("dashboard:program_change", args=[plain])).status_code == 200


def test_a_card_shows_its_sentence_and_buttons_change_the_list(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    url = reverse("dashboard:program_rules", args=[program])
    page = html.unescape(client.get(url).content.decode())
    assert "5% de cashback em cada compra." in page
    assert "10% de cashback em cada compra, na primeira compra, enquanto durar a verba." in page
    data = typed(aurora, read_rules(TWO_RULES), do="condition:0:time")
    part = post(client, url, data, HX_Request="true").content.decode()
    assert "<html" not in part
    assert 'name="r0-weekdays"' in part
    assert 'name="r1-weekdays"' not in part
    for action, count in (("add", 3), ("copy:0", 3), ("remove:1", 1), ("up:1", 2), ("down:9", 2), ("nonsense", 2)):
        data["do"] = action
        answer = post(client, url, data)
        assert answer.status_code == 200
        assert f'name="count" value="{count}"' in answer.content.decode()
    version = get_program(tenant=aurora.id, program=program).current
    assert version is not None
    assert version.version == 1


def test_sentences_follow_what_is_typed(aurora: TenantInfo) -> None:
    client = sign_in(aurora).client
    data = typed(aurora, read_rules(TWO_RULES), r0__percent="7,5", r1__percent="")
    text = post(client, reverse("dashboard:program_sentences"), data).content.decode()
    assert "7,5% de cashback em cada compra." in text
    assert "Complete os números" in text


def test_publishing_keeps_what_was_not_touched(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    url = reverse("dashboard:program_rules", args=[program])
    data = typed(aurora, read_rules(TWO_RULES), r0__percent="6", do="publish")
    assert post(client, url, data).status_code == 302
    version = get_program(tenant=aurora.id, program=program).current
    assert version is not None
    assert version.version == 2
    assert version.rules.rules[1] == read_rules(TWO_RULES).rules[1]
    page = html.unescape(client.get(reverse("dashboard:program", args=[program])).content.decode())
    assert "<del>5% de cashback em cada compra.</del>" in page
    assert "<ins>6% de cashback em cada compra.</ins>" in page


def shown(page: Any, name: str) -> str:
    """The value of a field of a page."""
    (tag,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.content.decode())
    found = re.search(r'value="([^"]*)"', tag)
    return found[1] if found else ""


def test_who_publishes_second_is_told_and_undoes_nothing(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    url = reverse("dashboard:program_rules", args=[program])
    known = shown(client.get(url), "based_on")
    pix = {"key": "pix", "effect": {"kind": "percentage", "basis_points": 100}, "when": {"payment_methods": ["pix"]}}
    publish_rule(tenant=aurora.id, program=program, spec={"rules": [*TWO_RULES["rules"], pix]}, actor=OWNER)
    answer = post(client, url, typed(aurora, read_rules(TWO_RULES), based_on=known, do="publish"))
    assert answer.status_code == 422
    assert "Outra versão foi publicada" in html.unescape(answer.content.decode())
    version = get_program(tenant=aurora.id, program=program).current
    assert version is not None
    assert version.rules.rule("pix") is not None
    again = typed(aurora, version.rules, based_on=shown(client.get(url), "based_on"), do="publish")
    assert post(client, url, again).status_code == 302


def test_of_planned_versions_the_last_is_changed_in_its_place_or_the_one_that_is_chosen(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    url = reverse("dashboard:program_rules", args=[program])
    moments = [now() + timedelta(days=10), now() + timedelta(days=20)]
    for moment, basis in zip(moments, (700, 900), strict=True):
        spec = {"rules": [{"key": "base", "effect": {"kind": "percentage", "basis_points": basis}}]}
        publish_rule(tenant=aurora.id, program=program, spec=spec, actor=OWNER, effective_at=moment)
    percents = [shown(client.get(url + more), "r0-percent") for more in ("", "?from=1", "?from=2", "?from=x")]
    assert percents == ["9", "5", "7", "9"]
    rules = read_rules(TWO_RULES)
    data = typed(aurora, rules, starts=shown(client.get(url), "starts"), do="publish")
    assert post(client, url, data).status_code == 302
    page = client.get(reverse("dashboard:program", args=[program])).content.decode()
    assert page.count("?from=") == 3
    assert "substituída" in page
    info = get_program(tenant=aurora.id, program=program)
    assert [(each.version, each.effective_at) for each in info.planned] == [(2, moments[0]), (4, moments[1])]
    assert "ela continua" in client.get(f"{url}?from=1").content.decode()
    assert post(client, f"{url}?from=1", typed(aurora, rules, r0__percent="6", do="publish")).status_code == 302
    info = get_program(tenant=aurora.id, program=program)
    assert info.current is not None
    assert (info.current.version, info.latest, len(info.planned)) == (5, 5, 2)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("r0__percent", "", "Diga o percentual."),
        ("r0__percent", "abc", "Escreva um percentual"),
        ("r1__budget", "1", "centavos"),
        ("r1__nth_until", "x", "número inteiro"),
        ("starts", "2020-01-01T00:00", "Escolha um momento"),
    ],
)
def test_faults_stand_beside_their_fields_and_nothing_changes(
    aurora: TenantInfo, field: str, value: str, words: str
) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    url = reverse("dashboard:program_rules", args=[program])
    answer = post(client, url, typed(aurora, read_rules(TWO_RULES), **{field: value}, do="publish"))
    assert answer.status_code == 422
    assert words in html.unescape(answer.content.decode())
    version = get_program(tenant=aurora.id, program=program).current
    assert version is not None
    assert version.version == 1


def test_a_name_that_no_database_holds_is_refused(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    rules = read_rules({"rules": [TWO_RULES["rules"][0] | {"when": {"products": ["SKU"]}}]})
    data = typed(aurora, rules, r0__products="a\0b", do="publish")
    answer = post(client, reverse("dashboard:program_rules", args=[program]), data)
    assert answer.status_code == 422
    assert "Escreva um nome por linha" in html.unescape(answer.content.decode())


def test_the_simple_form_refuses_digits_that_are_no_number(aurora: TenantInfo) -> None:
    typed_in = {"name": "x", "kind": "points", "points": "1", "per": "1,00", "base": "paid"}
    url, client = reverse("dashboard:program_new"), sign_in(aurora).client
    assert client.post(url, typed_in | {"participations": "evento = ²"}).status_code == 422
    assert programs(tenant=aurora.id) == []


def test_rules_that_contradict_say_what_to_change(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    data = typed(aurora, read_rules(TWO_RULES), r0__mode="exclusive", r1__mode="exclusive", do="publish")
    answer = post(client, reverse("dashboard:program_rules", args=[program]), data)
    assert answer.status_code == 422
    assert "dê a uma delas prioridade maior" in html.unescape(answer.content.decode())


def test_a_sale_can_be_tried_and_each_rule_says_what_it_gives_or_why_not(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    tried = {"t__0__price": "100,00", "t__store": "centro", "t__channel": "store", "t__nth": "2", "do": "try"}
    url = reverse("dashboard:program_rules", args=[program])
    page = html.unescape(post(client, url, typed(aurora, read_rules(TWO_RULES), **tried)).content.decode())
    assert "O cliente ganha R$\xa05,00" in page
    assert "É para outra compra do cliente, como a primeira." in page


def test_a_sale_of_several_lines_can_be_tried_and_only_the_lines_of_a_rule_earn(aurora: TenantInfo) -> None:
    wine = {"key": "wine", "effect": TWO_RULES["rules"][0]["effect"], "when": {"categories": ["Vinho"]}}
    three = {"key": "three", "effect": wine["effect"], "when": {"minimum_quantity": 4}}
    program, client = opened(aurora), sign_in(aurora).client
    url, rules = reverse("dashboard:program_rules", args=[program]), read_rules({"rules": [wine, three]})
    lines = {"t__count": "2", "t__0__price": "30,00", "t__0__quantity": "3", "t__0__category": "Vinho"}
    more = typed(aurora, rules, **lines, t__1__price="10,00", t__1__quantity="1", t__1__sku="CAFE", do="try")
    page = html.unescape(post(client, url, more).content.decode())
    assert "O cliente ganha R$\xa09,50" in page  # 5% of 90, and 5% of all 100 for four pieces
    none = typed(aurora, rules, **lines, t__1__quantity="1", do="try")
    answer = post(client, url, none)
    assert answer.status_code == 422
    assert "Diga o preço." in answer.content.decode()


def test_lines_of_the_trial_come_and_go_by_buttons_and_nothing_typed_is_lost(aurora: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    url, rules = reverse("dashboard:program_rules", args=[program]), read_rules(TWO_RULES)
    first = {"t__count": "1", "t__0__price": "30,00", "t__0__quantity": "3", "t__0__sku": "VINHO"}
    page = post(client, url, typed(aurora, rules, **first, do="more-lines"), HX_Request="true").content.decode()
    assert re.search(r'name="t-count" value="2"', page)
    assert 'value="VINHO"' in page
    assert re.search(r'id="trial-t-1"[^>]*autofocus', page)
    assert "Diga o preço." not in page
    both = first | {"t__count": "2", "t__1__price": "10,00", "t__1__quantity": "1", "t__1__sku": "CAFE"}
    page = post(client, url, typed(aurora, rules, **both, do="less-lines:0"), HX_Request="true").content.decode()
    assert re.search(r'name="t-count" value="1"', page)
    assert 'value="CAFE"' in page
    assert 'value="VINHO"' not in page


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_a_preset_is_published_as_it_stands(preset: Any, aurora: TenantInfo, boreal: TenantInfo) -> None:
    client = sign_in(aurora).client
    url = reverse("dashboard:program_rules_new")
    assert client.get(f"{url}?preset={preset.key}").status_code == 200
    choices = choices_for(aurora, kind=preset.kind, locale="pt_BR")
    first = {"name": "Meu programa", "preset": preset.key}
    data = as_sent(Editor(choices=choices, is_new=True, rules=read_rules(preset.spec), initial=first))
    data["with_extras"] = "on"
    assert post(client, url, data).status_code == 302
    (program,) = programs(tenant=aurora.id)
    assert program.current is not None
    assert program.current.rules == read_rules(preset.spec)
    assert bool(plans(tenant=aurora.id)) == preset.has_plan
    assert referral_terms(tenant=aurora.id).is_live == preset.has_referrals
    assert (find_ladder(tenant=aurora.id) is not None) == preset.has_tiers
    assert programs(tenant=boreal.id) == []


def test_a_preset_that_is_refused_leaves_nothing_behind(aurora: TenantInfo) -> None:
    open_program(tenant=aurora.id, name="Associação", kind="cashback", spec=TWO_RULES, actor=OWNER)
    preset = next(each for each in PRESETS if each.has_plan)
    choices, first = choices_for(aurora, kind="points", locale="pt_BR"), {"name": "Associação", "preset": preset.key}
    data = as_sent(Editor(choices=choices, is_new=True, rules=read_rules(preset.spec), initial=first))
    data["with_extras"] = "on"
    answer = post(sign_in(aurora).client, reverse("dashboard:program_rules_new"), data)
    assert (answer.status_code, plans(tenant=aurora.id)) == (422, [])
    assert not referral_terms(tenant=aurora.id).is_live


def test_members_are_told_once_each_and_only_those_who_agreed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program, client = opened(aurora), sign_in(aurora).client
    agreed = ConsentGiven(utility=True, marketing=False, text_version="1")
    told = make_customer(aurora, phone="11987654321", consents=agreed)
    refused = ConsentGiven(utility=False, marketing=False, text_version="1")
    silent = make_customer(aurora, phone="11987654322", consents=refused)
    elsewhere = make_customer(boreal, phone="11987654323", consents=agreed)
    data = typed(aurora, read_rules(TWO_RULES), r0__percent="6", notice__tells="on", notice__sends="on", do="publish")
    url = reverse("dashboard:program_rules", args=[program])
    assert "1 participantes" in html.unescape(client.get(url).content.decode())
    assert post(client, url, data).status_code == 302
    for _turn in range(3):
        announce_rules(tenant=aurora.id)
        announce_rules(tenant=boreal.id)
    with tenant_scope(aurora.id, read_only=True):
        written = list(Message.objects.filter(template="rules_changed").values_list("customer_id", flat=True))
    assert written == [told.id]
    (notice,) = notices_for(tenant=aurora.id, customer=silent.id)
    assert notice.text == "6% de cashback em cada compra."
    assert (notice.messages, notice.sent_at is not None) == (1, True)
    assert notices_for(tenant=boreal.id, customer=elsewhere.id) == []


def test_a_rule_with_a_coupon_that_has_ended_says_so_beside_it_and_calls_it_by_its_name(aurora: TenantInfo) -> None:
    coupon = with_coupon(aurora, name="Café grátis")
    gift = {"key": "gift", "effect": {"kind": "voucher", "coupon": str(coupon.id)}}
    program, client = opened(aurora, {"rules": [gift]}), sign_in(aurora).client
    set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="ended", actor=OWNER)
    url = reverse("dashboard:program_rules", args=[program])
    answer = post(client, url, typed(aurora, read_rules({"rules": [gift]}), based_on="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Este cupom foi encerrado: escolha outro." in page
    assert ">Café grátis</option>" in page
    assert get_program(tenant=aurora.id, program=program).latest == 1
