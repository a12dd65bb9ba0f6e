"""Files loaded into the brand: looked at first, loaded in the background, taken back whole."""

from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.imports import KIND_CHOICES, ImportForm, MappingForm, initial_of
from dashboard.brand.pages import render_page
from dashboard.brand.reports import streamed_csv
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import import_state
from programs.imports import (
    KINDS,
    PRESETS,
    ImportInfo,
    Preview,
    errors_csv,
    get_import,
    import_errors,
    import_header,
    imports_page,
    preview,
    start_import,
    undo_import,
)
from smartbis.kernel.errors import DomainError, InvalidInput, NotFound
from smartbis.tenancy.selectors import stores
from vouchers.selectors import coupons

ERRORS_SHOWN = 100
CELLS_SHOWN = 6


@desk(reads="import.see")
def index(request: DeskRequest) -> HttpResponse:
    """Every import, the newest first."""
    cursor = request.GET.get("cursor") or None
    page = imports_page(tenant=request.tenant, cursor=cursor)
    here = reverse("dashboard:imports")
    context = {
        "section": "imports",
        "imports": [_line(each) for each in page.items],
        "new_url": reverse("dashboard:import_new") if request.may("import.run") else "",
        "next_url": f"{here}?cursor={page.next_cursor}" if page.next_cursor else "",
        "first_url": here if cursor else "",
    }
    return render_page(request, "dashboard/imports.html", context)


@desk(reads="import.run", writes="import.run")
def new(request: DeskRequest) -> HttpResponse:
    """Upload a file: the first look suggests a mapping, the second sending starts a trial or the import itself."""
    if request.method != "POST":
        kind = request.GET.get("kind", "")
        initial = {"kind": kind if kind in KINDS else "purchases"}
        return _form_page(request, ImportForm(initial=initial, kinds=_kinds(request)))
    form = ImportForm(request.POST, request.FILES, kinds=_kinds(request))
    if not form.is_valid():
        return _form_page(request, form, status=422)
    file = form.cleaned_data["file"]
    kind = form.cleaned_data["kind"]
    try:
        found = preview(tenant=request.tenant, file=file, kind=kind)
        wanted = request.POST.get("action", "look")
        is_same = request.POST.get("looked_at") == _mark(found)
        mapping = _mapping_form(request, kind, found, is_sent=is_same)
        if wanted == "look" or not is_same or not mapping.is_valid():
            return _form_page(request, form, found=found, mapping=mapping, status=422 if mapping.errors else 200)
        file.seek(0)
        info = start_import(
            tenant=request.tenant,
            kind=kind,
            file=file,
            filename=file.name or "",
            mapping=mapping.mapping(_preset(request)),
            dry_run=wanted == "try",
            actor=request.actor,
        )
    except DomainError as error:
        return _refused(request, form, error)
    return HttpResponseRedirect(reverse("dashboard:import", args=[info.id]))


@desk(reads="import.see")
def show(request: DeskRequest, import_id: UUID) -> HttpResponse:
    """How far an import has come, and the rows that were not taken. The page asks again while it runs."""
    info = get_import(tenant=request.tenant, import_id=import_id)
    is_fragment = request.htmx and request.headers.get("HX-Target") == "progress"
    context: dict[str, Any] = {
        "section": "imports",
        "info": info,
        "state": import_state(info.status, info.is_undoing),
        "kind": _kind(info.kind),
        "is_moving": info.status in ("queued", "running"),
        "here": reverse("dashboard:import", args=[import_id]),
        "undo_url": reverse("dashboard:import_undo", args=[import_id])
        if info.can_undo and request.may("import.run")
        else "",
        "errors_url": reverse("dashboard:import_errors", args=[import_id]),
    }
    if not context["is_moving"]:
        found = islice(import_errors(tenant=request.tenant, import_id=import_id, notes=True), ERRORS_SHOWN)
        context |= {
            "errors": [(each, each.cells[:CELLS_SHOWN]) for each in found],
            "header": import_header(tenant=request.tenant, import_id=import_id)[:CELLS_SHOWN],
            "errors_shown": ERRORS_SHOWN,
        }
    return render_page(request, "dashboard/import_progress.html" if is_fragment else "dashboard/import.html", context)


@desk(reads="import.see")
def errors(request: DeskRequest, import_id: UUID) -> HttpResponseBase:
    """The rows that were not taken, as a file to mend and send again."""
    lines = errors_csv(tenant=request.tenant, import_id=import_id, notes=True)
    return streamed_csv(lines, f"errors-{import_id}.csv")


@desk(writes="import.run")
def undo(request: DeskRequest, import_id: UUID) -> HttpResponse:
    """Take back everything that an import brought."""
    try:
        undo_import(tenant=request.tenant, import_id=import_id, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("Desfazendo: tudo o que este arquivo trouxe é retirado."))
    return HttpResponseRedirect(reverse("dashboard:import", args=[import_id]))


def _kinds(request: DeskRequest) -> list[str]:
    """What somebody may load: opening balances are the owner's."""
    return [kind for kind, _name in KIND_CHOICES if kind != "balances" or request.may("import.balances")]


def _mapping_form(request: DeskRequest, kind: str, found: Preview, *, is_sent: bool) -> MappingForm:
    return MappingForm(
        request.POST if is_sent else None,
        kind=kind,
        fields=found.fields,
        columns=found.columns,
        stores=stores(tenant=request.tenant),
        coupons=[each for each in coupons(tenant=request.tenant) if not each.is_balance],
        currency=request.brand.currency,
        initial=initial_of(found),
    )


def _form_page(
    request: DeskRequest,
    form: ImportForm,
    *,
    found: Preview | None = None,
    mapping: MappingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "imports",
        "form": form,
        "found": found,
        "mapping": mapping,
        "mark": _mark(found) if found else "",
        "preset": found.suggested.get("preset", "") if found else "",
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "look"
    return render_page(
        request, "dashboard/import_look.html" if is_fragment else "dashboard/import_form.html", context, status=status
    )


def _refused(request: DeskRequest, form: ImportForm, error: DomainError) -> HttpResponse:
    """A file or mapping that cannot be: the reason at the file, with the look at it if one is possible."""
    form.add_error("file" if error.code == "import_file_refused" else None, _why(error))
    return _form_page(request, form, status=422)


def _why(error: DomainError) -> str:
    reasons = {
        "too_large": _("Este arquivo é grande demais: o limite é 256 MB."),
        "empty": _("Este arquivo está vazio."),
        "not_text": _("Isto não é um arquivo de texto. Salve a planilha como CSV (UTF-8)."),
        "too_many_rows": _("Este arquivo tem linhas demais: divida em partes."),
        "line_too_long": _("Uma linha deste arquivo não termina nunca. Confira o separador e as aspas."),
        "broken_gzip": _("O arquivo comprimido está danificado."),
    }
    if error.code == "import_mapping_refused" and isinstance(error, InvalidInput):
        if "store" in error.errors:
            return _("Escolha a loja destas vendas, ou a coluna que diz a loja.")
        if {"source", "reason"} & error.errors.keys():
            return _("Diga de que sistema vêm estes saldos, e por quê.")
        return _("Confira as colunas: falta dizer alguma das obrigatórias.")
    if error.code == "currency_mismatch":
        return _("Este arquivo está em outra moeda que a da marca.")
    return reasons.get(str(error.params.get("reason", "")), words.refusal(error))


def _mark(found: Preview) -> str:
    """Tells one file's columns from another's, so that a mapping is never applied to a file it was not made for."""
    return "\x1f".join(found.columns)[:2000]


def _preset(request: DeskRequest) -> str:
    asked = request.POST.get("preset", "")
    return asked if asked in PRESETS else ""


def _kind(kind: str) -> str:
    return str(dict(KIND_CHOICES).get(kind, kind))


def _line(info: ImportInfo) -> dict[str, Any]:
    return {
        "href": reverse("dashboard:import", args=[info.id]),
        "info": info,
        "kind": _kind(info.kind),
        "state": import_state(info.status, info.is_undoing),
    }
