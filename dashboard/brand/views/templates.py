"""Templates: all of them, one with its wordings, and the editor of one's own with what the phone will show."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.templates import TemplateForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import State, template_name, template_state
from dashboard.brand.template_phone import Pictures, phone, pictures_of
from dashboard.brand.template_words import (
    category_name,
    datum_name,
    fault_words,
    hint_words,
    language_name,
    part_name,
    template_quality,
    when_sent,
    wording_state,
)
from dashboard.brand.views.messages import frame
from messaging.category_advice import hints_of
from messaging.errors import TemplateNotFound
from messaging.infos import TriggerInfo, WordingInfo
from messaging.library import Category, language_for, template_spec
from messaging.own_templates import TemplateDraft
from messaging.selectors import channels, count_older_wordings, data_of, get_trigger, last_template_sync, triggers
from messaging.services import (
    choose_template,
    discard_template_draft,
    keep_header_file,
    renew_older_templates,
    request_template_sync,
    save_template_draft,
    submit_template,
)
from messaging.template_faults import faults_of
from smartbis.kernel.errors import DomainError

FIRST = "welcome"
BEFORE_META = ("DRAFT", "WAITING")


@desk(reads="message.see")
def index(request: DeskRequest) -> HttpResponse:
    """Every template with the wording that is sent and what Meta says of it."""
    sync = last_template_sync(tenant=request.tenant)
    is_moving = sync is not None and sync.is_open
    has_channel = bool(channels(tenant=request.tenant))
    language = language_for(request.brand.locale)
    found = triggers(tenant=request.tenant)
    pictures = pictures_of(request.tenant, (_shown(each, language).draft for each in found))
    context = frame("templates") | {
        "rows": [_row(each, language, pictures) for each in found],
        "sync": sync,
        "is_moving": is_moving,
        "has_channel": has_channel,
        "here": reverse("dashboard:templates"),
        "sync_url": reverse("dashboard:templates_sync")
        if has_channel and not is_moving and request.may("message.change")
        else "",
        "channel_url": reverse("dashboard:channel"),
        "older": count_older_wordings(tenant=request.tenant),
        "renew_url": reverse("dashboard:templates_renew") if request.may("message.change") else "",
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "templates"
    return render_page(request, "dashboard/templates_list.html" if is_fragment else "dashboard/templates.html", context)


@desk(writes="message.change")
def sync(request: DeskRequest) -> HttpResponse:
    """Have Meta asked anew what it says of each template; the list tells how far that is."""
    request_template_sync(tenant=request.tenant, actor=request.actor)
    return HttpResponseRedirect(reverse("dashboard:templates"))


@desk(writes="message.change")
def renew(request: DeskRequest) -> HttpResponse:
    """Send the library's wordings of today to Meta where older buttons were approved."""
    count = renew_older_templates(tenant=request.tenant, actor=request.actor)
    if count:
        said = ngettext(
            "%(n)s modelo a caminho da Meta. Até a aprovação, segue o de antes.",
            "%(n)s modelos a caminho da Meta. Até a aprovação, seguem os de antes.",
            count,
        )
        messages.success(request, said % {"n": words.number(count)})
    return HttpResponseRedirect(reverse("dashboard:templates"))


@desk(reads="message.see")
def one(request: DeskRequest) -> HttpResponse:
    """One template with all its wordings in each language."""
    info = get_trigger(tenant=request.tenant, key=request.GET.get("template") or FIRST)
    may_change = request.may("message.change") and info.is_writable
    pictures = pictures_of(request.tenant, (each.draft for found in info.wordings.values() for each in found))
    context = frame("templates") | {
        "name": template_name(info.key),
        "when": when_sent(info.key),
        "key": info.key,
        "is_writable": info.is_writable,
        "languages": [_language(info, language, may_change, pictures) for language in info.wordings],
        "use_url": reverse("dashboard:template_use") if may_change else "",
        "back_url": reverse("dashboard:templates"),
    }
    return render_page(request, "dashboard/template.html", context)


@desk(reads="message.change", writes="message.change")
def write(request: DeskRequest) -> HttpResponse:
    """The editor: keep a draft, send it to Meta, or throw it away."""
    info, language = _asked(request)
    draft = next((each for each in info.wordings[language] if each.status == "DRAFT"), None)
    if request.method != "POST":
        form = TemplateForm.shown((draft or _origin(request, info, language)).draft)
        return _editor(request, form, info, language, draft)
    if request.POST.get("do") == "discard":
        return _discard(request, info, draft)
    form = TemplateForm(request.POST, request.FILES)
    if form.is_valid():
        response = _keep(request, form, info.key, language)
        if response is not None:
            return response
    return _editor(request, form, info, language, draft, status=422)


@desk(writes="message.change")
def preview(request: DeskRequest) -> HttpResponse:
    """What the phone will show of what is typed, what Meta would refuse in it, and what reads as marketing."""
    info, language = _asked(request)
    form = TemplateForm(request.POST)
    form.is_valid()
    context = _looks(request, form.draft(), info.key, language)
    return render_page(request, "dashboard/template_preview.html", context)


@desk(writes="message.change")
def use(request: DeskRequest) -> HttpResponse:
    """Choose the wording that a template is sent in from now on."""
    info, language = _asked(request)
    number = request.POST.get("number", "0")
    try:
        choose_template(
            tenant=request.tenant,
            key=info.key,
            language=language,
            number=int(number) if number.isascii() and number.isdecimal() else 0,
            actor=request.actor,
        )
    except TemplateNotFound:
        messages.error(request, _("Esta versão não existe mais. Nada foi alterado."))
    else:
        messages.success(request, _("Escolhida. Enquanto a Meta não aprovar, segue a última aprovada antes dela."))
    return HttpResponseRedirect(_address("template", info.key))


def _asked(request: DeskRequest) -> tuple[TriggerInfo, str]:
    """The template and language that a page is about: in the address, or sent along. Raises TemplateNotFound."""
    told = request.POST if request.method == "POST" else request.GET
    info = get_trigger(tenant=request.tenant, key=told.get("template") or FIRST)
    language = told.get("language") or language_for(request.brand.locale)
    if not info.is_writable or language not in info.wordings:
        raise TemplateNotFound
    return info, language


def _origin(request: DeskRequest, info: TriggerInfo, language: str) -> WordingInfo:
    """The wording that a new one begins as: the one that was asked for, else the library's."""
    found = info.wordings[language]
    return next((each for each in found if str(each.number) == request.GET.get("since")), found[-1])


def _keep(request: DeskRequest, form: TemplateForm, key: str, language: str) -> HttpResponse | None:
    """Keep the draft and, where that was asked for, submit it; None with the form's errors set where it was not."""
    if form.upload is not None:
        # Kept before anything else is judged, so that nobody has to choose it again.
        try:
            form.hold(keep_header_file(tenant=request.tenant, file=form.upload, actor=request.actor))
        except DomainError as error:
            form.refuse(error)
            return None
    draft = form.draft(is_sent=True)
    is_sent = request.POST.get("do") == "submit"
    has_shop = bool(request.brand.shop_url)
    if is_sent and (faults := faults_of(draft, template_spec(key), language, has_shop=has_shop)):
        form.tell(faults)
        return None
    try:
        kept = save_template_draft(tenant=request.tenant, key=key, language=language, draft=draft, actor=request.actor)
        if is_sent and kept.id is not None:
            submit_template(tenant=request.tenant, version=kept.id, actor=request.actor)
    except DomainError as error:
        form.refuse(error)
        return None
    if is_sent:
        messages.success(request, _("A caminho da Meta. Até a aprovação, segue a versão de antes."))
        return HttpResponseRedirect(_address("template", key))
    messages.success(request, _("Rascunho guardado."))
    return HttpResponseRedirect(_address("template_write", key, language))


def _discard(request: DeskRequest, info: TriggerInfo, draft: WordingInfo | None) -> HttpResponse:
    if draft is not None and draft.id is not None:
        discard_template_draft(tenant=request.tenant, version=draft.id, actor=request.actor)
        messages.success(request, _("Rascunho jogado fora."))
    return HttpResponseRedirect(_address("template", info.key))


def _editor(
    request: DeskRequest,
    form: TemplateForm,
    info: TriggerInfo,
    language: str,
    draft: WordingInfo | None,
    status: int = 200,
) -> HttpResponse:
    samples = data_of(info.key, language)
    written = form.draft() if form.is_bound else (draft or _origin(request, info, language)).draft
    context = frame("templates") | {
        "form": form,
        "name": template_name(info.key),
        "when": when_sent(info.key),
        "key": info.key,
        "language": language,
        "language_name": language_name(language),
        "data": [
            {"code": f"{{{name}}}", "label": datum_name(name), "sample": sample} for name, sample in samples.items()
        ],
        "is_draft": draft is not None,
        "kept": written.media if written.media and written.media.id else None,
        "preview_url": reverse("dashboard:template_preview"),
        "back_url": _address("template", info.key),
    }
    return render_page(
        request, "dashboard/template_form.html", context | _looks(request, written, info.key, language), status=status
    )


def _looks(request: DeskRequest, draft: TemplateDraft, key: str, language: str) -> dict[str, Any]:
    """A wording as the phone shows it, and what there is to say of it."""
    faults = faults_of(draft, template_spec(key), language, has_shop=bool(request.brand.shop_url))
    hints = hints_of(draft) if draft.category is Category.UTILITY else ()
    return {
        "phone": phone(draft, key, language, pictures_of(request.tenant, [draft])),
        "faults": [
            {"part": part_name(each.where), "words": fault_words(each), "code": str(each.meta_code)} for each in faults
        ],
        "hints": [{"part": part_name(each.where), "phrase": each.phrase, "words": hint_words(each)} for each in hints],
    }


def _row(info: TriggerInfo, language: str, pictures: Pictures) -> dict[str, Any]:
    """A template's card: the wording that is sent in each language, and how it reads in the brand's."""
    shown = {each: _sent(found) for each, found in info.wordings.items()}
    own = _shown(info, language)
    return {
        "name": template_name(info.key),
        "when": when_sent(info.key),
        "href": _address("template", info.key),
        "phone": phone(own.draft, own.key, own.language, pictures),
        "languages": [
            {
                "name": language_name(each),
                "state": _state(wording),
                "what": _number(wording.number),
                "has_draft": any(one.status == "DRAFT" for one in info.wordings[each]),
            }
            for each, wording in shown.items()
        ],
    }


def _shown(info: TriggerInfo, language: str) -> WordingInfo:
    """The wording that is sent in a language, or in another where the template has none in that."""
    return _sent(info.wordings.get(language) or next(iter(info.wordings.values())))


def _sent(found: tuple[WordingInfo, ...]) -> WordingInfo:
    """The wording that goes out now, else the newest that will once it is approved."""
    return next((each for each in found if each.is_used), None) or _chosen(found)


def _chosen(found: tuple[WordingInfo, ...]) -> WordingInfo:
    """The wording that somebody chose last: the newest that was submitted and not retired."""
    return next((each for each in found if each.status != "DRAFT" and not each.is_retired), found[-1])


def _language(info: TriggerInfo, language: str, may_change: bool, pictures: Pictures) -> dict[str, Any]:
    found = info.wordings[language]
    draft = next((each for each in found if each.status == "DRAFT"), None)
    chosen = _chosen(found) if may_change else None
    return {
        "code": language,
        "name": language_name(language),
        "wordings": [
            _wording(each, may_change, pictures, has_draft=draft is not None)
            | {"can_use": may_change and each.status != "DRAFT" and each is not chosen}
            for each in found
        ],
        "write_url": _address("template_write", info.key, language) if may_change else "",
        "has_draft": draft is not None,
    }


def _wording(info: WordingInfo, may_change: bool, pictures: Pictures, *, has_draft: bool) -> dict[str, Any]:
    is_draft = info.status == "DRAFT"
    since = f"&{urlencode({'since': info.number})}" if info.number else ""
    return {
        "what": _number(info.number),
        "number": info.number,
        "state": _state(info),
        "quality": template_quality(info.quality),
        "category": category_name(info.category or info.draft.category.value),
        "is_recategorised": bool(info.category) and info.category != info.draft.category.value,
        "reason": info.reason,
        "is_used": info.is_used,
        "is_draft": is_draft,
        "phone": phone(info.draft, info.key, info.language, pictures),
        "changed_at": info.submitted_at or info.changed_at,
        "synced_at": info.synced_at,
        "write_url": f"{_address('template_write', info.key, info.language)}{since}"
        if may_change and (is_draft or not has_draft)
        else "",
    }


def _state(info: WordingInfo) -> State:
    if info.status in BEFORE_META or info.is_retired:
        return wording_state(info.status, info.is_retired)
    if info.has_older_buttons and info.status == "APPROVED":
        return State(_("aprovado com botões antigos"), "warn", "history")
    return template_state(info.status)


def _number(number: int) -> str:
    return _("Versão %(number)s") % {"number": words.number(number)} if number else _("Da biblioteca")


def _address(page: str, key: str, language: str = "") -> str:
    told = {"template": key} | ({"language": language} if language else {})
    return f"{reverse(f'dashboard:{page}')}?{urlencode(told)}"
