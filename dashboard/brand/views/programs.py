"""Programmes: how customers earn, version by version."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.programs import NewProgramForm, NewVersionForm, RuleForm, is_simple, symbol_of
from dashboard.brand.forms.rules.telling import CorrectionForm, NoticeForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest, uuid_from
from dashboard.brand.rules.wording import Teller
from insights.selectors import rule_names
from programs.infos import ProgramInfo, RuleVersionInfo
from programs.presets import PRESETS
from programs.rules import InvalidRule, RuleSet, read_rules
from programs.selectors import get_program, programs
from programs.selectors.catalogue import rule_versions
from programs.selectors.notices import NoticeInfo, get_notice, notice_audience, notices_of
from programs.services import correct_notice, open_program, publish_rule, set_program_status
from programs.services.notices import MOST_LETTERS
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.kernel.units import POINTS
from smartbis.tenancy.selectors import stores

_FIELDS = {
    "effect.basis_points": "percent",
    "effect.points": "points",
    "effect.minor": "per",
    "minimum_minor": "minimum",
    "effective_at": "starts",
}


@desk(reads="program.see")
def index(request: DeskRequest) -> HttpResponse:
    """Every programme with the rule in force."""
    found = programs(tenant=request.tenant)
    context = {
        "section": "programs",
        "programs": [_card(request, each) for each in found],
        "new_url": reverse("dashboard:program_new") if request.may("program.change") else "",
        "public_url": reverse("portal:how_it_works", args=[request.brand.slug]),
    }
    return render_page(request, "dashboard/programs.html", context)


@desk(reads="program.see")
def show(request: DeskRequest, program: UUID) -> HttpResponse:
    """One programme with every version of its rule."""
    return _show(request, program)


def _show(
    request: DeskRequest, program: UUID, *, corrected: CorrectionForm | None = None, status: int = 200
) -> HttpResponse:
    info = get_program(tenant=request.tenant, program=program)
    may_change = request.may("program.change")
    teller = _teller(request, info.kind)
    newest_first = rule_versions(tenant=request.tenant, program=program)
    edit_url = reverse("dashboard:program_rules", args=[program]) if may_change else ""
    told = notices_of(tenant=request.tenant, program=program)
    context = {
        "section": "programs",
        "program": _card(request, info),
        "rules": teller.version(info.current.rules) if info.current else [],
        "versions": [
            _version(teller, version, _before(version, newest_first), info)
            | {
                "notice": _notice(told.get(version.id), program if may_change else None, corrected),
                "edit_url": _edit_url(version, info, edit_url),
            }
            for version in newest_first
        ],
        "edit_url": edit_url,
        "change_url": reverse("dashboard:program_change", args=[program]) if may_change else "",
        "status_url": reverse("dashboard:program_status", args=[program]) if may_change else "",
    }
    return render_page(request, "dashboard/program.html", context, status=status)


@desk(writes="program.change")
def correct(request: DeskRequest, program: UUID, notice: UUID) -> HttpResponse:
    """Correct what a published notice says, while members are shown it."""
    told = get_notice(tenant=request.tenant, notice=notice)
    form = CorrectionForm(request.POST, notice=notice, text=told.text)
    if not form.is_valid():
        return _show(request, program, corrected=form, status=422)
    try:
        correct_notice(tenant=request.tenant, notice=notice, text=form.cleaned_data["text"], actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("Aviso corrigido. Quem o lê agora vê que foi corrigido, e quando."))
    return HttpResponseRedirect(reverse("dashboard:program", args=[program]))


@desk(reads="program.change", writes="program.change")
def new(request: DeskRequest) -> HttpResponse:
    """Open a programme from two numbers."""
    form = NewProgramForm(
        request.POST if request.method == "POST" else None,
        stores=stores(tenant=request.tenant),
        currency=request.brand.currency,
    )
    if request.method != "POST":
        return _form_page(request, form)
    if form.is_valid():
        kind: Any = form.program_kind()
        try:
            info = open_program(
                tenant=request.tenant,
                name=form.cleaned_data["name"],
                kind=kind,
                spec=form.spec(),
                actor=request.actor,
            )
        except DomainError as error:
            form.refuse(error, _FIELDS)
        else:
            messages.success(request, _("O programa está no ar: a próxima venda já premia."))
            return HttpResponseRedirect(reverse("dashboard:program", args=[info.id]))
    return _form_page(request, form, status=422)


@desk(reads="program.change", writes="program.change")
def change(request: DeskRequest, program: UUID) -> HttpResponse:
    """Publish a new version of a programme's rule."""
    info = get_program(tenant=request.tenant, program=program)
    version = info.last
    if version and not is_simple(info.kind, version.rules):
        # Sent from here, it would drop what the simple form does not show.
        return HttpResponseRedirect(reverse("dashboard:program_rules", args=[program]))
    sent = request.POST if request.method == "POST" else None
    form = NewVersionForm(sent, stores=stores(tenant=request.tenant), program=info)
    notice = NoticeForm(sent, initial={"tells": True})
    if sent is None:
        return _form_page(request, form, program=info, notice=notice)
    if form.is_valid() and notice.is_valid():
        try:
            publish_rule(
                tenant=request.tenant,
                program=program,
                spec=form.spec(),
                actor=request.actor,
                effective_at=form.effective_at(),
                based_on=form.cleaned_data["based_on"],
                notice=notice.draft(_news(request, info, read_rules(form.spec()))),
            )
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, _FIELDS)
        else:
            messages.success(request, _("Nova versão publicada. Vendas de antes continuam pela versão de então."))
            return HttpResponseRedirect(reverse("dashboard:program", args=[program]))
    return _form_page(request, form, program=info, notice=notice, status=422)


@desk(writes="program.change")
def status(request: DeskRequest, program: UUID) -> HttpResponse:
    """Pause a programme, or let it earn again."""
    wanted = "live" if request.POST.get("status") == "live" else "paused"
    set_program_status(tenant=request.tenant, program=program, status=wanted, actor=request.actor)
    text = _("O programa volta a premiar.") if wanted == "live" else _("Programa pausado: novas vendas não premiam.")
    messages.success(request, text)
    return HttpResponseRedirect(reverse("dashboard:program", args=[program]))


@desk(reads="program.change")
def preview(request: DeskRequest) -> HttpResponse:
    """The sentence of the rule that is being typed, as customers will read it, and what a notice would say of it."""
    typed = request.GET.copy()
    typed["name"] = "-"
    typed["kind"] = typed.get("program_kind") or typed.get("kind") or ""
    form = NewProgramForm(typed, stores=stores(tenant=request.tenant), currency=request.brand.currency)
    rules: RuleSet | None = None
    if form.is_valid():
        with suppress(InvalidRule):
            rules = read_rules(form.spec())
    context = {
        "sentence": _sentence(request, rules, form.program_kind()) if rules else "",
        "notice": _offered(request, uuid_from(typed.get("program")), rules),
    }
    return render_page(request, "dashboard/program_preview.html", context)


def _offered(request: DeskRequest, program: UUID | None, rules: RuleSet | None) -> NoticeForm | None:
    """The notice with its text following the rules that are typed; None where it is the author's own."""
    notice = NoticeForm(request.GET)
    if program is None or rules is None or not notice.is_untouched:
        return None
    news = _news(request, get_program(tenant=request.tenant, program=program), rules)[:MOST_LETTERS]
    return NoticeForm(initial={"text": news, "offered": news})


def _news(request: DeskRequest, program: ProgramInfo, rules: RuleSet) -> str:
    """What changes for members with these rules."""
    return _teller(request, program.kind).news(program.last.rules, rules) if program.last else ""


def _form_page(
    request: DeskRequest,
    form: RuleForm,
    *,
    program: ProgramInfo | None = None,
    notice: NoticeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    version = program.last if program else None
    initial = {"effect": {"kind": "percentage", "basis_points": 500}}
    back = reverse("dashboard:program", args=[program.id]) if program else reverse("dashboard:programs")
    context = {
        "section": "programs",
        "form": form,
        "program": program,
        "notice": notice,
        "audience_text": words.number(notice_audience(tenant=request.tenant)) if notice else "",
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "sentence": _sentence(
            request, version.rules if version else read_rules(initial), program.kind if program else "cashback"
        ),
        "back_url": back,
        "presets": [] if program else _presets(request),
        "editor_url": reverse("dashboard:program_rules", args=[program.id]) if program else "",
    }
    return render_page(request, "dashboard/program_form.html", context, status=status)


def _presets(request: DeskRequest) -> list[dict[str, Any]]:
    """The starting points, each with the sentences that customers would read."""
    here = reverse("dashboard:program_rules_new")
    return [
        {
            "href": f"{here}?preset={preset.key}",
            "name": preset.name,
            "text": preset.text,
            "icon": preset.icon,
            "sentences": _teller(request, preset.kind).version(read_rules(preset.spec)),
        }
        for preset in PRESETS
    ]


def _card(request: DeskRequest, info: ProgramInfo) -> dict[str, Any]:
    return {
        "href": reverse("dashboard:program", args=[info.id]),
        "id": info.id,
        "name": info.name,
        "kind": info.kind,
        "is_live": info.status == "live",
        "sentences": _teller(request, info.kind).version(info.current.rules) if info.current else [],
        "version": info.current.version if info.current else None,
        "upcoming": _sentence(request, info.upcoming.rules, info.kind) if info.upcoming else "",
        "upcoming_at": info.upcoming.effective_at if info.upcoming else None,
    }


def _version(
    teller: Teller, version: RuleVersionInfo, before: RuleVersionInfo | None, info: ProgramInfo
) -> dict[str, Any]:
    if info.current and version.id == info.current.id:
        label, tone = _("em vigor"), "ok"
    elif version in info.planned:
        label, tone = _("agendada"), "info"
    elif version.effective_at > now():
        label, tone = _("substituída"), ""
    else:
        label, tone = _("anterior"), ""
    return {
        "number": version.version,
        "rules": teller.version(version.rules),
        "changes": teller.changes(before.rules, version.rules) if before else [],
        "is_first": before is None,
        "effective_at": version.effective_at,
        "created_at": version.created_at,
        "label": label,
        "tone": tone,
    }


def _before(version: RuleVersionInfo, every: list[RuleVersionInfo]) -> RuleVersionInfo | None:
    """What would be in force at a version's moment without it, of what was published before it."""
    older = [each for each in every if each.version < version.version and each.effective_at <= version.effective_at]
    return max(older, key=lambda each: (each.effective_at, each.version), default=None)


def _edit_url(version: RuleVersionInfo, info: ProgramInfo, url: str) -> str:
    """Where this version is changed; only where there is more than one to choose from."""
    may_choose = url and info.planned and version in info.standing
    return f"{url}?from={version.version}" if may_choose else ""


def _notice(told: NoticeInfo | None, program: UUID | None, corrected: CorrectionForm | None) -> dict[str, Any] | None:
    """What was told of a version, how far it went, and where it is corrected, for who may (then `program` is given)."""
    if told is None:
        return None
    count = words.number(told.messages)
    state = ""
    if told.sends:
        sent = _("%(count)s mensagens escritas.") % {"count": count}
        state = sent if told.sent_at else _("Enviando: %(count)s mensagens até agora.") % {"count": count}
    form = None
    if program and told.is_shown:
        form = CorrectionForm(notice=told.id, text=told.text)
        form = corrected if corrected is not None and corrected.prefix == form.prefix else form
    return {
        "text": told.text,
        "until": told.shown_until,
        "state": state,
        "corrections": told.corrections,
        "form": form,
        "correct_url": reverse("dashboard:notice_correct", args=[program, told.id]) if form and program else "",
    }


def _teller(request: DeskRequest, kind: str) -> Teller:
    currency = request.brand.currency
    return Teller(
        unit=currency if kind == "cashback" else POINTS,
        currency=currency,
        locale=words.locale(),
        names=rule_names(tenant=request.tenant),
    )


def _sentence(request: DeskRequest, rules: RuleSet, kind: str) -> str:
    teller = _teller(request, kind)
    return " ".join(teller.rule(rule) for rule in rules.rules)
