"""The picture as files to take away: a LaTeX document, scripts in NumPy and PyTorch, and JSON that opens again.

    text = dump(file_of(lesson, sample=2))
    lesson = lesson_of(load(text))
"""

from explorer.export.latex import derivation_document
from explorer.export.saved import SavedError, SavedFile, dump, load
from explorer.export.saved_lesson import file_of, lesson_of
from explorer.export.scripts import numpy_script, torch_script

__all__ = [
    "SavedError", "SavedFile", "derivation_document", "dump", "file_of", "lesson_of", "load", "numpy_script",
    "torch_script",
]  # fmt: skip
