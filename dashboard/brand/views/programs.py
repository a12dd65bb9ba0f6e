"""Programmes: how customers earn, version by version."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.programs import NewProgramForm, NewVersionForm, RuleForm, is_simple, symbol_of
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.rules.wording import Teller
from insights.selectors import rule_names
from programs.infos import ProgramInfo, RuleVersionInfo
from programs.presets import PRESETS
from programs.rules import InvalidRule, RuleSet, read_rules
from programs.selectors import get_program, programs
from programs.selectors.catalogue import rule_versions
from programs.selectors.notices import NoticeInfo, notices_of
from programs.services import open_program, publish_rule, set_program_status
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
            | {"notice": _notice(told.get(version.id)), "edit_url": _edit_url(version, info, edit_url)}
            for version in newest_first
        ],
        "edit_url": edit_url,
        "change_url": reverse("dashboard:program_change", args=[program]) if may_change else "",
        "status_url": reverse("dashboard:program_status", args=[program]) if may_change else "",
    }
    return render_page(request, "dashboard/program.html", context)


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
    form = NewVersionForm(
        request.POST if request.method == "POST" else None, stores=stores(tenant=request.tenant), program=info
    )
    if request.method != "POST":
        return _form_page(request, form, program=info)
    if form.is_valid():
        try:
            publish_rule(
                tenant=request.tenant,
                program=program,
                spec=form.spec(),
                actor=request.actor,
                effective_at=form.effective_at(),
                based_on=form.cleaned_data["based_on"],
            )
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, _FIELDS)
        else:
            messages.success(request, _("Nova versão publicada. Vendas de antes continuam pela versão de então."))
            return HttpResponseRedirect(reverse("dashboard:program", args=[program]))
    return _form_page(request, form, program=info, status=422)


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
    """The sentence of the rule that is being typed, as customers will read it."""
    typed = request.GET.copy()
    typed["name"] = "-"
    typed["kind"] = typed.get("program_kind") or typed.get("kind") or ""
    form = NewProgramForm(typed, stores=stores(tenant=request.tenant), currency=request.brand.currency)
    words_ = ""
    if form.is_valid():
        try:
            words_ = _sentence(request, read_rules(form.spec()), form.program_kind())
        except InvalidRule:
            words_ = ""
    return render_page(request, "dashboard/program_sentence.html", {"sentence": words_})


def _form_page(
    request: DeskRequest, form: RuleForm, *, program: ProgramInfo | None = None, status: int = 200
) -> HttpResponse:
    version = program.last if program else None
    initial = {"effect": {"kind": "percentage", "basis_points": 500}}
    back = reverse("dashboard:program", args=[program.id]) if program else reverse("dashboard:programs")
    context = {
        "section": "programs",
        "form": form,
        "program": program,
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


def _notice(told: NoticeInfo | None) -> dict[str, Any] | None:
    """What was told of a version, and how far it went."""
    if told is None:
        return None
    count = words.number(told.messages)
    state = ""
    if told.sends:
        sent = _("%(count)s mensagens escritas.") % {"count": count}
        state = sent if told.sent_at else _("Enviando: %(count)s mensagens até agora.") % {"count": count}
    return {"text": told.text, "until": told.shown_until, "state": state}


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
