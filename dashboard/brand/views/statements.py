"""What each partner honoured in a month, who bears it, and what the brand owes for it."""

from django.http import HttpResponse
from django.urls import reverse

from dashboard.brand import statements
from dashboard.brand.access import desk
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest


@desk(reads="report.see")
def show(request: DeskRequest) -> HttpResponse:
    """A month's statements; `?month=2026-11`, `?format=csv` gives them as a file."""
    asked = statements.asked(request)
    if request.GET.get("format") == "csv":
        return statements.file_of(request, asked)
    stores_url = reverse("dashboard:stores") if request.may("store.see") else ""
    context = {"section": "reports", "stores_url": stores_url, **asked.context()}
    return render_page(request, "dashboard/statements.html", context)
