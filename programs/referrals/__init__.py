"""Customers bring friends: codes, who came through them, and the reward after a first purchase that stands."""
