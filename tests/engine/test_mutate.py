"""The mutation script itself: it kills what it should, and would tell if a mutant lived (python -m tests.mutate)."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from explorer.engine.ops import REGISTRY
from tests import mutate
from tests.engine import checks
from tests.engine.cases import cases_of
from tests.engine.mutants import op_mutants
from tests.engine.warps import Mutant


@pytest.mark.parametrize("name", ["sigmoid", "softmax", "+", "sqerr", "@", "stop_gradient"])
def test_every_broken_rule_of_these_is_noticed(name: str) -> None:
    verdicts = {(mutant.target, mutant.kind): mutant.verdict() for mutant in op_mutants(name)}
    assert "SURVIVED" not in verdicts.values()
    assert "killed" in verdicts.values()


def test_a_mutant_that_no_check_notices_is_told() -> None:
    mutant = Mutant("x", "sign", patch.object(REGISTRY["exp"], "symbol", "?"), [lambda: None], [True])
    assert mutant.verdict() == "SURVIVED"


def test_the_script_ends_well_only_if_all_are_killed(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate.main(["tanh"]) == 0
    assert "0 SURVIVED" in capsys.readouterr().out
    assert mutate.main(["no such op"]) == 1


def test_a_mutant_that_is_the_rule_itself_is_told_apart() -> None:
    diagonal = next(mutant for mutant in op_mutants("tanh") if mutant.kind == "transpose")
    assert diagonal.verdict() == "no change"


def test_the_rules_are_whole_again_afterwards() -> None:
    for mutant in op_mutants("*"):
        mutant.verdict()
    for case in cases_of("*"):
        for check in checks.everything(case):
            check()
