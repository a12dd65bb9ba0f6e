"""Meta's refusals: one table of codes and the exact body a refused call gets.

Wording and HTTP status follow Meta's "Error codes" page and recorded answers; callers branch on `code` and
`error_data.details`, never on the message.
"""

from dataclasses import dataclass
from typing import Any

# code -> (HTTP status, title)
CATALOGUE: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    104: (401, "An access token is required to request this resource."),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "Display name approval needed"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver"),
    131050: (400, "User has stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped User ID recipients are not supported for this message"),
    131063: (400, "Marketing messages are disabled on Cloud API for this account"),
    131064: (400, "Messaging limit reduced for misclassified templates"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template format character policy violated"),
    132008: (400, "Template parameter value is not valid"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is Paused"),
    132016: (400, "Template is Disabled"),
    132018: (400, "There's an issue with the parameters in your template"),
    132068: (400, "Flow is in blocked state"),
    132069: (400, "Flow is in throttled state"),
    133004: (503, "Server Temporarily Unavailable"),
    133010: (400, "Phone number not registered"),
    135000: (400, "Generic user error"),
    137000: (400, "Identity key mismatch"),
    190: (401, "Invalid OAuth access token"),
    200: (403, "Permissions error"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    2494100: (503, "Account in maintenance mode"),
}

TRANSIENT = frozenset({1, 2, 131000, 131016, 133004, 2494100})
# These come from the Graph layer itself and carry no messaging details.
GRAPH_LAYER = frozenset({0, 1, 2, 3, 4, 10, 104, 190, 200, 368, 2500, 80007})


@dataclass
class GraphError(Exception):
    """A refusal in Meta's words.

    `message` replaces the catalogue's wording; `subcode`, `user_title` and `user_message` appear on template
    creation errors, which editors show to people.
    """

    code: int
    details: str = ""
    message: str = ""
    status: int | None = None
    subcode: int | None = None
    user_title: str = ""
    user_message: str = ""
    type: str = "OAuthException"

    @property
    def http_status(self) -> int:
        """Return the HTTP status this refusal travels with."""
        return self.status or CATALOGUE.get(self.code, (400, ""))[0]

    @property
    def text(self) -> str:
        """Return the message, prefixed with the code as Meta does."""
        if self.message:
            return self.message
        title = CATALOGUE.get(self.code, (400, "Unknown error"))[1]
        return title if self.code in (104, 190) else f"(#{self.code}) {title}"

    def body(self, trace: str) -> dict[str, Any]:
        """Return the JSON answer; `trace` becomes `fbtrace_id`."""
        error: dict[str, Any] = {"message": self.text, "type": self.type, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code in TRANSIENT:
            error["is_transient"] = True
        if self.user_title or self.user_message:
            error["error_user_title"] = self.user_title
            error["error_user_msg"] = self.user_message
        elif self.details and self.code not in GRAPH_LAYER:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["fbtrace_id"] = trace
        return {"error": error}


WEBHOOK_DETAILS: dict[int, str] = {
    130472: "Failed to send message because this user's phone number is part of an experiment",
    131026: "Message Undeliverable.",
    131047: (
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
    ),
    131049: "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    131050: (
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on "
        "WhatsApp from your business"
    ),
    131053: "Media upload error",
    132015: "Template is paused due to low quality or pacing",
}


def webhook_error(code: int) -> dict[str, Any]:
    """Return one entry of a failed status' `errors` list."""
    title = CATALOGUE.get(code, (400, "Unknown error"))[1]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": WEBHOOK_DETAILS.get(code, title)},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }


class ControlError(Exception):
    """A mistake in a call to the stand-in's own `/_sandbox/` addresses; answered as problem+json."""

    def __init__(self, detail: str, *, status: int = 400, code: str = "invalid_request") -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code
