"""Meta's published description of messages and webhooks, repaired as the README beside it says."""
