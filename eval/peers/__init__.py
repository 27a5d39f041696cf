"""This project beside what a user would pick instead, on the same articles and weights.

    python -m eval peers --data PATH

What is the same for every system: the passages, the questions, the embedding weights, the number
of threads, and the machine, one process at a time. What differs is said in ``systems.py`` (how
each one is set up, from its own documentation) and repeated under every table.
"""
