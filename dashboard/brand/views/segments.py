"""Segments: the list, one with its members, the editor with a count, lists by hand."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.programs import symbol_of
from dashboard.brand.forms.segments import LinesForm, ListForm, SegmentForm, TagForm
from dashboard.brand.pages import render_page
from dashboard.brand.reports import Cell, csv_response
from dashboard.brand.requests import DeskRequest
from dashboard.brand.segments import PRESETS, conditions, preset_spec
from dashboard.brand.selectors.belonging import belonging_choices
from dashboard.brand.selectors.segments import segment_page
from insights.infos import SegmentInfo
from insights.segments.spec import SegmentSpec
from insights.selectors import count_members, every_member, get_segment, segments
from insights.services import (
    add_to_segment_by_list,
    ask_for_refresh,
    change_segment,
    create_segment,
    delete_segment,
    remove_from_segment,
    tag_segment,
)
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.tenancy.selectors import stores

SHOWN_UNKNOWN = 50


@desk(reads="segment.see")
def index(request: DeskRequest) -> HttpResponse:
    """Every segment with its size; at first the presets to start from."""
    may_change = request.may("segment.change")
    new_url = reverse("dashboard:segment_new") if may_change else ""
    names = _names(request)
    context = {
        "section": "segments",
        "segments": [_row(request, each, names) for each in segments(tenant=request.tenant)],
        "new_url": new_url,
        "list_url": reverse("dashboard:segment_list_new") if may_change else "",
        "presets": [
            {"name": each.name, "text": each.text, "icon": each.icon, "href": f"{new_url}?preset={each.key}"}
            for each in PRESETS
            if may_change
        ],
    }
    return render_page(request, "dashboard/segments.html", context)


@desk(reads="segment.change", writes="segment.change")
def new(request: DeskRequest) -> HttpResponse:
    """Make a filter, from a preset or from nothing."""
    preset = next((each for each in PRESETS if each.key == request.GET.get("preset")), None)
    if request.method != "POST":
        spec = preset_spec(preset, request.brand.currency) if preset else None
        form = _form(request, spec=spec, initial={"name": str(preset.name)} if preset else {})
        return _editor(request, form, None, count=_count(request, spec) if spec else None)
    form = _form(request, request.POST)
    if form.is_valid():
        try:
            info = create_segment(
                tenant=request.tenant,
                name=form.cleaned_data["name"],
                kind="filter",
                spec=form.spec(),
                actor=request.actor,
            )
        except DomainError as error:
            form.refuse(error, form.refusals)
        else:
            messages.success(request, _("Segmento criado: em instantes você vê quem está nele."))
            return _to(info.key)
    return _editor(request, form, None, status=422)


@desk(reads="segment.change", writes="segment.change")
def change(request: DeskRequest, segment: str) -> HttpResponse:
    """Rename a segment; of a filter also what it asks for."""
    info = get_segment(tenant=request.tenant, key=segment)
    if info.kind == "manual":
        return _rename(request, info)
    if request.method != "POST":
        form = _form(request, spec=info.spec, initial={"name": info.name})
        return _editor(request, form, info, count=_count(request, info.spec))
    form = _form(request, request.POST, spec=info.spec)
    if form.is_valid():
        try:
            change_segment(
                tenant=request.tenant,
                key=segment,
                name=form.cleaned_data["name"],
                spec=form.spec(),
                actor=request.actor,
            )
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error, form.refusals)
        else:
            messages.success(request, _("Segmento atualizado: em instantes a lista de clientes acompanha."))
            return _to(segment)
    return _editor(request, form, info, status=422)


@desk(writes="segment.change")
def count(request: DeskRequest) -> HttpResponse:
    """How many customers the typed filter finds now; nothing is saved."""
    form = _form(request, request.POST)
    form.fields["name"].required = False
    found: str | None = None
    if form.is_valid():
        try:
            found = _count(request, SegmentSpec.read(form.spec()))
        except DomainError:
            found = None
    return render_page(request, "dashboard/segment_count.html", {"count": found})


@desk(reads="segment.change", writes="segment.change")
def new_list(request: DeskRequest) -> HttpResponse:
    """Make a list that is kept by hand."""
    form = ListForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            info = create_segment(
                tenant=request.tenant, name=form.cleaned_data["name"], kind="manual", actor=request.actor
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(reverse("dashboard:segment_add", args=[info.key]))
    context = {"section": "segments", "form": form}
    return render_page(request, "dashboard/segment_list_form.html", context, status=422 if form.errors else 200)


@desk(reads="segment.see")
def show(request: DeskRequest, segment: str) -> HttpResponse:
    """One segment and who is in it."""
    return _page(request, segment)


@desk(writes="segment.change")
def refresh(request: DeskRequest, segment: str) -> HttpResponse:
    """Have a filter looked up now."""
    ask_for_refresh(tenant=request.tenant, key=segment)
    messages.info(request, _("O filtro está sendo refeito: leva alguns segundos."))
    return _to(segment)


@desk(writes="segment.change")
def delete(request: DeskRequest, segment: str) -> HttpResponse:
    """Delete a segment; its customers stay."""
    delete_segment(tenant=request.tenant, key=segment, actor=request.actor)
    messages.success(request, _("Segmento apagado. Os clientes continuam."))
    return HttpResponseRedirect(reverse("dashboard:segments"))


@desk(reads="segment.see")
def members_csv(request: DeskRequest, segment: str) -> HttpResponse:
    """Who is in a segment, as a table for spreadsheets; contacts are masked."""
    header: list[Cell] = [
        _("Nome"),
        _("Telefone"),
        _("E-mail"),
        _("Código na loja"),
        _("Cliente desde"),
        _("Aqui desde"),
    ]
    rows: list[list[Cell]] = [header]
    for member in every_member(tenant=request.tenant, key=segment):
        who = member.customer
        rows.append(
            [
                who.name,
                who.phone_masked,
                who.email_masked,
                who.external_id,
                who.enrolled_at.date().isoformat(),
                member.since.date().isoformat(),
            ]
        )
    return csv_response(rows, f"{segment}.csv")


@desk(reads="segment.change", writes="segment.change")
def add(request: DeskRequest, segment: str) -> HttpResponse:
    """Put whom a pasted or uploaded list names on a list by hand: first a look, then for good."""
    info = get_segment(tenant=request.tenant, key=segment)
    if request.method != "POST":
        return _adder(request, info, LinesForm())
    form = LinesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _adder(request, info, form, status=422)
    is_look = request.POST.get("step") != "add"
    try:
        result = add_to_segment_by_list(
            tenant=request.tenant,
            key=segment,
            lines=form.cleaned_data["people"],
            actor=request.actor,
            dry_run=is_look,
        )
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error)
        return _adder(request, info, form, status=409)
    if not is_look:
        added = ngettext("%(count)s cliente entrou na lista.", "%(count)s clientes entraram na lista.", result.added)
        messages.success(request, added % {"count": words.number(result.added)})
        return _to(segment)
    look = {
        "lines": words.number(result.lines),
        "found": words.number(len(result.customers)),
        "added": words.number(result.added),
        "unknown_count": words.number(len(result.unknown)),
        "unknown": result.unknown[:SHOWN_UNKNOWN],
        "more": max(0, len(result.unknown) - SHOWN_UNKNOWN),
        "text": "\n".join(form.cleaned_data["people"]),
        "finds_any": bool(result.customers),
    }
    return _adder(request, info, LinesForm(initial={"lines": look["text"]}), look=look)


@desk(writes="segment.change")
def remove(request: DeskRequest, segment: str, customer: UUID) -> HttpResponse:
    """Take one customer off a list kept by hand."""
    try:
        remove_from_segment(tenant=request.tenant, key=segment, customers=[customer], actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    return _to(segment)


@desk(writes="segment.change")
def tag(request: DeskRequest, segment: str) -> HttpResponse:
    """Tag everybody who is in a segment now."""
    form = TagForm(request.POST)
    if not form.is_valid():
        return _page(request, segment, tag_form=form, status=422)
    try:
        tagged = tag_segment(tenant=request.tenant, key=segment, tag=form.cleaned_data["tag"], actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error)
        return _page(request, segment, tag_form=form, status=422)
    done = ngettext("%(count)s cliente etiquetado.", "%(count)s clientes etiquetados.", tagged)
    messages.success(request, done % {"count": words.number(tagged)})
    return _to(segment)


def _page(request: DeskRequest, segment: str, *, tag_form: TagForm | None = None, status: int = 200) -> HttpResponse:
    cursor = request.GET.get("cursor") or None
    found = segment_page(tenant=request.tenant, key=segment, cursor=cursor)
    may_change = request.may("segment.change")
    here = reverse("dashboard:segment", args=[segment])
    is_list = found.info.kind == "manual"

    def address(route: str) -> str:
        return reverse(f"dashboard:{route}", args=[segment]) if may_change else ""

    context = {
        "section": "segments",
        "segment": _row(request, found.info, _names(request)),
        "members": [
            {
                "href": reverse("dashboard:customer", args=[line.info.id]),
                "name": line.info.name or line.info.external_id or _("Sem nome"),
                "phone_masked": line.info.phone_masked,
                "balance_text": " · ".join(words.amount(each.available, each.unit) for each in line.balances) or "—",
                "purchases": words.number(line.purchases),
                "since": line.info.enrolled_at,
                "remove_url": reverse("dashboard:segment_remove", args=[segment, line.info.id])
                if is_list and may_change
                else "",
            }
            for line in found.members.items
        ],
        "next_url": f"{here}?{urlencode({'cursor': found.members.next_cursor})}" if found.members.next_cursor else "",
        "first_url": here if cursor else "",
        "csv_url": reverse("dashboard:segment_csv", args=[segment]),
        "change_url": address("segment_change"),
        "delete_url": address("segment_delete"),
        "asked_by": found.asked_by,
        "refresh_url": "" if is_list else address("segment_refresh"),
        "add_url": address("segment_add") if is_list else "",
        "tag_url": address("segment_tag"),
        "tag_form": tag_form or TagForm(),
    }
    return render_page(request, "dashboard/segment.html", context, status=status)


def _names(request: DeskRequest) -> dict[str, dict[str, str]]:
    """What filters name by id or key, by what it is."""
    known = {kind: dict(pairs) for kind, pairs in belonging_choices(tenant=request.tenant).items()}
    return known | {"stores": {str(each.id): each.name for each in stores(tenant=request.tenant, active_only=False)}}


def _row(request: DeskRequest, info: SegmentInfo, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    is_list = info.kind == "manual"
    return {
        "href": reverse("dashboard:segment", args=[info.key]),
        "key": info.key,
        "name": info.name,
        "is_list": is_list,
        "size": words.number(info.size),
        "size_text": _customers(info.size),
        "refreshed_at": info.refreshed_at,
        "is_waiting": info.is_waiting,
        "conditions": [] if is_list else conditions(info.spec, request.brand.currency, names),
    }


def _form(request: DeskRequest, data: Any = None, **options: Any) -> SegmentForm:
    return SegmentForm(
        data,
        currency=request.brand.currency,
        stores=stores(tenant=request.tenant),
        known=belonging_choices(tenant=request.tenant),
        **options,
    )


def _count(request: DeskRequest, spec: SegmentSpec) -> str:
    return _customers(count_members(tenant=request.tenant, spec=spec))


def _customers(count: int) -> str:
    return ngettext("%(count)s cliente", "%(count)s clientes", count) % {"count": words.number(count)}


def _editor(
    request: DeskRequest, form: SegmentForm, info: SegmentInfo | None, *, count: str | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "section": "segments",
        "form": form,
        "segment": info,
        "count": count,
        "count_url": reverse("dashboard:segment_count"),
        "cancel_url": reverse("dashboard:segment", args=[info.key]) if info else reverse("dashboard:segments"),
        "symbol": symbol_of(request.brand.currency, words.locale()),
    }
    return render_page(request, "dashboard/segment_form.html", context, status=status)


def _rename(request: DeskRequest, info: SegmentInfo) -> HttpResponse:
    form = ListForm(request.POST if request.method == "POST" else None, initial={"name": info.name})
    if request.method == "POST" and form.is_valid():
        change_segment(tenant=request.tenant, key=info.key, name=form.cleaned_data["name"], actor=request.actor)
        return _to(info.key)
    context = {"section": "segments", "form": form, "segment": info}
    return render_page(request, "dashboard/segment_list_form.html", context, status=422 if form.errors else 200)


def _adder(
    request: DeskRequest, info: SegmentInfo, form: LinesForm, *, look: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    context = {"section": "segments", "segment": info, "form": form, "look": look}
    return render_page(request, "dashboard/segment_add.html", context, status=status)


def _to(segment: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:segment", args=[segment]))
