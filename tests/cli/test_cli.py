"""The command line, run as its users run it: a process, its output, its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Bot = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def bot(warm_state: Path) -> Bot:
    """Run ``python -m bot`` with a warm cache and nothing else in its environment."""

    def run(*words: str, said: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            input=said,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**kept, "STATE_DIR": str(warm_state), "PYTHONIOENCODING": "utf-8", **env},
            check=False,
            timeout=120,
        )

    return run


def test_a_question_is_answered_in_the_terminal(bot: Bot) -> None:
    done = bot("ask", "what are the side effects?")
    assert done.returncode == 0
    assert "Practically all patients" in done.stdout


def test_without_a_token_it_chats(bot: Bot) -> None:
    done = bot(said="how long is a course?\n1\n/quit\n")
    assert done.returncode == 0
    assert "20 weeks" in done.stdout
    assert "Goodbye" in done.stdout


def test_json_lines_keep_their_order_and_a_bad_line_is_an_error_of_its_own(bot: Bot) -> None:
    lines = [
        '{"id": "a", "turns": ["dose", "70 kg"]}',
        "no json",
        '{"id": "b", "turns": []}',
        '{"id": 3, "turns": ["hi"], "more": 1}',
        '{"id": "c", "turns": ["\\u0000<b>&"]}',
        "[" * 3000,
        '{"id": "\\ud800", "turns": ["hi"]}',
        '{"id": NaN, "turns": ["hi"]}',
    ]
    done = bot("ask", "--jsonl", said="\n".join(lines))
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [g["id"] for g in got] == ["a", None, "b", 3, "c", None, "\ud800", None]
    assert [("error" in g) for g in got] == [False, True, True, True, False, True, False, True]
    assert got[0]["replies"][1]["dose"]["maximum_mg"] == 140


def test_the_schema_is_printed(bot: Bot) -> None:
    schema = json.loads(bot("ask", "--schema").stdout)
    assert set(schema["properties"]) >= {
        "kind",
        "text",
        "citations",
        "dose",
        "alert",
        "confidence",
    }


def test_explain_shows_labels_and_nearest_examples(bot: Bot) -> None:
    done = bot("ask", "--explain", "how long is a course?")
    assert "nearest examples" in done.stdout
    assert "duration" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ask",), "--jsonl"),
        (("frobnicate",), "No such command"),
        (("split", "nowhere.txt"), "cannot be read"),
        (("eval", "nowhere.jsonl"), "cannot be read"),
        (("eval", "--triage", "--set", "nowhere"), "there is no set 'nowhere'"),
        (("eval", "--set", "postss"), "there is no set 'postss'"),
        (("eval", "--set", "postss"), "the sets there: clean, clean-2, everyday,"),
        (("run",), "TELEGRAM_BOT_TOKEN"),
        (("clinic", "add", "Oak", "555", "--knowledge", "nowhere"), "'nowhere' does not exist"),
        (("clinic", "add", "Oak", "555", "--knowledge", "docs", "--no-knowledge"), "not both"),
        (("clinic", "poster", "oak", "--into", "README.md"), "'README.md' is a file"),
        (("webhook", "info"), "TELEGRAM_BOT_TOKEN"),
    ],
)
def test_wrong_usage_says_what_is_right(bot: Bot, words: tuple[str, ...], says: str) -> None:
    done = bot(*words)
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_setting_is_named_without_its_value(bot: Bot) -> None:
    done = bot(TELEGRAM_BOT_TOKEN="not-a-token-at-all")
    assert done.returncode == 1
    assert "TELEGRAM_BOT_TOKEN" in done.stderr
    assert "not-a-token-at-all" not in done.stderr + done.stdout


def test_an_operator_s_country_is_the_one_whose_numbers_are_named(bot: Bot) -> None:
    said = bot("ask", "i want to kill myself", COUNTRY="gb").stdout
    assert "116 123" in said
    assert "988" not in said
    strange = bot("ask", "hi", COUNTRY="UK")
    assert strange.returncode == 1
    assert "COUNTRY" in strange.stderr
    assert "GB" in strange.stderr


def test_the_bot_refuses_a_base_that_does_not_check(bot: Bot, tmp_path: Path) -> None:
    done = bot("ask", "hi", KNOWLEDGE_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "does not check" in done.stderr


def test_a_fault_is_one_line_that_an_editor_can_follow(bot: Bot, tmp_path: Path) -> None:
    own = tmp_path / "own"
    bot("kb", "new", str(own))
    (own / "source" / "clinic.txt").write_text("Another text.\n", encoding="utf-8")
    lines = bot("check", str(own)).stderr.splitlines()
    (long,) = [line for line in lines if line.startswith("source/ORIGIN.yaml:3: ")]
    assert long.endswith("it changed, run `bot split` and review")


def test_check_prints_how_much_it_checked(bot: Bot) -> None:
    done = bot("check")
    assert done.returncode == 0
    assert "16 quotes checked" in done.stdout
    assert "no fault found" in done.stdout


def test_a_damaged_cache_is_made_again(warm_state: Path, bot: Bot) -> None:
    (array,) = (warm_state / "cache").glob("matcher-*/ngrams.npz")
    array.write_bytes(b"not an array")
    assert bot("ask", "what are the side effects?").returncode == 0
    assert array.stat().st_size > 1000
