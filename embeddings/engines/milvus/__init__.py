"""A collection on Milvus: a server or cluster of them, or Milvus Lite in a file of this machine.

``engine.py`` is the door; ``docs/scaling.md`` says how to run it and where it is weaker than a
folder of one machine.
"""
