"""The layout's promises, on lessons and random graphs: no overlaps, edges around cards, data runs to the right."""

import random
from itertools import combinations, pairwise

import pytest

from explorer import Graph, lessons
from explorer.film.nodes import card_titles, measure_cards
from explorer.layout import Layout, arrange
from explorer.layout.cards import SHOWN, measure
from explorer.layout.layered import pack
from explorer.layout.projected import FAR, NEAR
from explorer.layout.routes import spread
from explorer.notation import Notation


def random_graph(seed: int, lines: int = 14) -> Graph:
    """Inputs, parameters and element-wise lines that read earlier lines at random, so edges of every length occur."""
    chance = random.Random(seed)
    text = ["x = input(3)", "u = input(3)", "t = target(3)", "w = param(3)", "M = param(3, 3)"]
    names = ["x", "u", "w"]
    for number in range(lines):
        left, right = chance.choice(names), chance.choice(names)
        text.append(f"l{number} = {chance.choice([f'{left} + {right}', f'M @ {left}', f'sigmoid({left} * {right})'])}")
        names.append(f"l{number}")
    return Graph.parse("\n".join([*text, f"loss = sqerr({' + '.join(names[-3:])}, t)"]))


CASES = {name: lesson.graph for name, lesson in lessons.catalogue().lessons.items()}
CASES |= {f"random {seed}": random_graph(seed) for seed in range(12)}


def place(graph: Graph):
    cards = measure_cards(graph, card_titles(graph, Notation()), batch=2)
    return cards, arrange(graph, cards)


@pytest.mark.parametrize("case", CASES)
def test_no_two_cards_overlap_and_all_are_on_the_stage(case):
    _, layout = place(CASES[case])
    for one, other in combinations(layout.boxes.values(), 2):
        apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
        assert apart, (one, other)
    for box in layout.boxes.values():
        assert box.x >= 0 and box.y >= 0 and box.right <= layout.width and box.bottom <= layout.height


def mixed(graph: Graph) -> Layout:
    """Every other card is large, as on a projector: the cards of a column differ in width."""
    sizes = [measure_cards(graph, card_titles(graph, Notation()), 2, one) for one in (NEAR, FAR)]
    return arrange(graph, {name: sizes[number % 2][name] for number, name in enumerate(graph.nodes)})


@pytest.mark.parametrize("lay_out", [lambda graph: place(graph)[1], mixed], ids=["page", "mixed"])
@pytest.mark.parametrize("case", CASES)
def test_no_edge_runs_through_a_card(case, lay_out):
    layout = lay_out(CASES[case])
    for edge, points in layout.edges.items():
        for (x0, y0), (x1, y1) in pairwise(points):
            for i in range(1, 40):
                x, y = x0 + (x1 - x0) * i / 40, y0 + (y1 - y0) * i / 40
                for name, box in layout.boxes.items():
                    inside = box.x + 1 < x < box.right - 1 and box.y + 1 < y < box.bottom - 1
                    assert not inside, (edge, name, (x, y), box)


@pytest.mark.parametrize("case", CASES)
def test_every_edge_joins_its_two_cards(case):
    graph = CASES[case]
    _, layout = place(graph)
    assert set(layout.edges) == {(source, name) for name, node in graph.nodes.items() for source in node.inputs}
    for (source, target), points in layout.edges.items():
        for name, (x, y) in ((source, points[0]), (target, points[-1])):
            box = layout.boxes[name]
            on_x = box.x - 0.01 <= x <= box.right + 0.01
            on_y = box.y - 0.01 <= y <= box.bottom + 0.01
            assert on_x and on_y, (source, target, name)


@pytest.mark.parametrize("case", CASES)
def test_data_runs_to_the_right_and_parameters_stand_below(case):
    graph = CASES[case]
    _, layout = place(graph)
    spine = {name for name, node in graph.nodes.items() if node.kind in ("input", "op")}
    lowest = max(layout.boxes[name].bottom for name in spine)
    for name, node in graph.nodes.items():
        for source in set(node.inputs) & spine:
            assert layout.boxes[source].right < layout.boxes[name].x
        if node.kind == "param":
            assert layout.boxes[name].y > lowest


def test_the_layout_does_not_depend_on_hash_seeds():
    one, other = (place(random_graph(3))[1] for _ in range(2))
    assert one == other


@pytest.mark.parametrize("shape", [(), (1,), (4,), (4, 3), (1, 4), (2, 3, 4), (100,), (100, 100), (0,)])
def test_cells_stand_inside_their_card(shape):
    for gradient in (True, False):
        card = measure(shape, letters=3, gradient=gradient)
        for block in (card.value, card.gradient):
            if block is not None:
                assert block.x + block.width <= card.width and block.y + block.height <= card.height
                assert len(block.rows) <= SHOWN and len(block.columns) <= SHOWN
                seen = sum(r is not None for r in block.rows) * sum(c is not None for c in block.columns)
                count = 1
                for length in shape:
                    count *= length
                assert seen + block.hidden == count


def test_a_long_tensor_shows_its_first_and_last_entries():
    block = measure((100,), letters=3, gradient=True).value
    assert block.rows == (0, 1, 2, None, 98, 99)
    assert block.hidden == 95


def test_pack_keeps_the_order_and_moves_as_little_as_needed():
    assert pack([(0.0, 10.0), (50.0, 10.0)], gap=5) == [0.0, 50.0]
    assert pack([(0.0, 10.0), (0.0, 10.0)], gap=5) == [-7.5, 7.5]
    assert pack([], gap=5) == []


def test_ports_are_spread_in_order_within_their_side():
    assert spread(0, 100, [50.0]) == [50.0]
    ports = spread(0, 100, [-40.0, 200.0, 50.0, 50.0])
    assert all(0 <= port <= 100 for port in ports)
    assert ports[0] < ports[2] < ports[3] < ports[1]


def test_many_nodes_are_placed_quickly_enough_to_be_opened():
    text = ["x0 = input(2)"] + [f"x{i} = sigmoid(x{i - 1}) + x{max(0, i - 7)}" for i in range(1, 1000)]
    graph = Graph.parse("\n".join([*text, "loss = sum(x999)"]))
    _, layout = place(graph)
    assert len(layout.boxes) == 1001
