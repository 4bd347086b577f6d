"""The pass in PyTorch: the same forward half, the gradients by autograd, in double precision."""

from __future__ import annotations

from explorer.engine.trace import Trace
from explorer.export.scripts.layout import Layout, with_comment
from explorer.export.scripts.library import TORCH
from explorer.export.scripts.names import comment
from explorer.film.subject import Subject
from explorer.locale import _


def torch_script(subject: Subject, trace: Trace) -> str:
    """A script that prints the trace's loss and the gradients of all parameters and inputs. It needs PyTorch alone."""
    layout = Layout(subject, trace, TORCH)
    graph, names = layout.graph, layout.names
    forward = [_in_torch(line) for line in layout.forward()]
    own = TORCH.definitions("\n".join(forward))
    leaf = "torch.tensor({}, requires_grad=True)"
    data = [*graph.inputs, *graph.targets]
    leaves = ", ".join(f'"{name}": {names.lines[name]}' for name in layout.differentiated)
    lines = [
        *layout.heading(_("Gradients by autograd. Run, it prints the loss and its gradients.")),
        "import torch",
        "",
        "torch.set_default_dtype(torch.float64)",
        *(line for definition in own for line in ("", "", *definition.split("\n"))),
        *(["", ""] if own else [""]),
        *(comment([_("Data: one row for each sample.")]) if data else []),
        *layout.numbers(graph.inputs, leaf),
        *layout.numbers(graph.targets, "torch.tensor({})"),
        *(["", *comment([_("Parameters.")])] if graph.parameters else []),
        *layout.numbers(graph.parameters, leaf),
        *([with_comment(f"B = len({names.lines[data[0]]})", _("samples"))] if data else []),
        layout.rate(),
        "",
        *comment([_("Forward: each line from the ones above it.")]),
        *forward,
        layout.objective(),
        "",
        *comment([_("Backward: autograd.")]),
        "if objective.requires_grad:",
        "    objective.backward()",
        'print("loss =", objective.item())',
        f"for name, leaf in {{{leaves}}}.items():",
        "    gradient = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad",
        '    print(f"d loss / d {name} =", gradient.tolist())',
    ]
    if graph.parameters:
        params = "".join(f"{names.lines[name]}, " for name in graph.parameters).rstrip()
        lines += [
            "",
            *comment([_("One step of gradient descent.")]),
            "with torch.no_grad():",
            f"    for leaf in ({params}):",
            "        if leaf.grad is not None:",
            "            leaf -= learning_rate * leaf.grad",
        ]
    return "\n".join(lines) + "\n"


def _in_torch(line: str) -> str:
    """PyTorch knows NumPy's words for axes; it says dim itself."""
    code, mark, words = line.partition("  # ")
    code = code.replace("axis=", "dim=").replace("keepdims=", "keepdim=").replace(".transpose(", ".permute(")
    return code + mark + words
