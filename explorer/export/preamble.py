"""What a LaTeX document starts with: pdfTeX reads it as well as XeTeX and LuaTeX, unless its letters ask for those."""

from __future__ import annotations

import re

LATIN = r"""\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{lmodern}
\else
  \usepackage{fontspec}
\fi"""
COMMON = r"""\usepackage[margin=2.2cm]{geometry}
\usepackage{amsmath,cancel}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5em}
\newcommand{\step}[2]{\medskip\textbf{#1.~#2}\quad}"""
UNICODE = "% !TEX program = xelatex"
FONTS = r"\usepackage{iftex,fontspec}"
BREAKS = r"""\ifXeTeX
  \XeTeXlinebreaklocale "zh"
  \XeTeXlinebreakskip=0pt plus 1pt
\fi"""
# The first of these that the machine has. All have Latin letters too.
OTHERS = ("CMU Serif", "Libertinus Serif", "FreeSerif", "Noto Serif", "DejaVu Serif", "Times New Roman")
CHINESE = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC", "FandolSong-Regular.otf", "Songti SC", "SimSun",
    "WenQuanYi Zen Hei", "Droid Sans Fallback",
)  # fmt: skip


def preamble(body: str) -> str:
    """The lines before \\begin{document} for that body."""
    head = r"\documentclass[10pt,a4paper]{article}"
    if re.search("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]", body):
        return "\n".join([UNICODE, head, FONTS, _font(CHINESE), BREAKS, COMMON])
    if re.search("[^\x00-\u017f\u2010-\u2026]", body):
        return "\n".join([UNICODE, head, FONTS, _font(OTHERS), COMMON])
    return "\n".join([head, LATIN, COMMON])


def _font(names: tuple[str, ...]) -> str:
    """The first font that there is."""
    choice = ""
    for name in reversed(names):
        choice = rf"\IfFontExistsTF{{{name}}}{{\setmainfont{{{name}}}}}{{{choice}}}"
    return choice
