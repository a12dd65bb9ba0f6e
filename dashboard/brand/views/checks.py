"""Proof: who did what."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand.access import desk
from dashboard.brand.audit import audit_line
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from smartbis.tenancy.selectors import audit_page


@desk(reads="audit.see")
def audit(request: DeskRequest) -> HttpResponse:
    """Who did what, the newest first."""
    cursor = request.GET.get("cursor") or None
    page = audit_page(tenant=request.tenant, cursor=cursor)
    here = reverse("dashboard:audit")
    context = {
        "section": "audit",
        "lines": [audit_line(row) for row in page.items],
        "next_url": f"{here}?cursor={page.next_cursor}" if page.next_cursor else "",
        "first_url": here if cursor else "",
        "nobody": _("Sistema"),
    }
    return render_page(request, "dashboard/audit.html", context)
