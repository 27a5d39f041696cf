"""Measurements behind single decisions in docs/retrieval.md; each is run by itself."""
