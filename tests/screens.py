"""Pictures of the page, to be looked at: `python -m tests.screens OUTDIR [--case mlp/bce_mlp]`, or `--readme`.

Every case, at a laptop's and a projector's size, light and dark: at the start, amid the backward pass with its
pulses under way, and at the end; and every tab of every line, down to its foot, stacked too where there is a batch.
The README's animation is made of the same frames, one by one under a clock that this script moves.
"""

import argparse
import io
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests import browser
from tests.page import Explorer
from tests.server import ROOT, serving
from tests.ui.golden import CASES, DEFAULT

SIZES = ((1366, 768), (1920, 1080))
SCHEMES = ("light", "dark")
TABS = ("Forward", "Jacobian", "Backward", "Batch", "Check", "Derivation")
# So tall that few tabs have to be scrolled; the window grows for those.
TALL = 3200
MID_FLIGHT_MS = 700

README_PICTURE = ROOT / ".github" / "explorer.webp"
README_SIZE = (1440, 810)
FRAME_MS = 80
LAST_FRAME_MS = 2500


class Studio:
    """Opens pages of one server in one browser, each in a context of its own."""

    def __init__(self, chromium: Browser, url: str) -> None:
        self._chromium = chromium
        self._url = url

    @contextmanager
    def page(self, fragment: str, size: tuple[int, int], scheme: str, *, still: bool) -> Iterator[Explorer]:
        options: dict[str, Any] = {
            "viewport": {"width": size[0], "height": size[1]},
            "color_scheme": scheme,
            "reduced_motion": "reduce" if still else "no-preference",
        }
        with self._chromium.new_context(**options) as context:
            page = context.new_page()
            if not still:
                page.clock.install()
            yield Explorer(page, self._url).open(fragment)

    def middle_of_backward(self, case: str) -> int:
        """The step in the middle of a case's backward pass."""
        with self.page(f"lesson={case}", SIZES[0], "light", still=True) as page:
            backward = []
            for step in range(1, page.steps + 1):
                page.page.keyboard.press("ArrowRight")
                page.at(step)
                if page.stage.get_attribute("data-phase") == "backward":
                    backward.append(step)
        return backward[len(backward) // 2]


def freeze(page: Explorer) -> None:
    """From here on time passes only when the script says so."""
    page.page.clock.pause_at(page.page.evaluate("Date.now() / 1000 + 0.05"))  # in seconds, as Python counts


def shoot_case(studio: Studio, folder: Path, case: str) -> None:
    middle = studio.middle_of_backward(case)
    for size in SIZES:
        for scheme in SCHEMES:
            name = f"{case.replace('/', '-')}-{size[0]}x{size[1]}-{scheme}"
            with studio.page(f"lesson={case}", size, scheme, still=True) as page:
                page.page.screenshot(path=folder / f"{name}-1-start.png")
                page.last()
                page.page.screenshot(path=folder / f"{name}-3-end.png")
            with studio.page(f"lesson={case}&step={middle - 1}", size, scheme, still=False) as page:
                freeze(page)
                page.button("Next step").click()
                expect(page.inspector.get_by_role("tabpanel")).to_have_text(re.compile(r"\S"))
                page.page.clock.run_for(MID_FLIGHT_MS)
                page.page.screenshot(path=folder / f"{name}-2-backward.png")
            print(name, flush=True)


def shoot_tabs(studio: Studio, folder: Path, case: str, scheme: str) -> None:
    """Every tab of every line, at the widths that the inspector has; the whole of it, however long it is."""
    for width, _ in SIZES:
        with studio.page(f"lesson={case}", (width, TALL), scheme, still=True) as page:
            nodes = list(page.last().nodes)
            stack = page.button("Stack")
            for stacked in (False, True) if stack.is_visible() else (False,):
                if stacked:
                    stack.click()
                for node, tab in product(nodes, TABS):
                    page.show(node, tab)
                    name = f"tab-{case.replace('/', '-')}-{width}-{scheme}-{node}-{tab.lower()}{'-stack' * stacked}.png"
                    picture(page, folder / name)
        print(f"tabs of {case} at {width} px, {scheme}", flush=True)


def picture(page: Explorer, path: Path) -> None:
    """The inspector down to the foot of what it shows."""
    panel = page.inspector.get_by_role("tabpanel")
    everything = page.button("All lines")
    if everything.is_visible():
        everything.click()
    hidden = panel.evaluate("panel => panel.scrollHeight - panel.clientHeight")
    size = page.page.viewport_size
    if hidden and size:
        page.page.set_viewport_size({"width": size["width"], "height": size["height"] + hidden})
        page.page.wait_for_function("panel => panel.scrollHeight <= panel.clientHeight", arg=panel.element_handle())
    foot = panel.evaluate("panel => panel.lastElementChild.getBoundingClientRect().bottom + 12")
    box = page.inspector.bounding_box()
    assert box
    page.page.screenshot(path=path, clip=box | {"height": foot - box["y"]})


def shoot_readme(studio: Studio, path: Path) -> None:
    """The default lesson from its first step to its last, as an animation that ends on a still."""
    frames: list[Image.Image] = []
    with studio.page(f"lesson={DEFAULT}", README_SIZE, "light", still=False) as page:
        page.tab("Backward").click()
        page.chooser("Speed").select_option(label="1½×")
        freeze(page)
        page.button("Play").click()
        while page.stage.get_attribute("data-playing") == "true":
            frames.append(Image.open(io.BytesIO(page.page.screenshot())).convert("RGB"))
            page.page.clock.run_for(FRAME_MS)
        frames.append(Image.open(io.BytesIO(page.page.screenshot())).convert("RGB"))
    durations = [FRAME_MS] * (len(frames) - 1) + [LAST_FRAME_MS]
    path.parent.mkdir(exist_ok=True)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=70, method=6)
    print(f"{path}: {len(frames)} frames, {path.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("screens"), help="where to put them (screens)")
    parser.add_argument("--case", action="append", choices=CASES, help="only this case; may be repeated")
    parser.add_argument("--tabs", action="store_true", help="only the inspector's tabs")
    parser.add_argument("--readme", action="store_true", help="only the README's animation")
    parser.add_argument("--url", help="a server that is running already")
    options = parser.parse_args()
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        found = browser.find(playwright)
        if found is None:
            raise SystemExit("No browser works here. Run 'python -m tests.browser', which gets one.")
        chromium = stack.enter_context(playwright.chromium.launch(**found[1], args=browser.ARGUMENTS))
        studio = Studio(chromium, options.url or stack.enter_context(serving()).url)
        if options.readme:
            shoot_readme(studio, README_PICTURE)
            return
        options.folder.mkdir(parents=True, exist_ok=True)
        for case in options.case or CASES:
            if not options.tabs:
                shoot_case(studio, options.folder, case)
            for scheme in SCHEMES:
                shoot_tabs(studio, options.folder, case, scheme)


if __name__ == "__main__":
    main()
