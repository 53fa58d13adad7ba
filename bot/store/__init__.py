"""What lasts: inbox, conversations, counters, clinics."""


class StoreError(Exception):
    """The store cannot be opened; the text says why and what would be accepted."""
