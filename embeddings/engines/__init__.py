"""Where a collection lives: the truth about its articles, and the indexes that are searched.

``base`` says what a collection asks of an engine, ``local`` answers it with SQLite, FAISS and
tantivy in one folder. A collection, the retriever and everything above know the first alone.
"""
