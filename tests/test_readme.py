"""What the README shows runs, and its commands are the ones that are checked."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from explorer import lessons

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fences(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_python_example_runs_and_says_what_the_comments_say():
    lesson = lessons.load("mlp/bce_mlp_batch")
    names: dict[str, Any] = {"data": dict(lesson.data), "params": dict(lesson.params)}
    code = compile(fences("python")[0], "README.md", "exec")
    exec(code, names)  # our own file's text, not a user's
    assert names["trace"].values["h"].shape == (5, 4)
    np.testing.assert_allclose(names["loss"], names["trace"].loss, rtol=1e-12)
    np.testing.assert_allclose(names["gradients"]["W"], names["trace"].gradients["W"], rtol=1e-12)
    assert names["params"]["W"].shape == (4, 3)


def test_the_first_command_starts_the_page_and_the_second_runs_the_tests():
    start, check = fences("sh")[:2]
    assert start.count("\n") == check.count("\n") == 1, "one command each"
    assert start.rstrip().endswith("panel serve app.py")
    assert "tests.browser" in check and "pytest" in check


def test_every_picture_and_file_that_the_readme_names_is_there():
    for name in re.findall(r"\]\((?!http)([^)]+)\)", README) + re.findall(r"`((?:explorer|tests)/[\w./]+)`", README):
        assert (ROOT / name).exists(), name
