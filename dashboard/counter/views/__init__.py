"""The views of the till, by what they are about."""
