"""Commands: the fixed texts that a slash asks for, the same in the terminal and in Telegram."""

from __future__ import annotations

from bot.kb.knowledge import Knowledge
from bot.turn.alert import listing, summary
from bot.turn.answer import chat
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply

COMMANDS = (
    "start",
    "help",
    "dose",
    "course",
    "sources",
    "gethelp",
    "redflags",
    "privacy",
    "cancel",
)
_ELSEWHERE = ("dose", "course")  # read by the calculator and the course clock


def command(text: str, memory: Memory, kb: Knowledge) -> tuple[Memory, Reply] | None:
    """Answer a command; None for what is none, or is handled further on in the turn."""
    if not text.startswith("/"):
        return None
    name = text[1:].split("@", 1)[0].split(" ", 1)[0].rstrip(":,").lower()
    if name in _ELSEWHERE:
        return None
    if name == "cancel":
        key = "nothing" if memory.asking is None else "cancelled"
        return Memory(at=memory.at), chat(kb, f"command.{key}")
    if name == "start":
        return Memory(at=memory.at), chat(kb, "command.start")
    if name == "help":
        return memory, chat(kb, "chat.help")
    if name == "privacy":
        return memory, chat(kb, "command.privacy")
    if name == "gethelp":
        return memory, Reply(kind=Kind.CHAT, text=summary(kb.triage))
    if name == "redflags":
        return memory, Reply(kind=Kind.CHAT, text=listing(kb.triage))
    if name == "sources":
        return memory, _sources(kb)
    known = ", ".join(f"/{name}" for name in COMMANDS)
    return memory, chat(kb, "command.unknown", commands=known)


def _sources(kb: Knowledge) -> Reply:
    origin = kb.source.origin
    reply = chat(
        kb,
        "command.sources",
        title=origin.title,
        received=origin.received.isoformat(),
        sha256=origin.sha256,
        passages=len(kb.passages.keys() - kb.apart.keys()),
        signed=kb.checked["reviews signed"],
        reviews=kb.checked["reviews"],
    )
    texts = [reply.text]
    for own in {source.sha256: source.origin for source in kb.apart.values()}.values():
        received = own.received.isoformat()
        told = {"title": own.title, "received": received, "sha256": own.sha256}
        texts.append(kb.replies.say("command.sources_beside", **told))
    return reply.model_copy(update={"text": "\n".join(texts)})
