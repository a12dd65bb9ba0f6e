"""Where the till stands, remembered for the session."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dashboard.counter import pages
from dashboard.counter.access import SESSION_STORE, CounterRequest, counter_page, redirect_to, stores_of
from dashboard.counter.forms import StoreForm
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.permissions import may
from smartbis.tenancy.selectors import get_store


@require_http_methods(["GET", "POST"])
@counter_page(needs_store=False)
def choose(request: CounterRequest) -> HttpResponse:
    """Choose among the stores within reach."""
    if request.method == "POST":
        form = StoreForm(request.POST)
        if not form.is_valid():
            raise StoreUnknown
        store = get_store(tenant=request.tenant, store=form.cleaned_data["store"], actor=request.actor)
        request.session[SESSION_STORE] = str(store.id)
        return redirect_to(request, reverse("counter:home"))
    may_open = may(request.actor, "store.change")
    return pages.show(request, "store", {"stores": stores_of(request), "may_open_stores": may_open})
