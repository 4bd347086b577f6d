"""The sentences of an activation and its loss: what cancels where they meet, as two lines and as one."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.explain import insights, saturation_words
from explorer.explain.collapse import collapsed
from explorer.explain.inside import inside
from explorer.explain.meeting import Meeting, meeting
from explorer.explain.phrases import strong, symbol
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, parts

LOSS = {"sigmoid": "binary cross-entropy", "softmax": "cross-entropy"}


def forward(scene: Scene) -> list[Part] | None:
    """A forward step of the pair, where there is more to say of it than of any other line; else None."""
    p, met = inside(scene), meeting(scene)
    if p is None or met is None:
        return saturation_words.forward(scene)
    logits, target = symbol(scene, met.logits), symbol(scene, met.target)
    head = strong(
        symbol(scene, scene.node.name),
        f" is the {LOSS[met.activation]} of ",
        *parts(p),
        f" = {met.function}(",
        logits,
        ")",
    )
    how: list[Part] = [", computed on ", logits, " itself, so that no probability is rounded on the way."]
    return [head, " against ", target, *how, *insights.forward(scene)]


def backward(scene: Scene, receivers: Sequence[str]) -> list[Part] | None:
    """A backward step of the pair, where there is more to say of it than of any other line; else None."""
    p, met = inside(scene), meeting(scene)
    if p is None or met is None:
        return saturation_words.backward(scene)
    sent = Rules(scene).sent_back(met.logits, scene.upstream())
    if sent is None or tuple(receivers) != (met.logits,):
        return None
    own: list[Part] = [*parts(scene.gradient(met.logits)), " = "] if scene.notation.negated(met.logits) else []
    named = parts(scene.named(met.logits, sent))
    head = strong(symbol(scene, met.logits), " receives ", *own, *named)
    return [head, *insights.backward(scene, receivers), ". ", *_cancelled(met, parts(p)), ": neither is computed."]


def _cancelled(met: Meeting, p: list[Part]) -> list[Part]:
    if met.activation == "sigmoid":
        return ["The slope ", *p, "·(1 − ", *p, ") and the loss's division by it have cancelled"]
    return ["Softmax's factor ", *p, " and the loss's division by it have cancelled"]


def collapse(scene: Scene, receiver: str) -> list[Part]:
    """What is left where the line and its loss meet in two lines, as in ŷ − y; nothing for other lines."""
    shortcut = collapsed(scene)
    if shortcut is None:
        return []
    p = parts(scene.value(scene.node.name))
    left = [*parts(scene.gradient(receiver)), " = ", *parts(scene.named(receiver, shortcut)), "."]
    if scene.node.code[0].op.name == "sigmoid":
        return [" The loss has divided by just that slope: the two cancel, and it collapses to ", *left]
    return [" The loss has divided by ", *p, ", which cancels, and the targets sum to 1: it collapses to ", *left]
