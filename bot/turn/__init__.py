"""One turn of a conversation, pure: no network, no database, no clock."""
