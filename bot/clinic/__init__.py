"""What a clinic gets: a signed link and a poster to print."""

from __future__ import annotations


class ClinicError(Exception):
    """What was asked for cannot be done; the text says why and what would be accepted."""
