"""Proof: whether the ledger adds up, and who did what."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand.access import desk
from dashboard.brand.audit import audit_line
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import check_ledger, liability
from smartbis.tenancy.selectors import audit_page


@desk(reads="audit.see", writes="audit.see")
def ledger(request: DeskRequest) -> HttpResponse:
    """What the brand owes its customers; a posted form adds everything up anew."""
    result = check_ledger(tenant=request.tenant) if request.method == "POST" else None
    context = {
        "section": "ledger",
        "liabilities": liability(tenant=request.tenant),
        "result": result,
        "checked_at": now() if result else None,
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "check"
    return render_page(request, "dashboard/ledger_check.html" if is_fragment else "dashboard/ledger.html", context)


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
