"""The brand's own settings, with its colour tried out while it is chosen."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand.access import desk
from dashboard.brand.forms.settings import BrandForm, TillForm
from dashboard.brand.pages import picture_url, render_page
from dashboard.brand.pictures import keep_picture
from dashboard.brand.requests import DeskRequest
from programs.checkouts.infos import TillTermsInfo
from programs.checkouts.terms import set_till_terms, till_terms
from smartbis.kernel.colour import brand_tokens, is_adjusted
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.services import change_brand


@desk(reads="brand.change", writes="brand.change")
def settings(request: DeskRequest) -> HttpResponse:
    """Name, colours, logo, terms and policies."""
    sent = request.POST if request.method == "POST" else None
    form = BrandForm(sent, request.FILES if sent is not None else None, brand=request.brand)
    if sent is not None and form.is_valid():
        changes = form.settings()
        logo = form.cleaned_data.get("logo")
        if logo:
            changes["logo"] = keep_picture(request.tenant, "logo", logo)
        elif form.cleaned_data.get("remove_logo"):
            changes["logo"] = ""
        try:
            change_brand(tenant=request.tenant, actor=request.actor, **changes)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Marca salva. O portal já está assim."))
            return HttpResponseRedirect(reverse("dashboard:settings"))
    return _page(request, form, TillForm(initial=vars(till_terms(tenant=request.tenant))))


@desk(writes="brand.change")
def till(request: DeskRequest) -> HttpResponse:
    """How tills and checkouts use what customers have."""
    form = TillForm(request.POST)
    if form.is_valid():
        set_till_terms(tenant=request.tenant, terms=TillTermsInfo(**form.cleaned_data), actor=request.actor)
        messages.success(request, _("Balcão e checkout salvos."))
        return HttpResponseRedirect(f"{reverse('dashboard:settings')}#till")
    return _page(request, BrandForm(None, None, brand=request.brand), form)


def _page(request: DeskRequest, form: BrandForm, till_form: TillForm) -> HttpResponse:
    context = {
        "section": "settings",
        "form": form,
        "till_form": till_form,
        "is_adjusted": is_adjusted(request.brand.brand_colour),
        "tones_url": reverse("dashboard:settings_tones"),
        "logo_url": picture_url(request.brand.logo),
        "portal_url": reverse("portal:home", args=[request.brand.slug]),
    }
    return render_page(
        request, "dashboard/settings.html", context, status=422 if form.errors or till_form.errors else 200
    )


@desk(reads="brand.change")
def tones(request: DeskRequest) -> HttpResponse:
    """The readable tones of a colour as JSON, for the preview on the page."""
    try:
        colour = request.GET.get("colour", "")
        return JsonResponse({"tokens": brand_tokens(colour), "is_adjusted": is_adjusted(colour)})
    except ValueError:
        return JsonResponse({"tokens": {}, "is_adjusted": False}, status=400)
