"""The product page, and the way in and out for staff."""
