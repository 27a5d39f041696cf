"""Right or wrong: a case and what came of it -> scores; scores of many cases -> figures."""
