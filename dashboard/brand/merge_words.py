"""What a merge does to what two records take part in, in sentences."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.states import referral_state, registration_state
from programs.selectors.merge_effects import (
    ChallengeEffect,
    EventEffect,
    MergeEffects,
    PlanEffect,
    ReferralEffect,
)

_BREATH = timedelta(microseconds=1)


def sentences(effects: MergeEffects, currency: str) -> list[str]:
    """Plans, events, referrals and challenges, one sentence each."""
    return [
        *map(_plan, effects.plans),
        *map(_event, effects.events),
        *map(_referral, effects.referrals),
        *_moved(effects.referrals_moved),
        *(_challenge(each, currency) for each in effects.challenges),
    ]


def _plan(effect: PlanEffect) -> str:
    facts = {"plan": effect.name, "day": words.day(effect.ends_at - _BREATH)}
    if effect.into_ends_at is None:
        return _("Plano %(plan)s: vem junto, até %(day)s.") % facts
    facts |= {
        "mine": words.day(effect.into_ends_at - _BREATH),
        "theirs": words.day(effect.other_ends_at - _BREATH),
    }
    return _("Plano %(plan)s: até %(mine)s num cadastro e %(theirs)s no outro; juntos, até %(day)s.") % facts


def _event(effect: EventEffect) -> str:
    facts = {
        "event": effect.name,
        "day": words.day(effect.starts_at),
        "keeps": registration_state(effect.keeps).label,
        "ends": registration_state(effect.ends).label,
        "points": words.amount(effect.returned_points, "points"),
    }
    if effect.undoes_arrival:
        text = _("%(event)s (%(day)s): os dois chegaram. Fica a primeira chegada; o que a outra rendeu é tirado.")
    elif effect.returned_points:
        text = _("%(event)s (%(day)s): fica “%(keeps)s” e sai “%(ends)s”; %(points)s voltam ao saldo.")
    else:
        text = _("%(event)s (%(day)s): fica “%(keeps)s” e sai “%(ends)s”.")
    return text % facts


def _referral(effect: ReferralEffect) -> str:
    facts = {"referrer": effect.referrer, "friend": effect.friend, "was": referral_state(effect.was).label}
    if effect.reason == "was_customer":
        return _("Indicação de %(friend)s por %(referrer)s (%(was)s): recusada, já era cliente.") % facts
    if effect.was == "settled":
        return _("Indicação de %(friend)s por %(referrer)s: recusada, é a mesma pessoa; o que rendeu é tirado.") % facts
    return _("Indicação de %(friend)s por %(referrer)s (%(was)s): recusada, é a mesma pessoa.") % facts


def _moved(referrals: int) -> Iterator[str]:
    if referrals:
        text = ngettext(
            "%(number)s indicação feita pelo outro passa a ser de quem fica.",
            "%(number)s indicações feitas pelo outro passam a ser de quem fica.",
            referrals,
        )
        yield text % {"number": words.number(referrals)}


def _challenge(effect: ChallengeEffect, currency: str) -> str:
    is_money = effect.goal == "spend"
    facts = {
        "name": effect.name,
        "total": words.amount(effect.total, currency) if is_money else words.number(effect.total),
        "done": words.number(effect.done),
        "rewards": words.number(effect.rewards),
    }
    if effect.rewards:
        text = _("Desafio %(name)s: somam %(total)s. Prêmios já dados: %(done)s; a dar: mais %(rewards)s.")
    else:
        text = _("Desafio %(name)s: somam %(total)s. Prêmios já dados: %(done)s; nenhum a mais.")
    return text % facts
