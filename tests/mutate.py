"""Is every backward rule watched? Break each one on purpose and see that the registry's checks notice.

`python -m tests.mutate` flips, scales, shifts and transposes what every op and every Jacobian structure sends back,
drops the sum over the batch, exchanges operands, breaks the kernels and the algebra, and prints what became of each
mutant. It ends with 1 if any survives. "no change" is a mutant that is the rule itself, as a diagonal's transpose is.
Names as arguments (`python -m tests.mutate sigmoid @ Outer algebra`) try only those.
"""

from __future__ import annotations

import itertools
import sys
import time

from tests.engine.mutants import mutants


def main(arguments: list[str]) -> int:
    start, tally = time.perf_counter(), {"killed": 0, "no change": 0, "SURVIVED": 0}
    for target, group in itertools.groupby(mutants(set(arguments)), key=lambda mutant: mutant.target):
        told = []
        for mutant in group:
            verdict = mutant.verdict()
            tally[verdict] += 1
            told.append(f"{mutant.kind} {verdict}")
        print(f"{target:40} {', '.join(told)}", flush=True)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in tally.items())
    print(f"{counts} in {time.perf_counter() - start:.0f} s")
    return 1 if tally["SURVIVED"] or not tally["killed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
