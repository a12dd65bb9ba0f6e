"""The lines of a sale that is being typed: articles are looked for, put in, and taken out. Nothing is recorded."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.counter import pages, states, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import SaleForm
from dashboard.counter.lines import Lines, Selling, posted
from programs.selectors.articles import ArticleInfo, articles_named, find_articles

LONGEST = 100


@require_POST
@counter_page("sale.record")
def change(request: CounterRequest) -> HttpResponse:
    """Look for articles, or put one in or take one out; everything else that was typed stays."""
    try:
        customer = UUID(request.POST.get("customer", ""))
    except ValueError:
        said = words.Words("bad", _("NÃO FOI FEITO"), _("Procure o cliente de novo."))
        return pages.result(request, said, status=pages.REFUSED)
    before = posted(request.POST)
    selling = _changed(request, before)
    initial = {name: request.POST.get(name, "") for name in ("key", "external_id", "payment_method")}
    amount = selling.lines.amount_text(request.POST.get("amount", ""))
    form = SaleForm(initial=initial | {"amount": amount, "use": "use" in request.POST})
    return states.found(request, customer, form=form, selling=selling)


def is_looking(request: CounterRequest) -> bool:
    """Whether an article was typed and not put in: whoever presses Enter there wants to see it, not to sell."""
    return bool(request.POST.get("find", "").strip())


def _changed(request: CounterRequest, lines: Lines) -> Selling:
    if sku := _text(request, "add"):
        (article,) = articles_named(tenant=request.tenant, skus=[sku])
        return Selling(lines.with_one(article), is_open=True)
    place = request.POST.get("remove", "")
    if place.isascii() and place.isdigit():
        return Selling(lines.without(int(place)), is_open=True)
    text = _text(request, "find")
    found = find_articles(tenant=request.tenant, text=text) if text else []
    if (exact := _exact(found, text)) is not None:
        return Selling(lines.with_one(exact), is_open=True)
    return Selling(lines, text, tuple(found), is_open=True)


def _exact(found: list[ArticleInfo], text: str) -> ArticleInfo | None:
    """The article whose number was typed or scanned in full."""
    return next((each for each in found if each.sku.casefold() == text.casefold()), None)


def _text(request: CounterRequest, name: str) -> str:
    text = request.POST.get(name, "").strip()[:LONGEST]
    return text if text.isprintable() else ""
