"""Tests marked gpu run where there is one."""

import pytest

from explorer.engine.arrays import namespace
from explorer.engine.errors import DataError


@pytest.fixture(autouse=True)
def _gpu_where_it_is_needed(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("gpu"):
        try:
            namespace("cupy")
        except DataError as error:
            pytest.skip(str(error))
