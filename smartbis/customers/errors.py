"""What the customers' room refuses."""

from uuid import UUID

from smartbis.kernel.errors import DomainError, InvalidInput, NotFound


class CustomerNotFound(NotFound):
    """No such customer in this tenant."""

    code = "customer_not_found"
    sentence = "There is no such customer."


class CustomerGone(DomainError):
    """The customer was erased: nothing about them can be changed any more."""

    code = "customer_erased"
    http_status = 410
    sentence = "This customer was erased."


class SameCustomer(InvalidInput):
    """A customer cannot be merged with themselves."""

    code = "merge_same_customer"
    sentence = "These are one and the same customer."


class CpfsDiffer(DomainError):
    """Both customers have a CPF and they differ: they may be two people. Somebody must say which one is right."""

    code = "merge_cpf_conflict"
    sentence = "The two customers have different CPFs. Say which one stays."


class IdentityMissing(InvalidInput):
    """A customer needs at least one way to be recognised."""

    code = "identity_missing"
    sentence = "A phone, an e-mail address, a CPF or an id of the shop is needed."


class ProposalNotFound(NotFound):
    """No such pair to judge."""

    code = "proposal_not_found"
    sentence = "There is no such pair of customers to judge."


class IdentityTaken(DomainError):
    """Another customer of this tenant has this identity.

    `kind` says which one. `customer` names its holder for staff's screens; it is no part of the answer for people
    outside, who may not learn who is enrolled.
    """

    code = "identity_taken"
    sentence = "Another customer already has this identity."

    def __init__(self, *, kind: str, customer: UUID | None = None) -> None:
        super().__init__(kind=kind)
        self.kind = kind
        self.customer = customer
