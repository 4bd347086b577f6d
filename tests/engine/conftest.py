"""Tests marked gpu run where there is one."""

import pytest

from explorer.engine import DataError
from explorer.engine.arrays import namespace


@pytest.fixture(autouse=True)
def _gpu_where_it_is_needed(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("gpu"):
        try:
            namespace("cupy")
        except DataError as missing:
            pytest.skip(str(missing))
