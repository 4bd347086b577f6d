"""Symbols, numbers and sentences as LaTeX, for pdfTeX, XeTeX, LuaTeX and KaTeX alike.

Whatever a reader has called things: none of it is ever a command.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from explorer.explain.numbers import spoken
from explorer.explain.text import Part
from explorer.locale import spoken as language
from explorer.notation import Label
from explorer.notation.labels import SUBSCRIPTS, SUPERSCRIPTS

COMMANDS = dict(
    zip(*[iter(
        r"""
        α \alpha β \beta γ \gamma δ \delta ε \varepsilon ζ \zeta η \eta θ \theta ι \iota κ \kappa λ \lambda μ \mu ν \nu
        ξ \xi ο o π \pi ρ \rho ς \varsigma σ \sigma τ \tau υ \upsilon φ \varphi χ \chi ψ \psi ω \omega ϕ \phi ϵ \epsilon
        ϑ \vartheta Γ \Gamma Δ \Delta Θ \Theta Λ \Lambda Ξ \Xi Π \Pi Σ \Sigma Υ \Upsilon Φ \Phi Ψ \Psi Ω \Omega ℓ \ell
        ∂ \partial ∇ \nabla ∑ \sum ∞ \infty √ \surd − - · \cdot × \times ÷ \div ± \pm ∘ \circ ⊙ \odot ⊗ \otimes ⊤ \top
        ⊣ \dashv = = < < > > ≠ \neq ≤ \leq ≥ \geq ≈ \approx ∈ \in → \to ← \leftarrow ⇒ \Rightarrow ⟨ \langle ⟩ \rangle
        ½ \tfrac12 ◂ \triangleleft 𝟏 \mathbf{1} | | … \ldots ⋯ \cdots ⋮ \vdots ⋱ \ddots
        """.split()
    )] * 2, strict=True)
)  # fmt: skip
ACCENTS = {
    "\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde", "\u0307": r"\dot", "\u0308": r"\ddot", "\u20d7": r"\vec",
}  # fmt: skip
LOW = {chr(script): chr(plain) for plain, script in SUBSCRIPTS.items()}
HIGH = {chr(script): chr(plain) for plain, script in SUPERSCRIPTS.items()}
ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "\N{NO-BREAK SPACE}": "~", "`": "'", "…": r"\ldots{}",
}  # fmt: skip
PIECES = re.compile(r"[A-Za-z][A-Za-z0-9]+|\w[\u0300-\u036f\u20d7]*|.", re.DOTALL)
RUNS = re.compile(f"[{re.escape(''.join(LOW))}]+|[{re.escape(''.join(HIGH))}]+|.", re.DOTALL)
AS_THEY_ARE = frozenset("()[]+-/.,:;!?*'")


# -- symbols -----------------------------------------------------------------------------------------------------------
def label(parts: Label) -> str:
    """A symbol with its scripts: sub- and superscripts that follow one another stand above each other."""
    written: list[str] = []
    position = 0
    while position < len(parts):
        text, script = parts[position]
        position += 1
        base, scripts = ("{}", {script: text}) if script else (_identifier(text), {})
        while position < len(parts) and parts[position][1] and parts[position][1] not in scripts:
            scripts[parts[position][1]] = parts[position][0]
            position += 1
        low, high = (scripts.get(script) for script in ("sub", "sup"))
        written.append(base + _script("_", low) + _script("^", high))
    return glued(written)


def glued(parts: Sequence[str]) -> str:
    """Parts side by side, apart only where a command would swallow the next letter."""
    text = ""
    for part in parts:
        apart = re.search(r"\\[A-Za-z]+$", text) and part[:1].isalpha()
        text += f" {part}" if apart else part
    return text


def _script(sign: str, text: str | None) -> str:
    return "" if text is None else f"{sign}{{{_identifier(text, word=3)}}}"


def _identifier(text: str, word: int = 2) -> str:
    """Letters by themselves stand in italics; as many as make a `word` of them, upright."""
    return glued([_piece(piece, word) for piece in PIECES.findall(unicodedata.normalize("NFD", text))])


def _piece(piece: str, word: int) -> str:
    if len(piece) > 1 and piece.isascii():
        return rf"\mathrm{{{piece}}}" if len(piece) >= word else piece
    base, accents = piece[0], piece[1:]
    written = COMMANDS.get(base, "'" if base == "′" else r"\ " if base.isspace() else base)
    if written == base and not (base in COMMANDS or base in AS_THEY_ARE or base.isascii() and base.isalnum()):
        return rf"\text{{{prose(unicodedata.normalize('NFC', piece))}}}"
    for accent in accents:
        written = f"{ACCENTS[accent]}{{{written}}}" if accent in ACCENTS else written
    return written


# -- numbers -----------------------------------------------------------------------------------------------------------
def number(value: float) -> str:
    """Four significant digits: -0.07476, 1.2 · 10⁻⁵."""
    said = spoken(value).replace("−", "-")
    if said.lstrip("-") in ("NaN", "∞"):
        return said.replace("NaN", r"\mathrm{NaN}").replace("∞", r"\infty")
    digits, _, power = said.partition("e")
    return rf"{digits} \cdot 10^{{{power}}}" if power else digits


# -- sentences ---------------------------------------------------------------------------------------------------------
def sentence(parts: Sequence[Part]) -> str:
    """Sentence parts, symbols and numbers between dollars."""
    written = []
    for part in parts:
        if isinstance(part, str):
            written.append(prose(part))
        elif "label" in part:
            written.append(f"${label(tuple((text, script) for text, script in part['label']))}$")
        elif "number" in part:
            value = float(part["number"])
            written.append(f"${number(-value if part.get('negated') else value)}$")
        else:
            written.append(rf"\textbf{{{sentence(part['strong'])}}}")
    return "".join(written)


def prose(text: str) -> str:
    """Plain text: signs of mathematics between dollars, what TeX would obey escaped, other letters as they are."""
    return "".join(_in_text(piece) for piece in RUNS.findall(unicodedata.normalize("NFC", text)))


def _in_text(piece: str) -> str:
    for script, sign in ((LOW, "_"), (HIGH, "^")):
        if piece[0] in script:
            return f"${sign}{{{''.join(COMMANDS.get(script[one], script[one]) for one in piece)}}}$"
    if piece in ESCAPED:
        return ESCAPED[piece]
    if piece == "′":
        return "$'$"
    if piece in COMMANDS and not piece.isascii() and not (piece.isalpha() and language() == "el"):
        return f"${COMMANDS[piece]}$"
    if "①" <= piece <= "⑳":
        return rf"\textcircled{{{unicodedata.normalize('NFKC', piece)}}}"
    if unicodedata.category(piece)[0] == "S" and not piece.isascii():
        return f"U+{ord(piece):04X}"  # few fonts have it, and pdfTeX would stop at it
    return piece if piece.isprintable() else " "
