"""Joining a team with the code that its owner handed over."""

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dashboard.public.forms import CodeForm, InvitationForm
from dashboard.public.views import place_of, wait_words
from dashboard.requests import address_of
from smartbis.kernel.errors import TooManyAttempts
from smartbis.tenancy.errors import InvitationRefused
from smartbis.tenancy.middleware import SESSION_TENANT
from smartbis.tenancy.selectors import StaffInfo
from smartbis.tenancy.services import join_by_code, join_with_password


@sensitive_post_parameters("password", "code")
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Take a code: of the signed-in person, or with e-mail and password of somebody who comes in by it."""
    form_of = CodeForm if request.user.is_authenticated else InvitationForm
    if request.method == "GET":
        return _page(request, form_of())
    form = form_of(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        member = _joined(request, form.cleaned_data)
    except InvitationRefused:
        known = _("O código não confere, já foi usado ou venceu.")
        form.add_error(None, known if request.user.is_authenticated else _("E-mail, código ou senha não conferem."))
        return _page(request, form, status=422)
    except TooManyAttempts as error:
        form.add_error(None, wait_words(error.params["retry_after"]))
        response = _page(request, form, status=429)
        response["Retry-After"] = str(error.params["retry_after"])
        return response
    return HttpResponseRedirect(place_of(member))


def _joined(request: HttpRequest, given: dict[str, str]) -> StaffInfo:
    """Raises InvitationRefused, TooManyAttempts."""
    if request.user.is_authenticated:
        tenant, member = join_by_code(user=request.user.pk, code=given["code"], address=address_of(request))
    else:
        person, tenant, member = join_with_password(**given, address=address_of(request))
        auth.login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    request.session[SESSION_TENANT] = str(tenant)
    return member


def _page(request: HttpRequest, form: CodeForm | InvitationForm, status: int = 200) -> HttpResponse:
    person = request.user.get_username() if request.user.is_authenticated else ""
    return render(request, "public/invitation.html", {"form": form, "person": person}, status=status)
