"""One sample of a batch in general: its symbols carry the letter b, z_b, ∂L/∂z_b, (δ₂)_b."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from explorer.explain import formula as f
from explorer.explain.scene import Scene
from explorer.explain.symbols import scripted
from explorer.notation import Label


@dataclass(frozen=True, eq=False)
class AnySample(Scene):
    """One sample's symbols, with the letter b in place of its number: z_b, ∂L/∂z_b, (δ₂)_b."""

    @classmethod
    def of(cls, scene: Scene) -> AnySample:
        return cls(**{field.name: getattr(scene, field.name) for field in fields(scene)})

    def label(self, name: str) -> Label:
        return self.notation.element(name, ("b",)) if self.graph.nodes[name].batched else self.notation.symbol(name)

    def _gradient_symbol(self, name: str, value: f.Array, own: bool, cells: f.Cells | None, note: str = "") -> f.Symbol:
        symbol = super()._gradient_symbol(name, value, own, cells, note)
        if symbol.under or not self.graph.nodes[name].batched:
            return symbol
        return replace(symbol, label=scripted(symbol.label, "b"))

    def along(self, symbol: f.Symbol) -> f.Symbol:
        """What stands on a card is one sample's too: the probability inside a fused loss."""
        return replace(symbol, label=scripted(symbol.label, "b")) if symbol.cells else symbol


def in_general(scene: Scene) -> Scene:
    """The scene whose losses are called L_b where all samples are on show; the scene itself otherwise."""
    return Losses(**{field.name: getattr(scene, field.name) for field in fields(scene)}) if scene.stacked else scene


class Losses(Scene):
    """All samples' symbols as for one of them, but for the losses: L_b, for L is their mean or sum."""

    def label(self, name: str) -> Label:
        general = name == self.graph.objective and self.batch > 1 and self.graph.nodes[name].batched
        return self.notation.element(name, ("b",)) if general else super().label(name)
