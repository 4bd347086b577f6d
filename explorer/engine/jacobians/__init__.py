"""Structured local Jacobians and their small algebra: compose, add, pullback, pushforward, dense."""

from explorer.engine.jacobians.algebra import Chain, Sum, add, compose
from explorer.engine.jacobians.base import Jacobian, Shape
from explorer.engine.jacobians.elementwise import Broadcast, Diagonal, Identity, Zero, elementwise, is_stretched
from explorer.engine.jacobians.linear import Dense, Kronecker, Matrix, Outer
from explorer.engine.jacobians.reducing import DiagonalMinusOuter, Row
from explorer.engine.jacobians.selecting import Permutation, Placement, Selection

__all__ = [
    "Broadcast", "Chain", "Dense", "Diagonal", "DiagonalMinusOuter", "Identity", "Jacobian", "Kronecker", "Matrix",
    "Outer", "Permutation", "Placement", "Row", "Selection", "Shape", "Sum", "Zero", "add", "compose", "elementwise",
    "is_stretched",
]
