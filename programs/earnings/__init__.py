"""What a recorded sale earned of every programme, and why not more."""
