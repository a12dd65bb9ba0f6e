"""What the Cloud API's refusals mean for the sender: one table from code to policy.

Codes are Meta's "Cloud API error codes"; the same code may come in the answer or later by status webhook.
"""

from enum import StrEnum


class Policy(StrEnum):
    """What to do about a refusal."""

    RETRY = "retry"  # Meta's side or our rate: the same message again, later
    RETRY_PAIR = "retry_pair"  # too fast for this person: 4^n seconds
    RETRY_ONCE = "retry_once"  # ambiguous code: at most two tries
    FINAL = "final"  # this message cannot be delivered
    WAIT_RECIPIENT = "wait_recipient"  # Meta's own cap for this person: no chase within 24 h
    OPTED_OUT = "opted_out"  # the person stopped marketing: record it
    TEMPLATE_PAUSED = "template_paused"  # hold until the template is approved again
    TEMPLATE_DEAD = "template_dead"  # the template cannot be used any more
    CHANNEL_STOPPED = "channel_stopped"  # token, account or number: nothing can be sent, people must act
    SENDING_STOPPED = "sending_stopped"  # billing, or too much spam: answers go on, the rest is tried again later
    REQUEST_WRONG = "request_wrong"  # a bug of ours


_POLICIES: dict[Policy, tuple[int, ...]] = {
    Policy.RETRY: (2, 4, 80007, 130429, 131000, 131016, 131057, 133004, 133016, 2494100),
    Policy.RETRY_PAIR: (131056,),
    Policy.RETRY_ONCE: (1, 131053),
    Policy.FINAL: (131026, 131030, 131047, 131052, 131062, 130472, 130497, 137000, 132068, 132069),
    Policy.WAIT_RECIPIENT: (131049,),
    Policy.OPTED_OUT: (131050,),
    Policy.TEMPLATE_PAUSED: (132015,),
    Policy.TEMPLATE_DEAD: (132001, 132007, 132016),
    Policy.CHANNEL_STOPPED: (
        *(0, 3, 10, 33, 104, 190, 368, 131005, 131031, 131037, 131045, 131063, 131064),
        *(133005, 133006, 133008, 133009, 133010, 133015),
        *range(200, 300),
    ),
    Policy.SENDING_STOPPED: (131042, 131048),
    Policy.REQUEST_WRONG: (*(100, 131008, 131009, 131021, 131051, 132000, 132005, 132008, 132012, 132018, 135000),),
}
_BY_CODE = {code: policy for policy, codes in _POLICIES.items() for code in codes}
_SERVER_ERROR = 500
_RATE_LIMITED = 429


def policy_for(code: int | None, *, http_status: int = 0, is_transient: bool = False) -> Policy:
    """The policy for a refusal; an unknown code is judged by its HTTP status and never repeated blindly."""
    if code is not None and code in _BY_CODE:
        return _BY_CODE[code]
    if is_transient or http_status >= _SERVER_ERROR or http_status == _RATE_LIMITED:
        return Policy.RETRY
    return Policy.FINAL


class GatewayError(Exception):
    """A call to the Cloud API did not succeed. Its text never holds a token, a phone number or a message."""


class PayloadInvalid(GatewayError):
    """The payload breaks a limit of the Cloud API; nothing was sent."""


class NotReached(GatewayError):
    """The connection was never made: nothing was sent, the same call may be made again."""


class OutcomeUnknown(GatewayError):
    """The request may have arrived; only a status webhook can tell. Never repeat it blindly."""


class Refused(GatewayError):
    """Meta answered with an error.

    `code` is None when the answer was no Graph error (a proxy's page); `details` is Meta's sentence for developers.
    """

    def __init__(
        self,
        *,
        code: int | None,
        http_status: int,
        title: str = "",
        details: str = "",
        trace: str = "",
        is_transient: bool = False,
    ) -> None:
        super().__init__(f"code={code} http={http_status} trace={trace}")
        self.code = code
        self.http_status = http_status
        self.title = title
        self.details = details
        self.trace = trace
        self.policy = policy_for(code, http_status=http_status, is_transient=is_transient)
