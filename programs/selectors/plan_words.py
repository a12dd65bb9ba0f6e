"""A plan's terms in words of the active language."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.selectors.plans import PlanInfo


def plan_length(plan: PlanInfo) -> str:
    """A plan's period: `12 meses`, `até 31/12/2026`."""
    if plan.length == "until" and plan.until:
        return _("até %(day)s") % {"day": date_format(plan.until, "SHORT_DATE_FORMAT")}
    if plan.length == "months":
        return ngettext("%(count)s mês", "%(count)s meses", plan.count) % {"count": plan.count}
    return ngettext("%(count)s dia", "%(count)s dias", plan.count) % {"count": plan.count}
