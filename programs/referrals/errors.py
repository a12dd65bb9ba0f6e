"""What referrals refuse."""

from smartbis.kernel.errors import DomainError, NotFound


class ReferralNotFound(NotFound):
    """No such referral."""

    code = "referral_not_found"
    sentence = "There is no such referral."


class ReferralDecided(DomainError):
    """Nobody has to decide on this referral, or somebody did."""

    code = "referral_decided"
    sentence = "This referral does not wait for a decision."
