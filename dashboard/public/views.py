"""What Smartbis is, and how its people get to their place: sign in, choose a brand, sign out."""

from math import ceil
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_cookie

from dashboard.public.forms import SignInForm
from dashboard.requests import address_of
from smartbis.kernel.errors import TooManyAttempts
from smartbis.tenancy.middleware import SESSION_TENANT
from smartbis.tenancy.selectors import StaffInfo, TenantInfo, teams_of_user
from smartbis.tenancy.services import sign_in_person
from smartbis.tenancy.services.sign_in import SignInRefused

COUNTER, DASHBOARD = "/counter/", "/dashboard/"
AT_THE_COUNTER = frozenset({"operator", "partner"})
LONGEST_NEXT = 500


@require_GET
@vary_on_cookie
def home(request: HttpRequest) -> HttpResponse:
    """The product page."""
    return render(request, "public/home.html", {"is_signed_in": request.user.is_authenticated})


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign staff in with a session of its own; what was asked for before comes next."""
    if request.method == "GET":
        if request.user.is_authenticated:
            return HttpResponseRedirect(_after_sign_in(safe_next(request)))
        return _sign_in_page(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, status=422)
    try:
        user = sign_in_person(**form.cleaned_data, address=address_of(request))
    except SignInRefused:
        form.add_error(None, _("E-mail ou senha não conferem."))
        return _sign_in_page(request, form, status=422)
    except TooManyAttempts as error:
        form.add_error(None, wait_words(error.params["retry_after"]))
        response = _sign_in_page(request, form, status=429)
        response["Retry-After"] = str(error.params["retry_after"])
        return response
    auth.login(request, user)
    request.session.pop(SESSION_TENANT, None)
    return HttpResponseRedirect(_after_sign_in(safe_next(request)))


@never_cache
@require_http_methods(["GET", "POST"])
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Send everybody to their place; who works for several brands chooses one first."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse("public:sign_in"))
    teams = teams_of_user(request.user.pk)
    if not teams:
        return render(request, "public/no_team.html", {"email": request.user.get_username()}, status=403)
    if request.method == "POST":
        chosen = _team_named(teams, request.POST.get("brand", ""))
        if chosen is None:
            return _choice_page(request, teams, status=404)
        request.session[SESSION_TENANT] = str(chosen[0].id)
        return HttpResponseRedirect(safe_next(request) or place_of(chosen[1]))
    remembered = _team_named(teams, str(request.session.get(SESSION_TENANT, "")))
    if len(teams) > 1 and (remembered is None or "choose" in request.GET):
        return _choice_page(request, teams)
    member = (remembered or teams[0])[1]
    return HttpResponseRedirect(safe_next(request) or place_of(member))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; the session and all it knew are gone."""
    auth.logout(request)
    return HttpResponseRedirect(reverse("public:home"))


def place_of(member: StaffInfo) -> str:
    """Where somebody of this role works."""
    return COUNTER if member.role in AT_THE_COUNTER else DASHBOARD


def safe_next(request: HttpRequest) -> str:
    """The page of this site that was asked for before signing in, or nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and wanted.startswith("/") and len(wanted) <= LONGEST_NEXT else ""


def _after_sign_in(wanted: str) -> str:
    address = reverse("public:after_sign_in")
    return f"{address}?{urlencode({'next': wanted})}" if wanted else address


def _team_named(teams: list[tuple[TenantInfo, StaffInfo]], text: str) -> tuple[TenantInfo, StaffInfo] | None:
    try:
        tenant = UUID(text)
    except ValueError:
        return None
    return next((team for team in teams if team[0].id == tenant), None)


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "next": safe_next(request)}
    return render(request, "public/sign_in.html", context, status=status)


def _choice_page(request: HttpRequest, teams: list[tuple[TenantInfo, StaffInfo]], status: int = 200) -> HttpResponse:
    roles = _role_names()
    brands = [{"id": brand.id, "name": brand.name, "role": roles[member.role]} for brand, member in teams]
    return render(request, "public/choose_brand.html", {"brands": brands, "next": safe_next(request)}, status=status)


def _role_names() -> dict[str, str]:
    return {
        "owner": _("Dono"),
        "manager": _("Gerente"),
        "attendant": _("Atendente"),
        "operator": _("Operador"),
        "partner": _("Parceiro"),
        "analyst": _("Analista"),
    }


def wait_words(seconds: int) -> str:
    """How long somebody has to wait who tried too often."""
    minutes = ceil(seconds / 60)
    return ngettext(
        "Muitas tentativas. Espere %(minutes)s minuto e tente de novo.",
        "Muitas tentativas. Espere %(minutes)s minutos e tente de novo.",
        minutes,
    ) % {"minutes": minutes}
