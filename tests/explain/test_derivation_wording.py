"""What derivations say beside their numbers: rules apart from numbers, nothing twice, names before they are used."""

import pytest

from explorer.explain.derivation.steps import Calculation
from explorer.explain.text import as_text, text
from tests.explain.derived import calculations, lines, told
from tests.explain.graphs import CASES
from tests.explain.test_derivation import scenes, the


@pytest.mark.parametrize("case", CASES)
def test_a_rule_and_its_numbers_are_calculations_of_their_own(case: str) -> None:
    """What starts with a letter for the index ends in symbols; the numbers are those of a picked entry."""
    for scene in scenes(case):
        for derivation in told(scene):
            for title, one in calculations(derivation):
                left = one.lines[0].left
                assert left is not None
                general = any(letter in text(left) for letter in ("ᵢ", "ⱼ", "ₗ"))
                single = any(line.numbers for line in one.lines) and left.evaluate().size == 1
                assert not (general and single), (scene.node.name, title, text(left))


@pytest.mark.parametrize("case", CASES)
def test_no_calculation_says_again_what_the_one_before_it_ended_with(case: str) -> None:
    for scene in scenes(case):
        for derivation in told(scene):
            for step in derivation.steps:
                found = [piece for piece in step.pieces if isinstance(piece, Calculation)]
                for above, below in zip(found, found[1:], strict=False):
                    ends = [(above.lines[0].left, above.lines[-1].right), (below.lines[0].left, below.lines[0].right)]
                    before, after = ([text(side) for side in sides if side is not None] for sides in ends)
                    assert before != after, (scene.node.name, as_text(list(step.title)))


def test_with_a_single_output_its_index_is_a_number() -> None:
    for wrt in ("U", "h", "b2"):
        said = lines(the("mlp/bce_mlp", "theta", wrt))
        assert "uⱼ" not in said and "uᵢ" not in said
    assert "∂θ/∂hᵢ = u₁,ᵢ" in lines(the("mlp/bce_mlp", "theta", "h"))


def test_a_slope_is_introduced_where_its_name_first_comes() -> None:
    for name, wrt, sort in (("h", "z", "gate"), ("z", "W", "gate"), ("z", "x", "whole")):
        first, *others = [line for line in lines(the("mlp/bce_mlp", name, wrt, sort)).split("\n") if "σ′" in line]
        assert first == "σ′(zᵢ) = σ(zᵢ)·(1 − σ(zᵢ))" and others
    said = lines(the("mlp/bce_mlp", "z", "x", "whole"))
    assert said.index("σ′(zᵢ) = σ(zᵢ)·(1 − σ(zᵢ))\n= hᵢ·(1 − hᵢ)") < said.index("∂h/∂z = diag(σ′(z))")


def test_samples_share_the_matrix_of_a_product_and_have_each_their_own_softmax() -> None:
    remarks = {wrt: as_text(list(step.remark)) for name, wrt in (("a2", "z"), ("s", "a2"))
               for step in the("batch/batch_softmax", name, wrt).steps
               if as_text(list(step.title)) == "The whole batch, row by row"}  # fmt: skip
    assert remarks == {
        "z": "The same matrix, that of W₂, serves all samples; the rows never meet.",
        "a2": "One Jacobian for each sample; the rows never meet.",
    }


def test_the_targets_are_named_and_summed_before_that_is_used() -> None:
    titles = [as_text(list(step.title)) for step in the("matrix-language/matrix_language", "g", "t", "collapse").steps]
    assert titles.index("The targets are shares: Σ y = 1") < titles.index("All entries, collected")


def test_the_gradient_of_a_column_for_the_whole_batch_is_a_column() -> None:
    found = [one for title, one in calculations(the("mlp/bce_mlp_batch", "z", "b1")) if title.startswith("Over the")]
    assert text(found[-1].lines[0].right) == "([1 … 1]·δ₂)ᵀ" and found[-1].lines[-1].right.evaluate().shape == (4, 1)


def test_what_arrives_at_the_objective_is_named() -> None:
    assert "∂E/∂E₁ = ∂E/∂E·∂E/∂E₁\n= 1·1\n= 1" in lines(the("gates/fan_out", "loss", "e1"))
