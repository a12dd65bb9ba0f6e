"""Measurements, each beside its floor or peer in the same run. See docs/performance.md for how to read them."""
