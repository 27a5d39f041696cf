"""Inner products of small tables, computed by the thread that asks: pure.

Enters: two tables of rows. Leaves: the product of each with each. Deliberately knows nothing of
what the rows are.

numpy's ``@`` hands anything beyond the smallest products to threads of its own, which go on
spinning for tens of milliseconds and take a core from whoever computes next: on two cores that
cost an answer more than all of its products.
"""

from __future__ import annotations

import numpy as np

from embeddings.encoder import FloatArray


def inner_products(rows: FloatArray, others: FloatArray) -> FloatArray:
    """Each row with each other row.

    Args:
        rows: shape (n, dim).
        others: shape (m, dim).

    Returns:
        shape (n, m).
    """
    found: FloatArray = np.einsum("id,jd->ij", rows, others)
    return found
