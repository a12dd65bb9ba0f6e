"""The monthly statement that a partner's people see: their own company's, and nobody else's."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from dashboard.brand import statements
from dashboard.counter import pages
from dashboard.counter.access import CounterRequest, counter_page


@require_GET
@counter_page("statement.own", needs_store=False)
def show(request: CounterRequest) -> HttpResponse:
    """What the partner's stores honoured in a month, who bears it, and the balance; `?format=csv` gives a file."""
    asked = statements.asked(request)
    if request.GET.get("format") == "csv":
        return statements.file_of(request, asked)
    return pages.show(request, "statement", asked.context())
