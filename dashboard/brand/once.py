"""Forms that make something: sent twice, they make it once."""

from collections.abc import Callable
from uuid import UUID

from dashboard.brand.forms.base import DeskForm
from dashboard.brand.requests import DeskRequest
from smartbis.kernel.jsons import read_back, written
from smartbis.tenancy.once import fingerprint_of, run_once


def once_per_form(request: DeskRequest, form: DeskForm, what: str, make: Callable[[], UUID]) -> UUID:
    """The id of what `make` made for this rendering of the form, now or when it was sent before.

    `what` names the kind of thing in the record of answers. After validation.
    Raises RequestInProgress, and whatever `make` raises.
    """
    nonce, operation = form.cleaned_data["nonce"], f"dashboard {what}"
    done = run_once(
        tenant=request.tenant,
        key=f"dashboard:{request.actor.id}:{nonce}",
        operation=operation,
        fingerprint=fingerprint_of(operation, nonce),
        work=lambda: (201, written({"id": make()})),
    )
    return UUID(read_back(done.body)["id"])
