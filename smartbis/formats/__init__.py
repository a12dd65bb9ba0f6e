"""Dates as each language writes them, for filters and `date_format`; what is not here is Django's."""
