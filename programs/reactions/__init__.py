"""What follows in this room from what happened, by subject. Each reads the present state: events come in any order."""

from programs.reactions import plans, tiers

__all__ = ["plans", "tiers"]
