"""The rule editor: a version as cards, changed by buttons that travel as form fields, then published."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.programs import exact, next_of, symbol_of
from dashboard.brand.forms.rules import Editor, TrialForm, with_lines
from dashboard.brand.forms.rules.telling import NoticeForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.rules.choices import RuleChoices, choices_for
from dashboard.brand.rules.wording import Teller
from programs.earnings.words import why_less, why_nothing
from programs.infos import ProgramInfo, RuleVersionInfo
from programs.presets import Preset, find_preset, open_from_preset
from programs.rules import RuleSet, read_rules
from programs.selectors import get_program
from programs.selectors.budgets import budgets_used
from programs.selectors.notices import notice_audience
from programs.services import publish_rule, try_rules
from smartbis.kernel.errors import DomainError, InvalidInput, NotFound
from smartbis.kernel.units import TIER_POINTS


@desk(reads="program.change", writes="program.change")
def new(request: DeskRequest) -> HttpResponse:
    """A new programme from a starting point."""
    sent = request.POST if request.method == "POST" else request.GET
    preset = find_preset(sent.get("preset", "")) or find_preset("blank-cashback")
    assert preset is not None
    return _Desk(request, preset.kind, preset=preset).answer()


@desk(reads="program.change", writes="program.change")
def edit(request: DeskRequest, program: UUID) -> HttpResponse:
    """The next version of a programme's rules."""
    info = get_program(tenant=request.tenant, program=program)
    return _Desk(request, info.kind, program=info).answer()


@desk(writes="program.change")
def sentences(request: DeskRequest) -> HttpResponse:
    """The sentence of each card as it is typed, put beside it out of band."""
    kind = "points" if request.POST.get("program_kind") == "points" else "cashback"
    editor = Editor(choices=_choices(request, kind), is_new=True, data=request.POST)
    return render_page(request, "dashboard/rules/sentences.html", {"sentences": editor.sentences()})


class _Desk:
    """One request to the editor."""

    def __init__(
        self, request: DeskRequest, kind: str, *, program: ProgramInfo | None = None, preset: Preset | None = None
    ) -> None:
        self.request, self.program, self.preset = request, program, preset
        self.choices = _choices(request, kind)
        version = _chosen(program, request.GET.get("from", "")) if program else None
        self.version = version
        self.before: RuleSet | None = version.rules if version else None
        self.start = version.rules if version else read_rules(preset.spec) if preset else None
        self.tried: dict[str, Any] | None = None
        self.trial: TrialForm | None = None
        self.sent: QueryDict = request.POST
        self.draft = ""
        self.focus = ""
        self.status = 200

    def answer(self) -> HttpResponse:
        """Show the editor, do what a button says, or publish."""
        request = self.request
        if request.method != "POST":
            initial = {"name": self.preset.name, "preset": self.preset.key, "with_extras": True} if self.preset else {}
            if self.program and self.version:
                initial = next_of(self.program, self.version)
            self.editor = Editor(choices=self.choices, is_new=self.program is None, rules=self.start, initial=initial)
            self.notice = NoticeForm()
            return self._page()
        self.editor = Editor(choices=self.choices, is_new=self.program is None, data=request.POST, kept=self.before)
        self.notice = NoticeForm(request.POST)
        action = request.POST.get("do", "publish")
        if action == "publish":
            return self._publish()
        if action == "try":
            self._try()
        elif action in ("check", "backtest"):
            self._check()
        elif action.partition(":")[0] in ("more-lines", "less-lines"):
            self.sent, self.focus = with_lines(self.sent, action)
        else:
            self.focus = self.editor.do(action)
        return self._page()

    def _publish(self) -> HttpResponse:
        rules = self.editor.rules()
        if rules is not None and self.notice.is_valid():
            try:
                return self._published(rules)
            except NotFound:
                raise
            except InvalidInput as error:
                self.editor.refuse(error)
            except DomainError as error:
                self.editor.faults.append(words.refusal(error))
        self.status = 422
        return self._page()

    def _published(self, rules: RuleSet) -> HttpResponse:
        request, version = self.request, self.editor.version
        spec = self.editor.spec()
        if self.program is None:
            assert self.preset is not None
            info = open_from_preset(
                tenant=request.tenant,
                preset=self.preset,
                name=version.cleaned_data["name"],
                spec=spec,
                with_extras=version.cleaned_data.get("with_extras", False),
                actor=request.actor,
                effective_at=version.effective_at(),
                segments=self._segments(),
            )
            messages.success(request, _("O programa está no ar: a próxima venda já premia."))
        else:
            default = self._teller().news(self.before, rules) if self.before else ""
            info = publish_rule(
                tenant=request.tenant,
                program=self.program.id,
                spec=spec,
                actor=request.actor,
                effective_at=exact(version.effective_at(), self.program),
                based_on=version.cleaned_data["based_on"],
                notice=self.notice.draft(default),
                segments=self._segments(),
            )
            messages.success(request, _("Nova versão publicada. Vendas de antes continuam pela versão de então."))
        return HttpResponseRedirect(reverse("dashboard:program", args=[info.id]))

    def _check(self) -> None:
        """Look at everything without publishing: faults stand beside their fields."""
        if self.editor.rules() is None:
            self.status = 422
        elif self.request.POST.get("do") == "backtest":
            self.draft = json.dumps(self.editor.spec())

    def _try(self) -> None:
        rules = self.editor.rules()
        self.trial = TrialForm(self.sent, prefix="t", choices=self.choices, rules=rules)
        self.focus = "trial-result"
        if not self.trial.can_be_tried() or rules is None:
            self.status = 422
            return
        try:
            tried = try_rules(
                tenant=self.request.tenant,
                kind=self.choices.kind,
                spec=self.editor.spec(),
                occasion=self.trial.made_up(),
            )
        except InvalidInput as error:
            self.editor.refuse(error)
            self.status = 422
            return
        unit = self.choices.unit
        teller = self._teller()
        self.tried = {
            "given": [
                {
                    "name": each.rule.name or teller.rule(each.rule),
                    "amount": "" if each.is_gift else words.amount(each.amount, _unit_of(each.counts_for_tiers, unit)),
                    "text": teller.rule(each.rule),
                    "cut": why_less(each.cut_by) if each.amount < each.wanted else "",
                }
                for each in tried.found.granted
            ],
            "missed": [
                {"name": each.rule.name or teller.rule(each.rule), "reason": why_nothing(each.reason, each.cut_by)}
                for each in tried.found.missed
            ],
            "total": words.amount(tried.total, unit),
        }

    def _teller(self) -> Teller:
        choices = self.choices
        return Teller(unit=choices.unit, currency=choices.currency, locale=choices.locale, names=choices.names)

    def _segments(self) -> set[str]:
        return {key for key, _name in self.choices.lists["segments"]}

    def _next_planned(self) -> datetime | None:
        """When a planned version follows the one that is changed here."""
        if self.program is None or self.version != self.program.current or self.program.upcoming is None:
            return None
        return self.program.upcoming.effective_at

    def _spent(self, minor: int | None) -> str:
        return words.amount(minor, self.choices.currency) if minor is not None else ""

    def _page(self) -> HttpResponse:
        request, program = self.request, self.program
        editor = self.editor
        sentences = editor.sentences()
        used = budgets_used(tenant=request.tenant, program=program.id) if program else {}
        bound = self.sent if request.method == "POST" else None
        trial = self.trial or TrialForm(bound, prefix="t", choices=self.choices, rules=editor.readable() or self.start)
        context = {
            "section": "programs",
            "program": program,
            "preset": self.preset,
            "kind": self.choices.kind,
            "editor": editor,
            "cards": [
                {
                    "card": card,
                    "place": place,
                    "number": place + 1,
                    "sentence": sentences[place],
                    "used": self._spent(used.get(str(card["key"].value()))),
                    "is_focused": self.focus == f"rule-{place}" or self.focus.startswith(f"condition-{place}-"),
                    "is_first": place == 0,
                    "is_last": place == len(editor.cards) - 1,
                }
                for place, card in enumerate(editor.cards)
            ],
            "symbol": symbol_of(request.brand.currency, words.locale()),
            "notice": self.notice if program else None,
            "audience_text": words.number(notice_audience(tenant=request.tenant)) if program else "",
            "trial": trial,
            "tried": self.tried,
            "focus": self.focus,
            "here": request.get_full_path() if program else request.path,
            "planned_at": self._next_planned(),
            "back_url": reverse("dashboard:program", args=[program.id])
            if program
            else reverse("dashboard:program_new"),
            "draft": self.draft,
            "backtest_url": _backtest_url(program),
        }
        is_part = request.htmx and request.method == "POST"
        template = "dashboard/rules/editor.html" if is_part else "dashboard/rules/page.html"
        return render_page(request, template, context, status=self.status)


def _chosen(program: ProgramInfo, number: str) -> RuleVersionInfo | None:
    """The version to start from: the one of that number if it is in force or planned, else the last."""
    return next((each for each in program.standing if str(each.version) == number), program.last)


def _unit_of(counts_for_tiers: bool, unit: str) -> str:
    return TIER_POINTS if counts_for_tiers else unit


def _choices(request: DeskRequest, kind: str) -> RuleChoices:
    return choices_for(request.brand, kind=kind, locale=words.locale())


def _backtest_url(program: ProgramInfo | None) -> str:
    if program is None:
        return ""
    try:
        return reverse("dashboard:program_backtest", args=[program.id])
    except NoReverseMatch:
        return ""
