"""Jacobians of ops that only move entries: indexing, transposing, joining."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians.base import Jacobian, counted, gather, pick_matrix, spread

Key: TypeAlias = tuple[int | slice, ...]


@dataclass(frozen=True, eq=False)
class Selection(Jacobian):
    """Some entries of the operand, operand[key]: backward puts them back among zeros. `key` covers every axis."""

    key: Key
    kind = "selection"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        back = xp.zeros((*self.in_shape[:-1], cotangent.shape[-1]), dtype=cotangent.dtype)
        back[self.key] = cotangent
        return gather(xp, back, self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return spread(xp, tangent[self.key], self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        index = xp.reshape(counted(xp, self.in_shape[:-1])[self.key[:-1]], (-1,))
        return pick_matrix(xp, index, self.size[1], xp.ones((self.size[0], 1), dtype=self.dtype))


@dataclass(frozen=True, eq=False)
class Placement(Jacobian):
    """The operand is one piece out[key] of the output: backward cuts that piece out of the gradient."""

    key: Key
    kind = "selection"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        return gather(xp, cotangent[self.key], self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        out = xp.zeros(self.out_shape, dtype=tangent.dtype)
        out[self.key] = tangent
        return out

    def dense(self, xp: Namespace) -> Array:
        rows, columns = self.size
        index = xp.reshape(counted(xp, self.out_shape[:-1])[self.key[:-1]], (-1,))
        placed = pick_matrix(xp, index, rows, xp.ones((columns, 1), dtype=self.dtype))
        return xp.permute_dims(placed, (1, 0, 2))


@dataclass(frozen=True, eq=False)
class Permutation(Jacobian):
    """The operand's axes in another order: backward puts them in the old one. `axes` covers the batch axis too."""

    axes: tuple[int, ...]
    kind = "selection"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        inverse = tuple(self.axes.index(axis) for axis in range(len(self.axes)))
        return gather(xp, xp.permute_dims(cotangent, inverse), self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return spread(xp, xp.permute_dims(tangent, self.axes), self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        index = xp.reshape(xp.permute_dims(counted(xp, self.in_shape[:-1]), self.axes[:-1]), (-1,))
        return pick_matrix(xp, index, self.size[1], xp.ones((self.size[0], 1), dtype=self.dtype))
