"""A bare echo bot on python-telegram-bot with its default transport: ``echo_ptb.py API_URL``."""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

TOKEN = "123456:test-token-that-no-one-else-has"


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


app = Application.builder().token(TOKEN).base_url(sys.argv[1]).pool_timeout(60).build()
app.add_handler(MessageHandler(filters.TEXT, echo))
app.run_polling()
