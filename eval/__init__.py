"""Measures the retriever and the assistant from outside, through their public interfaces."""
