"""The people of the team, and their ways in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.settings import MemberChangeForm, MemberForm
from dashboard.brand.pages import render_page, role_name
from dashboard.brand.requests import DeskRequest
from smartbis.kernel.codes import group_code
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.errors import StaffUnknown
from smartbis.tenancy.selectors import StaffInfo, partners, staff, stores
from smartbis.tenancy.services import change_staff, invite_staff


@desk(reads="team.see")
def index(request: DeskRequest) -> HttpResponse:
    """Who works for the brand."""
    places = {each.id: each.name for each in stores(tenant=request.tenant, active_only=False)}
    companies = {each.id: each.name for each in partners(tenant=request.tenant)}
    may_change = request.may("team.change")
    rows = [
        {
            "name": each.name or each.email,
            "email": each.email,
            "role": role_name(each.role),
            "where": companies.get(each.partner_id, "") if each.partner_id else _where(each, places),
            "is_active": each.is_active,
            "is_invited": not each.has_joined,
            "is_self": each.user_id == request.actor.id,
            "change_url": reverse("dashboard:member_change", args=[each.id]) if may_change else "",
        }
        for each in staff(tenant=request.tenant)
    ]
    new_url = reverse("dashboard:member_new") if may_change else ""
    return render_page(request, "dashboard/team.html", {"section": "team", "people": rows, "new_url": new_url})


@desk(reads="team.change", writes="team.change")
def new(request: DeskRequest) -> HttpResponse:
    """Invite a person. The code is shown this once, alike for who has an account already and who has not."""
    sent = request.POST if request.method == "POST" else None
    form = MemberForm(sent, stores=stores(tenant=request.tenant), partners=partners(tenant=request.tenant))
    if sent is not None and form.is_valid():
        given = form.cleaned_data
        try:
            _info, code = invite_staff(
                tenant=request.tenant,
                email=given["email"],
                name=given["name"],
                role=given["role"],
                stores=form.store_ids(),
                partner=form.partner_id(),
                actor=request.actor,
            )
        except DomainError as error:
            taken = error.code == "slug_taken"
            text = _("Esta pessoa já está na equipe.") if taken else words.refusal(error)
            form.add_error("email" if taken else None, text)
        else:
            context = {"section": "team", "name": given["name"], "email": given["email"]} | _way_in(request, code)
            return render_page(request, "dashboard/member_added.html", context, status=201)
    context = {"section": "team", "form": form, "member": None}
    return render_page(request, "dashboard/member_form.html", context, status=422 if form.errors else 200)


@desk(reads="team.change", writes="team.change")
def change(request: DeskRequest, member: UUID) -> HttpResponse:
    """Change a person's role and stores."""
    info = _find(request, member)
    sent = request.POST if request.method == "POST" else None
    form = MemberChangeForm(
        sent,
        stores=stores(tenant=request.tenant),
        is_partner=info.partner_id is not None,
        initial={
            "role": info.role,
            "everywhere": not info.is_limited,
            "stores": [str(each) for each in info.store_ids],
        },
    )
    if sent is not None and form.is_valid():
        try:
            change_staff(tenant=request.tenant, member=member, actor=request.actor, **form.changes())
        except DomainError as error:
            form.add_error(None, words.refusal(error))
        else:
            messages.success(request, _("Acesso atualizado."))
            return HttpResponseRedirect(reverse("dashboard:team"))
    context = {
        "section": "team",
        "form": form,
        "member": info,
        "activity_url": reverse("dashboard:member_activity", args=[member]),
    }
    return render_page(request, "dashboard/member_form.html", context, status=422 if form.errors else 200)


@desk(writes="team.change")
def set_activity(request: DeskRequest, member: UUID) -> HttpResponse:
    """Take somebody's way in away, or give it back."""
    info = _find(request, member)
    is_active = request.POST.get("active") == "1"
    try:
        change_staff(tenant=request.tenant, member=info.id, actor=request.actor, is_active=is_active)
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("Acesso devolvido.") if is_active else _("Acesso retirado, a partir de agora."))
    return HttpResponseRedirect(reverse("dashboard:team"))


def _way_in(request: DeskRequest, code: str) -> dict[str, str]:
    """What the person needs: their code, and where to enter it."""
    return {"code": group_code(code), "address": request.build_absolute_uri(reverse("public:invitation"))}


def _find(request: DeskRequest, member: UUID) -> StaffInfo:
    """Raises StaffUnknown."""
    found = next((each for each in staff(tenant=request.tenant) if each.id == member), None)
    if found is None:
        raise StaffUnknown
    return found


def _where(person: StaffInfo, places: dict[UUID, str]) -> str:
    if not person.is_limited:
        return _("todas as lojas")
    return ", ".join(sorted(places[each] for each in person.store_ids if each in places)) or _("nenhuma loja")
