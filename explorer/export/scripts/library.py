"""The two libraries that scripts are written for: what a function is called there, or how it is defined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from explorer.export.scripts.code import Code, call


@dataclass(frozen=True)
class Library:
    """A module by the `name` that scripts have for it; `own` are functions that a script defines for itself."""

    name: str
    own: Mapping[str, str]
    renamed: Mapping[str, str]

    def __call__(self, function: str, *arguments: Code, options: str = "") -> Code:
        """A function of arrays, entry by entry."""
        return call(self._called(function), *arguments, options=options)

    def _called(self, function: str) -> str:
        return function if function in self.own else f"{self.name}.{self.renamed.get(function, function)}"

    def definitions(self, text: str) -> list[str]:
        """The functions of its own that a script's text calls, and those that they call."""
        found: dict[str, str] = {}
        waiting = [text]
        while waiting:
            words = set(re.findall(r"\w+(?=\()", waiting.pop()))
            for name in sorted(words & self.own.keys() - found.keys()):
                found[name] = self.own[name]
                waiting.append(self.own[name].partition("\n")[2])
        return [definition for name, definition in self.own.items() if name in found]


_XLOGY = '''def xlogy(w, x):
    """w ln x, and 0 where both are 0."""
    return w * {lib}.log({lib}.where((w == 0) & (x == 0), 1.0, x))'''
_XLOG1PY = '''def xlog1py(w, x):
    """w ln(1 + x), and 0 where both w and 1 + x are 0."""
    return w * {lib}.log1p({lib}.where((w == 0) & (x == -1), 0.0, x))'''

NUMPY = Library(
    "np",
    {
        "sigmoid": '''def sigmoid(z):
    """1 / (1 + e^-z), without overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z < 0, small, 1.0) / (1 + small)''',
        "softplus": '''def softplus(z):
    """ln(1 + e^z), without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))''',
        "gelu": '''def gelu(z):
    """z times its gate, sigmoid(2 u) with u = sqrt(2/pi) (z + 0.044715 z^3)."""
    return z * sigmoid(2 * np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))''',
        "gelu_slope": '''def gelu_slope(z):
    """The derivative of gelu: the gate, and z times the gate's own derivative."""
    gate = sigmoid(2 * np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))
    return gate + z * gate * (1 - gate) * 2 * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)''',
        "softmax": '''def softmax(x, axis):
    """e^x over its sum along the axis; the largest is taken off first, so that nothing overflows."""
    power = np.exp(x - x.max(axis=axis, keepdims=True))
    return power / power.sum(axis=axis, keepdims=True)''',
        "log_softmax": '''def log_softmax(x, axis):
    """ln softmax(x), right where softmax(x) is 0."""
    low = x - x.max(axis=axis, keepdims=True)
    return low - np.log(np.exp(low).sum(axis=axis, keepdims=True))''',
        "logsumexp": '''def logsumexp(x, axis):
    """ln of the sum of e^x along the axis, or axes."""
    top = x.max(axis=axis, keepdims=True)
    return np.squeeze(top + np.log(np.exp(x - top).sum(axis=axis, keepdims=True)), axis=axis)''',
        "xlogy": _XLOGY.format(lib="np"),
        "xlog1py": _XLOG1PY.format(lib="np"),
        "quotient": '''def quotient(w, x):
    """w / x, and 0 where both are 0."""
    return w / np.where((w == 0) & (x == 0), 1.0, x)''',
        "placed": '''def placed(g, x, key):
    """g at x[key], and 0 for the other entries of x."""
    whole = np.zeros_like(x)
    whole[key] = g
    return whole''',
    },
    {},
)
TORCH = Library(
    "torch",
    {
        "softplus": '''def softplus(z):
    """ln(1 + e^z) to all digits: torch.nn.functional's own is a straight line from 20 on."""
    return torch.logaddexp(z, torch.zeros_like(z))''',
        "xlogy": _XLOGY.format(lib="torch"),
        "xlog1py": _XLOG1PY.format(lib="torch"),
    },
    {"gelu": "nn.functional.gelu", "silu": "nn.functional.silu", "concatenate": "cat"},
)
