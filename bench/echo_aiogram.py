"""A bare echo bot on aiogram: ``echo_aiogram.py API_URL`` (the ``bench`` extra brings aiogram)."""

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

TOKEN = "123456:test-token-that-no-one-else-has"
dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "")


async def main() -> None:
    base = sys.argv[1].removesuffix("/bot")
    server = TelegramAPIServer.from_base(base)
    bot = Bot(TOKEN, session=AiohttpSession(api=server, limit=256))
    await dispatcher.start_polling(bot, tasks_concurrency_limit=256)


asyncio.run(main())
