"""Refusals of the messaging room."""

from smartbis.kernel.errors import DomainError, InvalidInput, NotFound


class ChannelNotFound(NotFound):
    """No channel of this id."""

    code = "channel_not_found"
    sentence = "There is no such WhatsApp channel."


class ChannelInvalid(InvalidInput):
    """A channel's credentials are incomplete."""

    code = "channel_invalid"
    sentence = "A WhatsApp channel needs its number id, account id, token, app secret and verify token."


class ChannelRefused(InvalidInput):
    """Meta refuses one of a channel's fields."""

    code = "channel_refused"
    sentence = "Meta refuses this."


class ChannelNotChecked(DomainError):
    """Meta did not answer, so that nothing was found right or wrong."""

    code = "channel_not_checked"
    http_status = 503
    sentence = "Meta did not answer. Nothing was changed; try again."


class NobodyWrote(DomainError):
    """A test answers whoever wrote to the number last, and nobody has in 24 hours."""

    code = "nobody_wrote"
    sentence = "Nobody has written to this number in the last 24 hours."


class RatesInvalid(InvalidInput):
    """A rate card that cannot be read. `faults` are pairs of what is wrong and where: a column, a line and column."""

    code = "rates_invalid"
    sentence = "The rate card cannot be read."

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__({"file": [f"{fault}: {where}" if where else fault for fault, where in faults]})
        self.faults = faults


class SendingRulesInvalid(InvalidInput):
    """Rules of sending that contradict themselves or go beyond what is sensible."""

    code = "sending_rules_invalid"
    sentence = "The rules of sending are not right."


class ConversationNotFound(NotFound):
    """No conversation of this id."""

    code = "conversation_not_found"
    sentence = "There is no such conversation."


class MessageNotFound(NotFound):
    """No message of this id."""

    code = "message_not_found"
    sentence = "There is no such message."


class LinkNotFound(NotFound):
    """No link of this token."""

    code = "link_not_found"
    sentence = "There is no such link."


class TemplateNotFound(NotFound):
    """No template or version of this name."""

    code = "template_not_found"
    sentence = "There is no such template."


class TemplateInvalid(InvalidInput):
    """A wording that Meta would refuse. `faults` says what is wrong with which part."""

    code = "template_invalid"
    sentence = "Meta would refuse this template."


class WindowClosed(DomainError):
    """Free text is allowed within 24 hours of the person's last message."""

    code = "window_closed"
    sentence = "The 24-hour window is closed. Only an approved template may be sent."


class WebhookTooLarge(DomainError):
    """The body is larger than Meta ever sends."""

    code = "webhook_too_large"
    http_status = 413
    sentence = "The body is larger than 3 MB."


class WebhookNotSigned(DomainError):
    """The signature is missing or wrong; nothing of the body was kept."""

    code = "webhook_signature_invalid"
    http_status = 403
    sentence = "The signature does not match the body."


class WebhookNotVerified(DomainError):
    """A subscription was asked for with the wrong mode or token."""

    code = "webhook_verify_token_invalid"
    http_status = 403
    sentence = "The verify token does not match."
