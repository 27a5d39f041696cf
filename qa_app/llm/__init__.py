"""Answers by a language model: what it is shown, what is taken from it, what it may cost.

``qa_app/generative.py`` puts the parts together; nothing here knows how an answer is searched for.
"""
