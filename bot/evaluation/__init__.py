"""Measuring the bot on labelled messages."""
