"""The explorer on a generated graph, for `panel serve`: `--args 1000` nodes of small tensors, many read twice."""

import sys

import numpy as np
import panel as pn

from explorer import Graph, explore

WIDTH = 10
AROUND = 2 + WIDTH + 2  # x and y, a parameter for every chain, the sum and the loss


def source(lines: int) -> str:
    """A graph text of this many lines, 24 at least: ten chains side by side that look back at one another."""
    width, size = WIDTH, 3
    text = [f"x = input({size})", f"y = target({size})"]
    text += [f"b{k} = param({size})" for k in range(width)]
    text += [f"n{k} = x + b{k}" for k in range(width)]
    for k in range(width, lines - AROUND):
        # The second operand is the neighbouring chain's, so that edges cross and gradients add up. Neither values nor
        # gradients die away: an edit of the first line is seen in the last.
        text.append(f"n{k} = n{k - width} - tanh(n{k - width + (1 if k % width < width - 1 else 0)}) * 0.5")
    last = [f"n{k}" for k in range(lines - AROUND - width, lines - AROUND)]
    text += [f"s = ({' + '.join(last)}) * 0.1", "loss = sqerr(s, y)"]
    return "\n".join(text) + "\n"


Numbers = dict[str, np.ndarray]


def with_numbers(lines: int) -> tuple[Graph, Numbers, Numbers]:
    """Such a graph with data of one sample and parameters, always the same."""
    graph = Graph.parse(source(lines))
    random = np.random.default_rng(0)
    data = {name: random.normal(size=(1, 3)) for name in (*graph.inputs, *graph.targets)}
    params = {name: random.normal(size=3) for name in graph.parameters}
    return graph, data, params


def page(lines: int) -> None:
    explore(*with_numbers(lines)).servable(title=f"{lines} lines")


if pn.state.curdoc is not None:
    page(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
