"""The one-command house: embedded PostgreSQL and Valkey, the supervisor, the Makefile's commands.

Wiring above the doors: nothing else of Smartbis imports this package.
"""
