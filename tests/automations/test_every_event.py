"""Every event of the product is either told to the customer, by a template, or kept silent for a reason."""

import pytest

from messaging.library import LIBRARY, SIGN_IN_CODE
from smartbis.outbox.events import REGISTRY
from smartbis.outbox.subscriptions import subscriptions_to

TOLD = {
    "customer.enrolled.v1": {"welcome"},
    "purchase.recorded.v1": {"purchase_credited"},
    "purchase.confirmed.v1": {"purchase_credited"},
    "purchase.refunded.v1": {"purchase_refunded"},
    "balance.adjusted.v1": {"balance_adjusted"},
    "voucher.issued.v1": {"voucher_issued"},
    "voucher.ending.v1": {"voucher_ending"},
    "voucher.redeemed.v1": {"voucher_redeemed"},
    "voucher.reversed.v1": {"voucher_restored"},
    "voucher.lapsed.v1": {"voucher_lapsed"},
    "tier.reached.v1": {"tier_reached"},
    "tier.ending.v1": {"tier_ending"},
    "plan.started.v1": {"plan_started"},
    "plan.renewed.v1": {"plan_renewed"},
    "plan.ending.v1": {"plan_ending"},
    "plan.lapsed.v1": {"plan_lapsed"},
    "gathering.registered.v1": {"event_registered", "event_place_freed"},
    "gathering.starting.v1": {"event_starting"},
    "gathering.registration_ended.v1": {"event_cancelled", "event_removed"},
    "referral.settled.v1": {"referral_settled"},
    "challenge.reached.v1": {"challenge_reached"},
}
SILENT = {
    "purchase.cancelled.v1": "it never counted, and nobody was told of it",
    "purchase.undone.v1": "an import was taken back, which was not told either",
    "participation.recorded.v1": "whoever takes part is there; a goal it reaches is told",
    "participation.withdrawn.v1": "nothing was told of it",
    "tier.left.v1": "the tier that is reached instead is told, or the ladder is gone",
    "plan.shortened.v1": "a sale came back, and that is told",
    "voucher.cancelled.v1": "the brand takes it back and says why itself; with a sale or an event that is told",
    "voucher.guessed.v1": "for the team",
    "gathering.cancelled.v1": "told to each who had a place, by the end of the registration",
    "gathering.checked_in.v1": "whoever arrives stands at the door",
    "import.finished.v1": "for the team",
    "message.received.v1": "answered in the thread",
    "message.failed.v1": "for the team",
    "message.link_tapped.v1": "the person did it",
    "customer.consent_changed.v1": "the person did it, or the team in front of them",
    "customer.merged.v1": "for the team",
    "customer.erased.v1": "there is nobody left to tell",
    "tenant.reopened.v1": "for the platform",
}
# Not from events: asked for by the person, and told by the team to every member of a programme.
OTHERWISE = {SIGN_IN_CODE, "rules_changed"}


def test_every_event_is_told_or_silent_for_a_reason() -> None:
    ours = {name for name in REGISTRY if not name.startswith("test.")}
    assert set(TOLD) | set(SILENT) == ours
    assert not set(TOLD) & set(SILENT)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_what_is_told_has_a_subscriber_and_a_template(name: str) -> None:
    assert TOLD[name] <= set(LIBRARY)
    assert any(each.name.startswith("automations.") for each in subscriptions_to(name))


def test_every_template_has_something_that_sends_it() -> None:
    assert set().union(*TOLD.values()) | OTHERWISE == set(LIBRARY)
