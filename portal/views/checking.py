"""Asking about a voucher's code without being known: one page, one answer for all that is not good."""

import math

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from portal import words
from portal.access import public_page
from portal.forms import VoucherCodeForm
from portal.pages import render_page
from portal.requests import PortalRequest, address_of
from smartbis.kernel.clock import now
from smartbis.kernel.errors import TooManyAttempts
from smartbis.tenancy.selectors import stores
from vouchers.services.strangers import ask_about

MINUTE = 60


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def check(request: PortalRequest) -> HttpResponse:
    """Say whether a bearer's code is good now; slowed and locked for who keeps trying."""
    form = VoucherCodeForm(request.POST or None)
    context: dict[str, object] = {"form": form, "is_asked": False, "wait": 0}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            found = ask_about(
                tenant=request.tenant, code=form.cleaned_data["code"], address=address_of(request)
            ).voucher
        except TooManyAttempts as error:
            seconds = max(1, int(error.params["retry_after"]))
            context |= {"wait": math.ceil(seconds / 60), "wait_seconds": seconds if seconds < MINUTE else 0}
            status = 429
        else:
            context |= {"is_asked": True, "voucher": found}
            if found is not None:
                names = {store.id: store.name for store in stores(tenant=request.tenant)}
                context |= {
                    "value_text": words.value_text(found),
                    "deadline": words.how_long(found.valid_until, now()),
                    "terms": words.terms_of(found, names),
                }
    return render_page(request, "portal/check.html", context, status=status)
