"""Runs beside runs: what differs and how sure that is, baselines that are kept, and bars."""
