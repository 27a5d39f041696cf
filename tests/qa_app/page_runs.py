"""The page run without a browser: questions, and what is drawn."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

import qa_app

APP = Path(qa_app.__file__).with_name("app.py")
SECONDS = 60


def start(**query):
    at = AppTest.from_file(str(APP), default_timeout=SECONDS)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def ask(at, question):
    at.chat_input[0].set_value(question).run()
    return at


def drawn(at, key):
    """The data of one of the page's own components, or None where it is not on the page."""
    for element in at.get("bidi_component"):
        if element.proto.id.endswith(f"-{key}"):
            return json.loads(element.proto.json or "null")
    return None


def answers(at):
    return [
        json.loads(each.proto.json)
        for each in at.get("bidi_component")
        if each.proto.component_name == "cited_qa_answer"
    ]
