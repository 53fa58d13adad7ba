"""Replies on their way out: rendered for Telegram and sent."""
