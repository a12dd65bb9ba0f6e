"""What the customer's door refuses."""

from smartbis.kernel.errors import DomainError


class CodeWrong(DomainError):
    """The code is not the one that was sent. `params`: `tries_left`, zero once the code is burnt."""

    code = "sign_in_code_wrong"
    http_status = 422
    sentence = "This is not the code that was sent."


class ChallengeOver(DomainError):
    """The code has run out, was used, or was superseded by a newer one."""

    code = "sign_in_code_over"
    http_status = 422
    sentence = "This code is no longer good."


class ProofOver(DomainError):
    """Too much time has passed since the number was proven."""

    code = "phone_proof_over"
    http_status = 422
    sentence = "The number has to be proven again."
