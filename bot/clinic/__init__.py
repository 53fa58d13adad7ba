"""What a clinic gets: a signed link and a poster to print."""
