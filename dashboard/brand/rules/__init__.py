"""Rules as the dashboard shows and explains them."""
