"""A Telegram bot that answers questions on isotretinoin from one document, word for word."""
