"""Update rules: parameters and their gradients in, new parameters out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from array_api_compat import array_namespace

from explorer.engine.arrays import Array
from explorer.engine.errors import DataError
from explorer.engine.nodes import as_read


@dataclass(frozen=True)
class SGD:
    """Plain gradient descent, w ← w − η ∂L/∂w.

    `rate` is η, in units of parameter per unit of gradient. Source: the MLP notes (seed 004); matrix language (002).
    """

    rate: float = 0.1

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> dict[str, Array]:
        """New parameters of the same shapes and dtypes, where their gradients are; the old ones are left as they are.

        A parameter that `grads` does not name stays as it is; further gradients (of inputs, say) are not used.
        Raises: DataError when a gradient has not the shape of its parameter.
        """
        found = {as_read(name): gradient for name, gradient in grads.items()}
        return {name: self._moved(name, value, found[as_read(name)]) if as_read(name) in found else value
                for name, value in params.items()}

    def _moved(self, name: str, value: Array, gradient: Array) -> Array:
        gradient = gradient if hasattr(gradient, "dtype") else np.asarray(gradient, dtype=float)
        xp = array_namespace(gradient)
        value = xp.asarray(value)
        if tuple(value.shape) != tuple(gradient.shape):
            raise DataError(
                f"gradient of '{name}': it has shape {tuple(gradient.shape)}, the parameter {tuple(value.shape)}. "
                "Expected equal shapes. Pass the gradients that came with these parameters.",
                node=name,
            )
        moved = value - self.rate * gradient
        return xp.astype(moved, value.dtype) if xp.isdtype(value.dtype, "real floating") else moved
