"""Somebody new at the till."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.counter import pages, states
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import EnrolForm
from programs.referrals.services import bind_referral
from programs.services import may_sell
from smartbis.customers.errors import IdentityTaken
from smartbis.customers.infos import ConsentGiven, Origin
from smartbis.customers.services import enrol_customer
from smartbis.kernel.errors import InvalidInput, PermissionMissing


@require_POST
@counter_page("customer.enrol")
def enrol(request: CounterRequest) -> HttpResponse:
    """Enrol somebody with the consents they gave, and go on to their sale. Sent twice, it finds who it made."""
    if not may_sell(tenant=request.tenant, actor=request.actor):
        raise PermissionMissing(verb="customer.enrol")
    form = EnrolForm(request.POST, brand=request.brand, area_code=states.area_code(request))
    if not form.is_valid():
        return states.new(request, form=form, status=pages.REFUSED)
    given = form.cleaned_data
    consents = ConsentGiven(given["utility"], given["marketing"], request.brand.terms_version)
    try:
        person = enrol_customer(
            tenant=request.tenant,
            name=given["name"],
            phone=given["phone"],
            cpf=given["cpf"] or None,
            consents=consents,
            origin=Origin(channel="counter", store=request.store.id, actor=request.actor),
        )
    except IdentityTaken as error:
        if error.customer is None:
            raise
        return states.found(request, error.customer, notice=_("Este telefone já tinha cadastro."))
    except InvalidInput:
        form.add_error(None, _("Confira o telefone e o CPF."))
        return states.new(request, form=form, status=pages.REFUSED)
    notice = _("Cadastro feito.")
    if given["referred_by"]:
        bound = bind_referral(
            tenant=request.tenant, code=given["referred_by"], friend=person.id, channel="counter", actor=request.actor
        )
        notice = (
            _("Cadastro feito, com a indicação.") if bound else _("Cadastro feito. O código de indicação não vale.")
        )
    return states.found(request, person.id, notice=notice)
