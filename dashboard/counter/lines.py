"""The lines of a sale at the till: what was bought. They may be left out; with them, rules by article count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.selectors.articles import ArticleInfo, articles_named
from smartbis.forms import MoneyField, MoneyInput
from smartbis.purchases.infos import ItemDraft

MOST_LINES = 50
MOST_PIECES = 9_999


class LineForm(forms.Form):
    """One line: an article's number, how many, and what one costs."""

    sku = forms.CharField(max_length=100)
    quantity = forms.IntegerField(
        min_value=1,
        max_value=MOST_PIECES,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), gettext_lazy("Escreva quantos, de 1 a 9999.")
        ),
    )
    unit = MoneyField(min_minor=0, error_messages={"required": gettext_lazy("Escreva o preço de um.")})

    def clean_sku(self) -> str:
        sku: str = self.cleaned_data["sku"]
        if not sku.isprintable():
            raise ValidationError(_("Use só letras e números."), code="invalid")
        return sku

    @property
    def problems(self) -> list[str]:
        """What is wrong with the line, in sentences."""
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]

    @property
    def unit_text(self) -> str:
        """The price as its field shows it."""
        return MoneyInput().format_value(self["unit"].value()) or ""


@dataclass(frozen=True)
class Lines:
    """The lines as they were sent. `before_minor` is their sum on the screen: an amount that is the same follows it."""

    forms: tuple[LineForm, ...] = ()
    before_minor: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong with any line."""
        return len(self.forms) <= MOST_LINES and all(form.is_valid() for form in self.forms)

    @property
    def sum_minor(self) -> int:
        """What the lines that are whole come to, in minor units."""
        whole = [form.cleaned_data for form in self.forms if form.is_valid()]
        return sum(line["quantity"] * line["unit"] for line in whole)

    @property
    def skus(self) -> tuple[str, ...]:
        """The articles' numbers, line by line."""
        return tuple(str(form["sku"].value() or "") for form in self.forms)

    def drafts(self, articles: Iterable[ArticleInfo]) -> tuple[ItemDraft, ...]:
        """The sale's items, with the names and categories of the articles; for lines without fault."""
        known = {article.sku: article for article in articles}
        return tuple(
            ItemDraft(sku, known[sku].name[:200], known[sku].category, given["quantity"], given["unit"])
            for given in (form.cleaned_data for form in self.forms)
            for sku in [given["sku"]]
        )

    def with_one(self, article: ArticleInfo) -> "Lines":
        """With one more of an article, in its own line if it has one without fault."""
        for place, form in enumerate(self.forms):
            if form.is_valid() and form.cleaned_data["sku"] == article.sku:
                more = {**form.data, "quantity": form.cleaned_data["quantity"] + 1}
                return replace(self, forms=(*self.forms[:place], LineForm(more), *self.forms[place + 1 :]))
        unit = "" if article.unit_minor is None else article.unit_minor
        fresh = LineForm({"sku": article.sku, "quantity": 1, "unit": _text(unit)})
        return replace(self, forms=(*self.forms, fresh))

    def without(self, place: int) -> "Lines":
        """Without one of them; all stay for a place that is none."""
        return replace(self, forms=tuple(form for here, form in enumerate(self.forms) if here != place))

    def amount_text(self, typed: str) -> str:
        """The sale's amount: what was typed, or the lines' sum where nothing else was."""
        if _minor(typed) not in (None, self.before_minor):
            return typed
        return _text(self.sum_minor) if self.sum_minor else ("" if self.before_minor else typed)

    def rows(self, articles: Mapping[str, ArticleInfo], *, is_checked: bool) -> list[dict[str, Any]]:
        """The lines as the screen shows them; `is_checked` also says what is wrong with each."""
        return [
            {
                "sku": sku,
                "article": articles.get(sku) or ArticleInfo(sku),
                "quantity": form["quantity"].value(),
                "unit": form.unit_text,
                "problems": form.problems if is_checked else [],
            }
            for sku, form in zip(self.skus, self.forms, strict=True)
        ]


@dataclass(frozen=True)
class Selling:
    """A sale whose lines are being put together: what was looked for, what that found, and whether to go on looking."""

    lines: Lines = Lines()
    looked_for: str = ""
    found: tuple[ArticleInfo, ...] = ()
    is_open: bool = False

    def context(self, tenant: UUID, *, is_checked: bool) -> dict[str, Any]:
        """What `counter/_lines.html` shows; `is_checked` also says what is wrong with each line."""
        skus = self.lines.skus
        articles = {each.sku: each for each in articles_named(tenant=tenant, skus=skus)} if skus else {}
        return {
            "lines": self.lines.rows(articles, is_checked=is_checked),
            "lines_sum": self.lines.sum_minor,
            "too_many_lines": is_checked and len(skus) > MOST_LINES,
            "looked_for": self.looked_for,
            "articles": self.found,
            "lines_open": self.is_open or bool(skus),
            "lines_first": self.is_open,
        }


def posted(data: QueryDict) -> Lines:
    """The lines that a till sent."""
    rows = zip(*(data.getlist(f"line_{name}") for name in ("sku", "quantity", "unit")), strict=False)
    before = data.get("lines_sum", "")
    return Lines(
        tuple(LineForm({"sku": sku, "quantity": quantity, "unit": unit}) for sku, quantity, unit in rows),
        int(before) if before.isascii() and before.isdigit() and len(before) <= 15 else 0,
    )


def of_items(items: Sequence[ItemDraft]) -> Lines:
    """The lines of a basket, to change them."""
    rows = tuple(
        LineForm({"sku": item.sku, "quantity": item.quantity, "unit": _text(item.unit_minor)}) for item in items
    )
    lines = Lines(rows)
    return replace(lines, before_minor=lines.sum_minor)


def with_amount(data: QueryDict, lines: Lines) -> QueryDict:
    """What was sent, with the amount that the lines come to where none was typed."""
    if not lines.forms:
        return data
    filled = data.copy()
    filled["amount"] = lines.amount_text(data.get("amount", ""))
    return filled


def _text(minor: int | str) -> str:
    return MoneyInput().format_value(minor) or ""


def _minor(text: str) -> int | None:
    """The minor units of a text; None for nothing, and -1 for what is no amount and stays as it was typed."""
    try:
        minor: int | None = MoneyField(required=False, min_minor=0).clean(text)
    except ValidationError:
        return -1
    return minor
