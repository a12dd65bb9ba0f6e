"""Events as an association holds them: places, entries, arrivals. "Gathering", since an event is the outbox's word."""
