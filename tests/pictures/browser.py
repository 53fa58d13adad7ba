"""A page as a picture, taken by a browser of this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops

WIDTH, HEIGHT = 460, 2400
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def picture_of(html: str, folder: Path) -> Image.Image:
    """What the browser shows, without the empty ground below."""
    browser = next((found for one in BROWSERS if (found := shutil.which(one))), None)
    if browser is None:
        pytest.skip(f"no browser here: none of {', '.join(BROWSERS)}")
    source, target = folder / "chat.html", folder / "chat.png"
    source.write_text(html, encoding="utf-8")
    command = [
        browser,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-device-scale-factor=2",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={WIDTH},{HEIGHT}",
        f"--screenshot={target}",
        source.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if not target.exists():
        pytest.skip(f"the browser took no picture: exit status {done.returncode}")
    return trimmed(Image.open(target).convert("RGB"))


def trimmed(picture: Image.Image) -> Image.Image:
    """Without the empty ground below the last message."""
    ground = Image.new("RGB", picture.size, picture.getpixel((2, picture.height - 2)))
    box = ImageChops.difference(picture, ground).getbbox()
    assert box is not None, "the picture is empty"
    return picture.crop((0, 0, picture.width, min(picture.height, box[3] + 14)))
