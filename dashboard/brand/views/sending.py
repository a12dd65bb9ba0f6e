"""When and how often the brand writes to a person."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand.access import desk
from dashboard.brand.forms.sending import SendingRulesForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.views.messages import frame
from messaging.selectors import sending_rules
from messaging.services import set_sending_rules
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.selectors import get_tenant


@desk(reads="message.see", writes="message.change")
def rules(request: DeskRequest) -> HttpResponse:
    """The rules in force; a posted form decides others."""
    if request.method == "POST":
        form = SendingRulesForm(request.POST)
        if form.is_valid():
            try:
                set_sending_rules(tenant=request.tenant, rules=form.rules(), actor=request.actor)
            except DomainError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Regras guardadas. Valem também para o que já espera na fila."))
                return HttpResponseRedirect(reverse("dashboard:sending_rules"))
    else:
        form = SendingRulesForm.shown(sending_rules(tenant=request.tenant))
    context: dict[str, Any] = frame("rules") | {
        "form": form,
        "may_change": request.may("message.change"),
        "zone": get_tenant(tenant=request.tenant).timezone,
    }
    return render_page(request, "dashboard/sending_rules.html", context, status=422 if form.errors else 200)
