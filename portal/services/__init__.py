"""What can be done with sign-in codes and sessions."""

from portal.services.arriving import arrive_by_link
from portal.services.challenges import join_with_proof, resend_code, sign_in_with_code, start_sign_in
from portal.services.consents import choose_consents
from portal.services.leaving import leave
from portal.services.sessions import end_session, end_sessions, reassign_sessions, see_session

__all__ = [
    "arrive_by_link",
    "choose_consents",
    "end_session",
    "end_sessions",
    "join_with_proof",
    "leave",
    "reassign_sessions",
    "resend_code",
    "see_session",
    "sign_in_with_code",
    "start_sign_in",
]
