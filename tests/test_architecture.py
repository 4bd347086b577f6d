"""The layering holds: a lower room never imports a higher one, and neighbours leave each other alone."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LEVELS = [
    {"engine", "assets", "locale"},
    {"notation", "workers"},
    {"layout", "explain"},
    {"film"},
    {"lessons"},
    {"export", "timing"},
    {"session"},
    {"views"},
    {"app", "serve"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
USER_INTERFACE = {"panel", "bokeh", "param", "pyviz_comms", "tornado"}
FILES = sorted((ROOT / "explorer").rglob("*.py"))


def room_of(module: str) -> str | None:
    """The room of a module of ours ("explorer.engine.ops" -> "engine"); None for the package and others'."""
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] or None if package == "explorer" else None


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute module name of everything that a file imports, wherever in it."""
    package = module_of(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            # `from explorer import film` names a module as well as `import explorer.film` does.
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_lower_rooms(path: Path) -> None:
    room = room_of(module_of(path))
    if room is None:  # the package's own face may show what it likes
        return
    assert room in LEVEL, f"{path}: room '{room}' has no level yet. Give it one in LEVELS."
    for line, module in imports(path):
        other = room_of(module)
        if other in LEVEL and other != room:
            assert LEVEL[other] < LEVEL[room], f"{path}:{line}: {room} imports {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_views_know_the_user_interface(path: Path) -> None:
    if room_of(module_of(path)) in {"views", "serve", "app"}:
        return
    for line, module in imports(path):
        assert module.partition(".")[0] not in USER_INTERFACE, f"{path}:{line}: imports {module}"


def test_the_engine_and_the_public_names_load_without_the_user_interface() -> None:
    script = (
        "import sys, explorer, explorer.engine\n"
        "from explorer import Graph, SGD, lessons\n"
        f"print(sorted({USER_INTERFACE!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_nothing_is_evaluated() -> None:
    """Graph texts come from strangers: no file of the product evaluates text as Python."""
    for path in [*FILES, ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                assert name not in {"eval", "exec", "compile"}, f"{path}:{node.lineno}: {name}()"
