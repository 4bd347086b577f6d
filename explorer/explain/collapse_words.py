"""The sentences of an activation and its loss: what cancels where they meet, as two lines and as one."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.explain import insights, saturation_words
from explorer.explain.collapse import collapsed
from explorer.explain.inside import inside
from explorer.explain.meeting import Meeting, meeting
from explorer.explain.phrases import Fields, say, sentences, symbol
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, parts


def forward(scene: Scene) -> list[Part] | None:
    """A forward step of the pair, where there is more to say of it than of any other line; else None."""
    p, met = inside(scene), meeting(scene)
    if p is None or met is None:
        return saturation_words.forward(scene)
    fields: Fields = {
        "loss": symbol(scene, scene.node.name),
        "p": parts(p),
        "logits": symbol(scene, met.logits),
        "target": symbol(scene, met.target),
    }
    if met.activation == "sigmoid":
        said = say(
            "**{loss} is the binary cross-entropy of {p} = σ({logits})** against {target}, "
            "computed on {logits} itself, so that no probability is rounded on the way.",
            **fields,
        )
    else:
        said = say(
            "**{loss} is the cross-entropy of {p} = softmax({logits})** against {target}, "
            "computed on {logits} itself, so that no probability is rounded on the way.",
            **fields,
        )
    return sentences(said, insights.forward(scene))


def backward(scene: Scene, receivers: Sequence[str]) -> list[Part] | None:
    """A backward step of the pair, where there is more to say of it than of any other line; else None."""
    p, met = inside(scene), meeting(scene)
    if p is None or met is None:
        return saturation_words.backward(scene)
    sent = Rules(scene).sent_back(met.logits, scene.upstream())
    if sent is None or tuple(receivers) != (met.logits,):
        return None
    own: list[Part] = [*parts(scene.gradient(met.logits)), " = "] if scene.notation.negated(met.logits) else []
    formula = [*own, *parts(scene.named(met.logits, sent))]
    clause = say("{name} receives {formula}", name=symbol(scene, met.logits), formula=formula)
    return sentences(insights.told(clause, scene, receivers), _cancelled(met, parts(p)))


def _cancelled(met: Meeting, p: list[Part]) -> list[Part]:
    if met.activation == "sigmoid":
        return say("The slope {p}·(1 − {p}) and the loss's division by it have cancelled: neither is computed.", p=p)
    return say("Softmax's factor {p} and the loss's division by it have cancelled: neither is computed.", p=p)


def collapse(scene: Scene, receiver: str) -> list[Part]:
    """What is left where the line and its loss meet in two lines, as in ŷ − y; nothing for other lines."""
    shortcut = collapsed(scene)
    if shortcut is None:
        return []
    gradient, left = parts(scene.gradient(receiver)), parts(scene.named(receiver, shortcut))
    if scene.node.code[0].op.name == "sigmoid":
        # Translators: "it" is what goes back
        return say(
            "The loss has divided by just that slope: the two cancel, and it collapses to {gradient} = {left}.",
            gradient=gradient,
            left=left,
        )
    # Translators: "it" is what goes back
    return say(
        "The loss has divided by {p}, which cancels, and the targets sum to 1: it collapses to {gradient} = {left}.",
        p=parts(scene.value(scene.node.name)),
        gradient=gradient,
        left=left,
    )
