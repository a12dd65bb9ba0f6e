"""What follows in this room from what happened, by subject. Each reads the present state: events come in any order."""

from programs.reactions import goals, plans, tiers

__all__ = ["goals", "plans", "tiers"]
