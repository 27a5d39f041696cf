"""Products on the asking thread."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.products import inner_products


@pytest.mark.parametrize(("n", "m"), [(0, 3), (1, 1), (8, 500), (16, 16)])
def test_each_with_each(n: int, m: int) -> None:
    draw = np.random.default_rng(1)
    rows, others = (draw.normal(size=(size, 384)).astype(np.float32) for size in (n, m))
    found = inner_products(rows, others)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, rows @ others.T, atol=1e-4)
