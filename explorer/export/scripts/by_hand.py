"""The pass in NumPy, its backward half by hand: every line sends its gradient back to what it reads."""

from __future__ import annotations

import re

from explorer.engine.graph import Node, Read, Temp
from explorer.engine.trace import Trace
from explorer.export.scripts.backward import sent_back
from explorer.export.scripts.code import ATOM, PRODUCT, Code
from explorer.export.scripts.layout import Layout, with_comment
from explorer.export.scripts.library import NUMPY
from explorer.export.scripts.names import comment
from explorer.film.subject import Subject
from explorer.locale import _, tell
from explorer.notation import plain


def numpy_script(subject: Subject, trace: Trace) -> str:
    """A script that prints the trace's loss and the gradients of all parameters and inputs. It needs NumPy alone."""
    return "\n".join(_Script(subject, trace).written()) + "\n"


class _Script:
    def __init__(self, subject: Subject, trace: Trace) -> None:
        self.layout = Layout(subject, trace, NUMPY)
        self.graph, self.names = self.layout.graph, self.layout.names
        self._begun: set[str] = set()  # lines whose gradient something has come back to
        self._lines: list[str] = []

    def written(self) -> list[str]:
        layout = self.layout
        backward = self._backward()
        used = set(re.findall(r"\w+", "\n".join(backward)))
        forward = layout.forward(used)
        data, params = [*self.graph.inputs, *self.graph.targets], self.graph.parameters
        numbers = [
            *([*comment([_("Data: one row for each sample.")]), *layout.numbers(data, "np.array({})")] if data else []),
            *(["", *comment([_("Parameters.")])] if params else []),
            *layout.numbers(params, "np.array({})"),
        ]
        size = [with_comment(f"B = len({self.names.lines[data[0]]})", _("samples"))] if data else []
        own = NUMPY.definitions("\n".join([*forward, *backward]))
        functions = [line for definition in own for line in ("", "", *definition.split("\n"))]
        return [
            *layout.heading(_("Forward and backward by hand. Run, it prints the loss and its gradients.")),
            "import numpy as np",
            *functions,
            *(["", ""] if own else [""]),
            *numbers,
            *size,
            layout.rate(),
            "",
            *comment([_("Forward: each line from the ones above it.")]),
            *forward,
            layout.objective(),
            "",
            *comment([_("Backward: from the loss back, each line to what it reads.")]),
            *backward,
            "",
            *self._ending(),
        ]

    # -- backward ----------------------------------------------------------------------------------------------------
    def _backward(self) -> list[str]:
        objective = self.graph.objective
        loss, mean = self.layout.line(objective), self.layout.reduction == "mean"
        start = f"np.full_like({loss.text}, 1 / B)" if mean else f"np.ones_like({loss.text})"
        self._say(self.names.gradients[objective], start, self._symbol(objective))
        for node in reversed(self.layout.operations):
            if node.name in self.graph.reached:
                if node.name != objective and node.name not in self._begun:
                    self._say(self.names.gradients[node.name], f"np.zeros_like({self.names.lines[node.name]})", "")
                self._line(node)
        for name in self.layout.differentiated:
            if name not in self._begun:
                words = tell("the loss does not depend on {line}", line=plain(self.layout.notation.symbol(name)))
                self._say(self.names.gradients[name], f"np.zeros_like({self.names.lines[name]})", words)
        return self._lines

    def _line(self, node: Node) -> None:
        """All that one line sends back, its operations in reverse order."""
        results = [self.layout.result(node, place) for place in range(len(node.code))]
        gradients: list[Code | None] = [None] * len(node.code)
        gradients[-1] = self._gradient(node.name)
        for place in reversed(range(len(node.code))):
            apply, g = node.code[place], gradients[place]
            if g is None:
                continue
            operands = self.layout.operands(node, apply, results)
            shares = sent_back(apply.op, g, results[place], operands)
            for operand, to, sent in zip(apply.operands, operands, shares, strict=True):
                if isinstance(operand, Temp):
                    gradients[operand.index] = self._inside(to, sent)
                elif isinstance(operand, Read) and sent is not None:
                    self._arrive(node.inputs[operand.slot], sent, node.name)

    def _inside(self, result: Code, sent: Code | None) -> Code | None:
        """The gradient of an intermediate result: under its own name, unless it is another one's as it stands."""
        if sent is None or sent.text.isidentifier():
            return sent
        name = self.names.fresh(f"d_{result.text}")
        self._lines.append(f"{name} = {sent.text}")
        return Code(name, ATOM, result.shape, result.batched)

    def _arrive(self, name: str, sent: Code, reader: str) -> None:
        """What one reading sends back to a line; what several send is added."""
        if self.graph.nodes[name].kind == "target":
            return
        gradient = self.names.gradients[name]
        if name not in self._begun:
            self._say(gradient, sent.text, self._symbol(name))
        else:
            by = plain(self.layout.notation.symbol(reader))
            words = tell("{gradient}, and what comes by {line}", gradient=self._symbol(name), line=by)
            self._say(gradient, f"{gradient} + {sent.at(PRODUCT)}", words)
        self._begun.add(name)

    def _gradient(self, name: str) -> Code:
        node = self.graph.nodes[name]
        return Code(self.names.gradients[name], ATOM, node.shape, node.batched)

    def _symbol(self, name: str) -> str:
        """∂L/∂h, and the lesson's own name for it."""
        notation = self.layout.notation
        plainly = plain(notation.derivative(name))
        if not notation.gradient_is_own(name):
            return plainly
        return f"{plainly} = {'−' if notation.negated(name) else ''}{plain(notation.gradient(name))}"

    def _say(self, name: str, expression: str, words: str) -> None:
        statement = f"{name} = {expression}"
        self._lines.append(with_comment(statement, words) if words else statement)

    # -- what it prints ----------------------------------------------------------------------------------------------
    def _ending(self) -> list[str]:
        names, layout = self.names, self.layout
        told = ['print("loss =", float(objective))']
        told += [f'print("d loss / d {name} =", {names.gradients[name]}.tolist())' for name in layout.differentiated]
        if not self.graph.parameters:
            return told
        steps = [
            f"{names.lines[name]} = {names.lines[name]} - learning_rate * {names.gradients[name]}"
            for name in self.graph.parameters
        ]
        return [*told, "", *comment([_("One step of gradient descent.")]), *steps]
