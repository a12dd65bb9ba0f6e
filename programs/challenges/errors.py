"""What challenges refuse."""

from smartbis.kernel.errors import DomainError, NotFound


class ChallengeNotFound(NotFound):
    """No such challenge."""

    code = "challenge_not_found"
    sentence = "There is no such challenge."


class ChallengeClosed(DomainError):
    """It has ended, or nobody needs to join."""

    code = "challenge_closed"
    sentence = "This challenge cannot be joined."
