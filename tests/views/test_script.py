"""The page's modules as one script: in the order of their imports, and nothing in it that was not understood."""

from graphlib import CycleError

import pytest

from explorer import assets
from explorer.views import script

LEAF = "export const one = 1;\nexport function two() {\n  return 2;\n}\n"


def test_a_module_runs_after_those_that_it_imports():
    joined = assets.join({"top": 'import { one, two } from "explorer/leaf.js";\nexport const three = one + two();\n',
                          "leaf": LEAF})  # fmt: skip
    assert joined.index("const $leaf = (() => {") < joined.index("const $top = (() => {\nconst { one, two } = $leaf;")
    assert "return { one, two };\n})();" in joined and "return { three };\n})();" in joined
    assert "import" not in joined and "export" not in joined


def test_types_in_comments_stay_comments():
    text = '/** @typedef {import("explorer/gone.js").Film} Film */\n// import of what was shown\nexport const a = 1;\n'
    assert '/** @typedef {import("explorer/gone.js").Film} Film */' in assets.join({"a": text})


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ('import { three } from "explorer/leaf.js";', "leaf.js exports no three"),
        ('import { one } from "explorer/gone.js";', "gone.js exports no one"),
        ('import * as leaf from "explorer/leaf.js";', "Expected a named import"),
        ('import { one as first } from "explorer/leaf.js";', "Expected a named import"),
        ('import { one } from "./leaf.js";', "Expected a named import"),
        ('import {\n  one,\n} from "explorer/leaf.js";', "Expected a named import"),
        ('import "explorer/leaf.js";', "Expected a named import"),
        ("export default 1;", "Expected a named import"),
        ("export let x = 1;", "Expected a named import"),
        ('export { one } from "explorer/leaf.js";', "Expected a named import"),
    ],
)
def test_what_is_not_understood_is_named(statement, reason):
    with pytest.raises(ValueError, match=f"^top.js: .*{reason}"):
        assets.join({"leaf": LEAF, "top": f"const before = 0;\n{statement}\n"})


def test_modules_that_import_each_other_in_a_circle_are_refused():
    around = {
        "a": 'import { b } from "explorer/b.js";\nexport const a = 1;',
        "b": 'import { a } from "explorer/a.js";\nexport const b = 1;',
    }
    with pytest.raises(CycleError):
        assets.join(around)


def test_every_file_of_the_browser_is_in_the_script_or_said_not_to_be():
    folder = assets.folder()
    assert {path.name for path in folder.glob("*.css")} == set(assets.STYLES)
    for path in folder.glob("*.js"):
        assert f"const ${path.stem} = (() => {{" in script.TEXT
    assert not list(folder.glob("*/*.js")) and not list(folder.glob("*/*.css"))


def test_outside_of_a_session_there_is_no_address():
    assert script.address() == ""
