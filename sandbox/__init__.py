"""A stand-in for Meta's WhatsApp Cloud API: same paths, same refusals, signed webhooks, and phones to look at.

It is a process of its own (`python -m sandbox`), imports nothing of the platform and is imported by nothing of it.
"""
