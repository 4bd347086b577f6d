"""Every word in every language: whole catalogues, code that says its words through them, pages without English."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from playwright.sync_api import Browser, expect

from tests import scripts
from tests.catalogues import PYTHON, ROOT, TRANSLATED, compiled, gathered, po_file, read
from tests.page import Explorer
from tests.server import Server, serving

DOMAINS = ("explorer", "page")
BOTH = pytest.mark.parametrize(("language", "domain"), [(code, domain) for code in TRANSLATED for domain in DOMAINS])
# Names, formulas and units, and words that some language has taken from English as they are.
AS_THEY_ARE = re.compile(
    r"(?:\{\w+\}|`[^`]*`|\b(?:Backprop Explorer|NumPy|CuPy|PyTorch|JAX|softmax|sigmoid|logits|leaky|ReLU|BCE|SGD|MLP|"
    r"CS224n|HCI|Batch|Start|Stop|Transport|Page|Up|Down|Home|End|Shift|yes|B5|δₛW|δₜV|ns|ms|µs|s|[A-Za-zσ])\b|[\W\d_ₛₜ①-⑧])+"
)
FIELD = re.compile(r"(?<!\{)(?:\{\{)*\{(\w*)[^{}]*\}(?!\})")
# Marks, not the power of the graph language, which stands apart.
STRONG = re.compile(r"\*\*(?=\S)|(?<=\S)\*\*")
# By the count that they are for; Slavic fractions have a form of their own elsewhere, a count never needs it.
FORMS = {"el": 2, "pl": 3, "ru": 3, "zh": 1}


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if message.pluralizable else (str(message.id),)


def _strings(message: Message) -> tuple[str, ...]:
    strings = message.string
    return (strings,) if isinstance(strings, str) else tuple(strings)


def _key(message: Message) -> tuple[str | None, tuple[str, ...]]:
    return message.context, _ids(message)


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


@BOTH
def test_a_catalogue_has_exactly_what_is_said(language: str, domain: str) -> None:
    said = {_key(message) for message in _messages(gathered(domain))}
    catalog = read(language, domain)
    kept = {_key(message) for message in _messages(catalog)}
    assert said - kept == set(), "messages without an entry: run python -m tests.catalogues"
    assert kept - said == set(), "entries that nothing says: run python -m tests.catalogues"
    assert not catalog.obsolete


@BOTH
def test_every_message_is_translated(language: str, domain: str) -> None:
    """Not left out, not doubtful, and not in English."""
    untold, doubtful, english = [], [], []
    for message in _messages(read(language, domain)):
        strings = _strings(message)
        if not all(strings):
            untold.append(message.id)
        elif message.fuzzy:
            doubtful.append(message.id)
        elif any(text in _ids(message) and not AS_THEY_ARE.fullmatch(text) for text in strings):
            english.append(message.id)
    assert (untold, doubtful, english) == ([], [], [])


@BOTH
def test_translations_have_the_same_fields_and_marks(language: str, domain: str) -> None:
    """A field more or fewer would fail, or lose a number, when it is said; a mark would show as asterisks."""
    wrong = []
    for message in _messages(read(language, domain)):
        strings, ids = _strings(message), _ids(message)
        if len(strings) != (FORMS[language] if message.pluralizable else 1):
            wrong.append((message.id, f"{len(strings)} forms"))
        fields = {name for text in ids for name in FIELD.findall(text)}
        for text in filter(None, strings):
            # The form for one may say it in words.
            missing = fields ^ set(FIELD.findall(text))
            if missing - ({"n"} if message.pluralizable else set()):
                wrong.append((message.id, f"{sorted(missing)} in {text!r}"))
            if len(STRONG.findall(text)) != len(STRONG.findall(ids[0])) or len(STRONG.findall(text)) % 2:
                wrong.append((message.id, f"marks in {text!r}"))
            # What stands between the items of a list is a language's own.
            if not message.context and _ends(text) != _ends(ids[0]):
                wrong.append((message.id, f"space around {text!r}"))
    assert wrong == []


def _ends(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


@BOTH
def test_what_programs_read_is_what_is_written(language: str, domain: str) -> None:
    name, content = compiled(read(language, domain), domain)
    assert po_file(language, domain).with_name(name).read_bytes() == content, "run python -m tests.catalogues"


def _calls() -> Iterator[tuple[Path, int, ast.expr]]:
    """Every message that Python code asks for, as it is written."""
    for path in sorted((ROOT / "explorer").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in PYTHON:
                continue
            places = PYTHON[node.func.id] or (1,)
            for place in (place if isinstance(place, int) else place[0] for place in places):
                yield path, node.lineno, node.args[place - 1]


def test_python_asks_for_messages_by_their_text() -> None:
    """What is put together, or comes from elsewhere, can never be gathered. Tables of N_ are said by their entries."""
    tables = (ast.Subscript, ast.Name, ast.Attribute, ast.Call)
    locale = ROOT / "explorer" / "locale" / "__init__.py"
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, line, argument in _calls()
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str))
        and not isinstance(argument, tables)
        and path != locale
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted((ROOT / "static").glob("*.js")), ids=lambda path: path.name)
def test_scripts_say_their_words_through_the_catalogue(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert path.name == "language.js" or scripts.messages_put_together(source) == []
    assert scripts.words_said_directly(source) == []


def test_words_said_directly_are_found() -> None:
    found = [
        'html("p", {}, "losses");',
        'html("p", { title: "a note" });',
        "const TITLE = `Pass ${n}`;",
        'element.textContent = "not computed yet";',
    ]
    for source in found:
        assert scripts.words_said_directly(source), source
    fine = ['html("p", { class: "tool go" }, t("losses"));', 'model.alert("step", t("No step."));', 'key === "Enter"']
    for source in fine:
        assert not scripts.words_said_directly(source), source
    assert scripts.messages_put_together("t(`Pass ${n}`)") and not scripts.messages_put_together('t("Pass {n}", { n })')


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


# All that is seen or read out, text by text, without what is mathematics, code or somebody's name.
_SAID = """root => {
  const skipped = "math, [lang], code, pre, canvas, style, script, .bk-Canvas, [aria-hidden=true].ledger";
  const said = [document.title];
  const look = tree => {
    for (const element of tree.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const within = element.closest(skipped);
      if (within && !within.matches(".explorer, html")) continue;
      for (const name of ["aria-label", "aria-description", "aria-valuetext", "title", "placeholder", "alt", "label"]) {
        if (element.hasAttribute(name)) said.push(element.getAttribute(name));
      }
      for (const { nodeType, data } of element.childNodes) if (nodeType === 3) said.push(data);
    }
  };
  look(document.body);
  return [...new Set(said.map(text => text.trim()).filter(text => text))];
}"""
# Names and what the handouts write in their formulas; elsewhere two English words in a row are English.
_NAMES = re.compile(
    r"(?<!\w)(?:Backprop Explorer|NumPy|CuPy|PyTorch|JAX|Python|CUDA|CS224n|HCI lab|HCI|TeX|LaTeX|SVG|PNG|GIF|"
    r"JSON|HTML|Page (?:Up|Down)|PageUp|PageDown|Ctrl|Shift|Enter|Escape|Home|End|Tab|Space|"
    r"BCE|SGD|MLP|ReLU|GeLU|softmax|sqerr|bce|ce|log|exp|diag|row|dot|"
    r"requires_grad|backward\(\)|detach\(\)|no_grad)(?!\w)"
)
_ENGLISH = re.compile(r"\b[A-Za-z]{2,}[,;:]?\s+[A-Za-z]{2,}\b")
# A lesson, a tab of the inspector, and how far the pass is.
_SCREENS = (
    *(("mlp/bce_mlp", tab, place) for tab, place in zip(scripts.TABS, (0.1, 0.3, 0.6, 0.8, 1, 1), strict=True)),
    *(("batch/batch_softmax", tab, 0.5) for tab in ("backward", "batch", "check")),
    *(("lecture20/lecture20_network", tab, 0.6) for tab in ("jacobian", "derivation")),
)


@pytest.mark.parametrize("language", ["el", "ru", "zh"])
def test_no_english_is_left_on_the_page(server: Server, browser: Browser, language: str) -> None:
    """These three have scripts of their own: words in Latin letters that stand together are left over."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    left: Counter[str] = Counter()

    def listen(nodes: str) -> None:
        for text in page.evaluate(_SAID, None):
            for found in _ENGLISH.findall(re.sub(nodes, "·", _NAMES.sub("·", text))):
                left[f"{found!r} in {text[:160]!r}"] += 1

    lessons = dict.fromkeys(lesson for lesson, _, _ in _SCREENS)
    for lesson in lessons:
        explorer = Explorer(page, server.url).open(f"lesson={lesson}&lang={language}&node=nowhere")
        picture = explorer.read()
        nodes = rf"\b(?:{'|'.join(map(re.escape, picture.nodes))}|nowhere)\b"
        listen(nodes)
        for _, tab, share in (screen for screen in _SCREENS if screen[0] == lesson):
            step = round(share * picture.steps)
            page.goto(f"{server.url}#lesson={lesson}&lang={language}&step={step}&tab={tab}")
            expect(page.locator(f'[data-testid=stage][data-step="{step}"]')).to_be_visible()
            expect(
                page.locator(f'[data-testid=inspector]:not([aria-busy]) [role=tabpanel][data-tab="{tab}"]')
            ).to_be_visible(timeout=30_000)  # the first check imports PyTorch, where it is
            listen(nodes)
    page.close()
    assert not left, "\n".join(left)
