"""The operators' door: one screen, one field."""
