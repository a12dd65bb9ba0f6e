"""Segments: what a filter says, and whom it finds."""
