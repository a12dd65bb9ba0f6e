"""The one-command house: embedded PostgreSQL and Valkey, the supervisor, and the commands behind the Makefile.

Wiring above the doors: nothing else of Smartbis imports this package.
"""
