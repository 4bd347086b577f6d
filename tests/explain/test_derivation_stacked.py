"""Derivations with every sample's numbers: what is said of each sample is what the engine computed for it."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.explain import formula as f
from explorer.explain.derivation.stacked import for_every_sample
from explorer.explain.derivation.steps import Calculation, Derivation
from explorer.explain.derivation.tab import derivation_tab, derivations
from explorer.explain.rewrite import rewritten
from explorer.explain.scene import Scene
from explorer.explain.text import as_text, text
from tests.explain.derived import calculations, reached, scene_of, wrong
from tests.explain.graphs import traced

CASES = ("batch/batch_softmax", "mlp/bce_mlp_batch")
CHOSEN = 1


def stacked(case: str, name: str) -> tuple[Scene, list[Derivation]]:
    lesson, trace = traced(case)
    scene = scene_of(lesson.graph, trace, lesson.notation, name, CHOSEN, stacked=True)
    with np.errstate(all="ignore"):
        return scene, for_every_sample(scene, derivations)


def lines() -> list[tuple[str, str]]:
    return [(case, name) for case in CASES for name in reached(traced(case)[0].graph)]


def of_sample(told: Derivation, sample: int) -> list[Calculation]:
    return [one for _, one in calculations(told) if as_text(list(one.caption)).startswith(f"b = {sample + 1}")]


def cells_in(calculation: Calculation) -> list[f.Cells]:
    """Where the symbols of a calculation point to."""
    found: list[f.Cells] = []

    def note(symbol: f.Symbol) -> f.Symbol:
        if symbol.cells is not None:
            found.append(symbol.cells)
        return symbol

    for line in calculation.lines:
        for side in (line.left, line.right):
            if side is not None:
                rewritten(side, note)
    return found


@pytest.mark.parametrize(("case", "name"), lines())
def test_every_line_of_every_sample_holds(case: str, name: str) -> None:
    _, found = stacked(case, name)
    for one in found:
        assert not wrong(one)


@pytest.mark.parametrize(("case", "name"), lines())
def test_every_sample_ends_at_what_the_engine_sent_back(case: str, name: str) -> None:
    scene, found = stacked(case, name)
    for one in found:
        if one.sort != "gate" or not scene.graph.nodes[one.wrt].batched:
            continue
        for sample in range(scene.batch):
            results = [
                np.asarray(line.right.evaluate()).reshape(-1)
                for calculation in of_sample(one, sample)
                for line in calculation.lines
                if line.result
            ]
            wanted = np.asarray(scene.trace.contributions[one.of, one.wrt])[sample].reshape(-1)
            assert any(said.shape == wanted.shape and np.allclose(said, wanted, rtol=1e-9) for said in results), sample


@pytest.mark.parametrize(("case", "name"), lines())
def test_every_line_in_symbols_stays(case: str, name: str) -> None:
    """The same lines, those of any sample: L_b for L₂."""

    def in_symbols(found: list[Derivation]) -> list[set[str]]:
        return [{text(line.right) for _, one in calculations(told) for line in one.lines if not line.numbers}
                for told in found]  # fmt: skip

    scene, found = stacked(case, name)
    with np.errstate(all="ignore"):
        plain = derivations(replace(scene, stacked=False))
    assert in_symbols(found) == [{line.replace("L₂", "L_b") for line in one} for one in in_symbols(plain)]


def test_the_samples_come_in_order_and_only_the_chosen_one_is_on_the_stage() -> None:
    scene, (gate, *_) = stacked("batch/batch_softmax", "s")
    captions = [as_text(list(one.caption)) for _, one in calculations(gate) if one.caption]
    assert captions == ["b = 1", "b = 2 ◂", "b = 3", "b = 4"] * (len(captions) // scene.batch)
    for sample in range(scene.batch):
        pointing = [cells.node for one in of_sample(gate, sample) for cells in cells_in(one)]
        assert bool(pointing) is (sample == CHOSEN)


def test_weights_are_on_the_stage_whatever_the_sample() -> None:
    scene, (to_z, *_) = stacked("batch/batch_softmax", "a2")
    for sample in range(scene.batch):
        assert "W2" in {cells.node for one in of_sample(to_z, sample) for cells in cells_in(one)}


def test_the_jacobians_are_a_matrix_for_each_sample() -> None:
    scene, (gate, *_) = stacked("batch/batch_softmax", "s")
    found = [one for title, one in calculations(gate) if title == "The Jacobians: one for each sample" and one.caption]
    jacobians = scene.trace.jacobian("s", "a2").stack()
    np.testing.assert_allclose([one.lines[-1].right.evaluate() for one in found], jacobians, rtol=1e-12)


def test_numbers_that_all_samples_share_are_said_once() -> None:
    _, (to_bias,) = stacked("batch/batch_softmax", "b2")
    shared = [one for _, one in calculations(to_bias) if not one.caption and any(line.result for line in one.lines)]
    assert shared


@pytest.mark.parametrize(("case", "name"), lines())
def test_what_holds_for_every_sample_names_none(case: str, name: str) -> None:
    """The lines, the titles and the remarks that stand once: the chosen sample is one of all."""
    named = (f"L{chr(0x2081 + CHOSEN)}", f"b={CHOSEN + 1}", f"sample {CHOSEN + 1}")
    for derivation in stacked(case, name)[1]:
        once = [text(side) for _, one in calculations(derivation) if not one.caption for line in one.lines
                for side in (line.left, line.right) if side is not None and not line.numbers]  # fmt: skip
        once += [as_text(list(derivation.title)), *(as_text(list(part)) for step in derivation.steps
                                                    for part in (step.title, step.remark))]  # fmt: skip
        assert not [said for said in once if any(one in said for one in named)]


def test_a_bias_has_every_samples_numbers_once() -> None:
    """Its rows are what arrives; with the identity beside them they would only be said again."""
    _, (to_bias,) = stacked("batch/batch_softmax", "b2")
    rows = [text(one.lines[0].right, True) for _, one in calculations(to_bias) if one.caption]
    assert len(rows) == len(set(rows))


def test_a_single_sample_has_nothing_to_stack() -> None:
    lesson, trace = traced("mlp/bce_mlp")
    alone, as_stack = (
        derivation_tab(scene_of(lesson.graph, trace, lesson.notation, "z", stacked=flag)) for flag in (False, True)
    )
    assert alone == as_stack
