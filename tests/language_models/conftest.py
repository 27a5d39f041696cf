"""The running model server, for the tests of this folder."""

from __future__ import annotations

from tests.language_models.fixtures import model_server

__all__ = ["model_server"]
