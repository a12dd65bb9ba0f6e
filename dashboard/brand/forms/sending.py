"""The form of the brand's rules of sending."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from messaging.sending_rules import Rules
from messaging.services.rules import MAX_CAP, MAX_DAYS, MAX_HOLIDAYS


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, input_formats=["%H:%M"], widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )


class SendingRulesForm(DeskForm):
    """Quiet hours, holidays and caps. An empty clock or cap is none."""

    quiet_from = _clock(gettext_lazy("Silêncio a partir de"))
    quiet_until = _clock(gettext_lazy("Silêncio até"))
    rests_on_holidays = forms.BooleanField(
        label=gettext_lazy("Silêncio também nos feriados nacionais e nos dias abaixo"), required=False
    )
    own_holidays = forms.CharField(
        label=gettext_lazy("Outros feriados da marca"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Um dia em cada linha, como 25/01/2027."),
    )
    is_quiet_for_notices = forms.BooleanField(
        label=gettext_lazy("O silêncio vale também para avisos, não só para ofertas"), required=False
    )
    marketing_cap = forms.IntegerField(
        label=gettext_lazy("Ofertas por pessoa, no máximo"), required=False, min_value=0, max_value=MAX_CAP
    )
    marketing_days = forms.IntegerField(label=gettext_lazy("Em quantos dias"), min_value=1, max_value=MAX_DAYS)
    notice_cap = forms.IntegerField(
        label=gettext_lazy("Avisos por pessoa em 24 horas, no máximo"),
        required=False,
        min_value=0,
        max_value=MAX_CAP,
        help_text=gettext_lazy("Códigos de acesso e respostas a quem escreveu não contam."),
    )

    @classmethod
    def shown(cls, rules: Rules) -> "SendingRulesForm":
        """The form with the rules in force."""
        return cls(
            initial={
                "quiet_from": rules.quiet_from,
                "quiet_until": rules.quiet_until,
                "rests_on_holidays": rules.rests_on_holidays,
                "own_holidays": "\n".join(f"{day:%d/%m/%Y}" for day in sorted(rules.own_holidays)),
                "is_quiet_for_notices": rules.is_quiet_for_notices,
                "marketing_cap": rules.marketing_cap,
                "marketing_days": rules.marketing_days,
                "notice_cap": rules.notice_cap,
            }
        )

    def clean_own_holidays(self) -> frozenset[date]:
        days = self.cleaned_data["own_holidays"].split()
        if len(days) > MAX_HOLIDAYS:
            raise ValidationError(_("São dias demais: no máximo %(count)s.") % {"count": MAX_HOLIDAYS})
        return frozenset(_day(text) for text in days)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            self.add_error("quiet_until", _("O silêncio tem começo e fim, ou nenhum dos dois."))
        return given

    def rules(self) -> Rules:
        """What was decided. After validation."""
        return Rules(**{name: value for name, value in self.cleaned_data.items() if name != "nonce"})


def _day(text: str) -> date:
    try:
        day, month, year = (int(part) for part in text.split("/"))
        return date(year, month, day)
    except ValueError:
        raise ValidationError(_("“%(text)s” não é um dia.") % {"text": text[:20]}) from None
