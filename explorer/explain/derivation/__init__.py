"""Derivations: how each gate's rule is found, step by step, as the handouts find it."""

from explorer.explain.derivation.tab import derivation_tab

__all__ = ["derivation_tab"]
