"""How fast and how large the project is on many articles, by number of articles.

Enters: a public collection of news. Leaves: seconds by stage, milliseconds a question, bytes and
memory for each size, how they grow, a page with charts. Deliberately judges no answer: ``run``
does.
"""
