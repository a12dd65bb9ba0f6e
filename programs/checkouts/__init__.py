"""Quote, then commit or cancel: what a customer has is found, held for minutes, and used with the sale or let go."""
