"""Take docs/figures/report.png: the upper part of the report of the bundled demo recording, in a real browser.

Usage: python docs/figures/make_report.py [--check]

Taking it needs Chromium. With --check nothing is written and no browser is needed: the picture carries the words of the
page that it shows, apart from their numbers; the exit code is 1 if these are not current.
"""

import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

from legcycle_imu.config import Config
from legcycle_imu.demo import bundled_recording
from legcycle_imu.report.data import report_data
from legcycle_imu.report.page import render
from legcycle_imu.report.reading import read_session
from legcycle_imu.view.words import without_numbers

FIGURE = Path(__file__).with_name("report.png")
SIZE_PX = (1000, 1680)
"""As wide as the page is at most, and as high as its first two sections."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAYS = b"Description\0"
"""Key of what a picture says, among those that PNG has."""


def page() -> str:
    """Give the report of the demo, the same with any version of the program."""
    with bundled_recording() as recording:
        session = read_session(recording, config=Config())
    named = replace(session, name="demo.legcycle", software="legcycle-imu", meta=replace(session.meta, software=""))
    return render(report_data(named))


def words(html: str) -> str:
    """Give what a page says, apart from its numbers."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(without_numbers(text).split())


def picture(html: str) -> bytes:
    """Give the page's upper part as PNG, with its words in it."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("There is no Chromium here: apt-get install chromium.")
    with tempfile.TemporaryDirectory() as folder:
        file, shot = Path(folder) / "demo.html", Path(folder) / "shot.png"
        file.write_text(html, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]
        size = f"--window-size={SIZE_PX[0]},{SIZE_PX[1]}"
        command = [browser, *options, size, f"--screenshot={shot}", file.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return with_words(shot.read_bytes(), words(html))


def with_words(png: bytes, text: str) -> bytes:
    """Put a text into a PNG, before its end."""
    body = b"iTXt" + SAYS + b"\1\0\0\0" + zlib.compress(text.encode(), 9)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk + png[end:]


def words_in(png: bytes) -> str:
    """Give the text of a PNG, "" where it has none."""
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        body = png[at + 8 : at + 8 + length]
        if png[at + 4 : at + 8] == b"iTXt" and body.startswith(SAYS):
            return zlib.decompress(body[len(SAYS) + 4 :]).decode()
        at += 12 + length
    return ""


def main(arguments: list[str]) -> int:
    """Take the picture, or with --check compare what it says."""
    html = page()
    if "--check" not in arguments:
        FIGURE.write_bytes(picture(html))
        return 0
    if words_in(FIGURE.read_bytes()) == words(html):
        return 0
    sys.stderr.write(f"{FIGURE} is not current; run: python docs/figures/make_report.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
