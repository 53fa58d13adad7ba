"""What lasts: inbox, conversations, counters, clinics."""
