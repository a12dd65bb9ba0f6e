"""Keys of the API: made, shown once, revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand.access import desk
from dashboard.brand.forms.settings import KeyForm
from dashboard.brand.once import once_per_form
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.errors import ApiKeyUnknown
from smartbis.tenancy.selectors import api_keys
from smartbis.tenancy.services import create_api_key, revoke_api_key


@desk(reads="key.see")
def index(request: DeskRequest) -> HttpResponse:
    """Every key without its secret, those in use first."""
    found = sorted(api_keys(tenant=request.tenant), key=lambda each: each.revoked_at is not None)
    may_change = request.may("key.change")
    rows = [
        {
            "key": each,
            "scopes": sorted(each.scopes),
            "revoke_url": reverse("dashboard:key_revoke", args=[each.id])
            if may_change and each.revoked_at is None
            else "",
        }
        for each in found
    ]
    new_url = reverse("dashboard:key_new") if may_change else ""
    return render_page(request, "dashboard/keys.html", {"section": "keys", "rows": rows, "new_url": new_url})


@desk(reads="key.change", writes="key.change")
def new(request: DeskRequest) -> HttpResponse:
    """Make a key once for each rendered form; its secret is on the answer and nowhere else."""
    sent = request.POST if request.method == "POST" else None
    form = KeyForm(sent)
    if sent is not None and form.is_valid():
        try:
            secret = _create(request, form)
        except DomainError as error:
            form.refuse(error)
        else:
            if secret is None:
                messages.error(request, _("Esta chave já foi criada, e o segredo só aparece uma vez. Crie outra."))
                return HttpResponseRedirect(reverse("dashboard:keys"))
            context = {"section": "keys", "name": form.cleaned_data["name"], "secret": secret}
            return render_page(request, "dashboard/key_made.html", context, status=201)
    return render_page(
        request, "dashboard/key_form.html", {"section": "keys", "form": form}, status=422 if form.errors else 200
    )


@desk(writes="key.change")
def revoke(request: DeskRequest, key: UUID) -> HttpResponse:
    """End a key at once."""
    if all(each.id != key for each in api_keys(tenant=request.tenant)):
        raise ApiKeyUnknown
    revoke_api_key(tenant=request.tenant, key=key, actor=request.actor)
    messages.success(request, _("Chave revogada: quem a usa é recusado a partir de agora."))
    return HttpResponseRedirect(reverse("dashboard:keys"))


def _create(request: DeskRequest, form: KeyForm) -> str | None:
    """The secret of the new key; None when this form made one before. What is kept for repeats holds no secret."""
    made: list[str] = []

    def make() -> UUID:
        info, secret = create_api_key(
            tenant=request.tenant,
            name=form.cleaned_data["name"],
            scopes=form.chosen_scopes(),
            kind=form.cleaned_data["kind"],
            actor=request.actor,
        )
        made.append(secret)
        return info.id

    once_per_form(request, form, "key", make)
    return made[0] if made else None
