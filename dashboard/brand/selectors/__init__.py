"""What the dashboard's screens are composed of, one selector a screen."""
