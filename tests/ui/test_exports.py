"""Share and export: every file is made by its button and opened again."""

import json
import re
import xml.etree.ElementTree as ElementTree
from io import BytesIO
from pathlib import Path

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from playwright.sync_api import Browser, Locator, expect

from tests.axe import axe_free
from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import DEFAULT
from tests.ui.pictures import differ, halved, opened

BUTTON = "Share and export"
# Tools lie over the stage's corners; the picture is of the stage alone. And whole pixels make pictures comparable.
_BARE = """async stage => {
  const find = selector => stage.parentElement.querySelector(selector);
  for (const over of ['.tools', 'section.picture']) find(over).style.visibility = 'hidden';
  for (const [bar, height] of [['.header', 60], ['.transport', 120]]) find(bar).style.height = `${height}px`;
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
}"""


def dialog(page: Explorer) -> Locator:
    found = page.page.get_by_role("dialog", name=BUTTON)
    if not found.is_visible():
        page.button(BUTTON).click()
    return found


def saved(page: Explorer, kind: str, folder: Path) -> Path:
    with page.page.expect_download(timeout=240_000) as download:
        dialog(page).get_by_role("button", name=kind, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def seen(page: Explorer) -> Image.Image:
    page.page.keyboard.press("Escape")
    return opened(page.stage.screenshot())


def test_the_stage_as_svg_and_png_is_what_is_seen(explorer: Opener, browser: Browser, tmp_path: Path) -> None:
    page = explorer(f"lesson={DEFAULT}&step=12&edits=x.0=-0.5", color_scheme="dark")
    page.stage.evaluate(_BARE)
    drawing = saved(page, "SVG", tmp_path)
    picture = saved(page, "PNG", tmp_path)
    assert (drawing.name, picture.name) == ("mlp-bce_mlp-step-12.svg", "mlp-bce_mlp-step-12.png")
    stage = seen(page)

    text = drawing.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert (int(root.attrib["width"]), int(root.attrib["height"])) == stage.size
    assert not re.search(r"foreignObject|<script|var\(|color-mix|class=|data-number", text)
    references = set(re.findall(r"(?:url\(|href=\")(#|data:font/|.{20})", text))
    assert references == {"#", "data:font/"}
    families = set(re.findall(r'@font-face{font-family:"([^"]+)"', text))
    assert families == {"Inter", "STIX Two Text", "DejaVu Sans Mono"}

    fresh = browser.new_page(viewport={"width": stage.width, "height": stage.height})
    fresh.goto(drawing.as_uri())
    again = opened(fresh.screenshot())
    fresh.close()
    assert differ(again, stage) < (0.5, 0.004)
    twice = opened(picture)
    assert twice.size == (2 * stage.width, 2 * stage.height)
    assert differ(halved(twice), stage) < (4, 0.02)


def test_the_pass_as_a_gif(explorer: Opener, tmp_path: Path) -> None:
    page = explorer("lesson=gates/fan_out")
    page.stage.evaluate(_BARE)
    before = page.serialise()
    path = saved(page, "GIF", tmp_path)
    assert page.serialise() == before and path.name == "gates-fan_out.gif"
    film = Image.open(BytesIO(path.read_bytes()))
    assert isinstance(film, GifImageFile)
    assert page.steps + 1 < film.n_frames <= 240 and film.info["loop"] == 0
    assert film.width <= 960 and film.height <= 720
    frames, delays = [], []
    for number in range(film.n_frames):
        film.seek(number)
        frames.append(film.convert("RGB"))
        delays.append(film.info["duration"])
    # Two frames may be alike; most differ, where something moves.
    moving = [differ(one, other)[0] > 0 for one, other in zip(frames, frames[1:], strict=False)]
    assert sum(moving) > 0.9 * len(moving) and min(delays) >= 100 and delays[-1] == 3000

    first = seen(page).resize(film.size)
    page.last()
    last = opened(page.stage.screenshot()).resize(film.size)
    # It is smaller, and has 256 colours: letters' edges differ. The other end differs by far more.
    for frame, own, other in ((frames[0], first, last), (frames[-1], last, first)):
        assert 2 * differ(frame, own)[1] < differ(frame, other)[1], (differ(frame, own), differ(frame, other))

    shown = dialog(page)
    shown.get_by_role("button", name="GIF", exact=True).click()
    shown.get_by_role("button", name="Cancel").click()
    expect(shown.get_by_role("status")).to_have_text("Cancelled.")


def test_the_dialog_and_what_the_server_writes(explorer: Opener, tmp_path: Path) -> None:
    page = explorer(f"lesson={DEFAULT}&step=7", permissions=["clipboard-read", "clipboard-write"])
    page.button(BUTTON).focus()
    page.page.keyboard.press("Enter")
    shown = dialog(page)
    expect(shown.get_by_role("button")).to_have_count(11)  # close, copy, open, and eight kinds
    axe_free(page.page)
    page.page.keyboard.press("Space")  # of the dialog, not of the player
    expect(page.stage).to_have_attribute("data-playing", "false")
    shown = dialog(page)
    shown.get_by_role("button", name="Copy link").click()
    expect(shown.get_by_role("status")).to_have_text("The link is copied.")
    assert page.page.evaluate("navigator.clipboard.readText()") == page.page.url

    written = {"LaTeX": r"\begin{document}", "NumPy": "import numpy", "PyTorch": "import torch", "JSON": '"version"'}
    texts = {kind: saved(page, kind, tmp_path).read_text(encoding="utf-8") for kind in written}
    assert all(part in texts[kind] for kind, part in written.items())
    page.page.keyboard.press("Escape")
    expect(page.button(BUTTON)).to_be_focused()

    kept = tmp_path / "kept.json"
    kept.write_text(texts["JSON"], encoding="utf-8")
    page.chooser("Lesson").select_option("gates/fan_out")
    expect(page.node("theta")).to_have_count(0)
    opening = dialog(page).get_by_label("Open a JSON file")
    kept_large = tmp_path / "large.json"
    kept_large.write_bytes(b" " * 20_000_001)
    opening.set_input_files(kept_large)
    expect(dialog(page).get_by_role("status")).to_contain_text("20 MB")
    opening.set_input_files({"name": "no.json", "mimeType": "application/json", "buffer": b"{}"})
    expect(dialog(page).get_by_role("status")).not_to_contain_text("20 MB")
    with page.page.expect_file_chooser() as choosing:
        dialog(page).get_by_role("button", name="Open a JSON file").click()
    choosing.value.set_files(kept)
    expect(page.node("theta")).to_be_visible()
    page.at(7)
    assert json.loads(texts["JSON"])
