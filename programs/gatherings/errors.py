"""What gatherings refuse. Outside this room they are called events, and so are the codes."""

from smartbis.kernel.errors import DomainError, NotFound


class GatheringNotFound(NotFound):
    """No such gathering, or a draft that only the team may see."""

    code = "event_not_found"
    sentence = "There is no such event."


class RegistrationNotFound(NotFound):
    """No such registration, or somebody else's."""

    code = "registration_not_found"
    sentence = "There is no such registration."


class GatheringCancelled(DomainError):
    """The gathering was called off."""

    code = "event_cancelled"
    sentence = "This event was cancelled."


class RegistrationClosed(DomainError):
    """Not yet, or not any more. `params`: `from`, `until` as ISO instants or None."""

    code = "registration_closed"
    sentence = "Registration for this event is not open."


class GatheringFull(DomainError):
    """No place is free for somebody who stands at the door, or others wait for it."""

    code = "event_full"
    sentence = "There is no free place at this event."


class NotInvited(DomainError):
    """It is for members of certain plans, tiers or tags. `params`: `plans`, `tiers`, `tags`."""

    code = "event_not_eligible"
    sentence = "This event is not for this customer."


class RegistrationEnded(DomainError):
    """They left, or were told that the gathering is off."""

    code = "registration_ended"
    sentence = "This registration has ended."


class StillWaiting(DomainError):
    """They are in the waiting line and have no place yet."""

    code = "registration_waiting"
    sentence = "This customer is on the waiting list and has no place yet."


class RegistrationUnpaid(DomainError):
    """The price in money was not written down as paid. `params`: `unit`, `amount`."""

    code = "registration_unpaid"
    sentence = "The price of this registration has not been paid."


class CheckInTooEarly(DomainError):
    """The door opens later. `params`: `from` as an ISO instant."""

    code = "check_in_too_early"
    sentence = "Check-in for this event has not opened."


class EntryOfAnother(DomainError):
    """The entry that was read is for another event. `params`: `event`, its name."""

    code = "entry_of_another_event"
    sentence = "This entry is for another event."


class NotArrived(DomainError):
    """There is no arrival to take back."""

    code = "not_arrived"
    sentence = "This customer has not been checked in."


class AlreadyArrived(DomainError):
    """Who has arrived cannot leave the list any more."""

    code = "already_arrived"
    sentence = "This customer has been checked in."
