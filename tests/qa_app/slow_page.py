"""The page with an assistant that waits: ``streamlit run`` it with a gate file in GATE."""

import os
import runpy
import time
from pathlib import Path

import qa_app
from qa_app import assistant, startup
from qa_app.events import Done, Said, Stage
from qa_app.schema import Answer, Citation, Sentence
from tests.qa_app.page_fakes import fake_open


class WaitingAssistant:
    """Says one sentence, waits for the gate, says another; notes what it was asked."""

    name = "one that waits"

    def __init__(self, collection, settings=None):
        self.collection, self.settings = collection, settings

    def stream(self, question, history=(), filters=None, *, understood=None):
        with Path(os.environ["GATE"] + ".asked").open("a", encoding="utf-8") as asked:
            asked.write(question + "\n")
        yield Stage("Searching the articles")
        source = Citation.at(1, self.collection.articles()[0], 0, 20)
        said = [
            Sentence("The first half <b>stands</b>.", (1,)),
            Sentence("So does the rest.", (1,)),
        ]
        yield Said(said[0])
        while not Path(os.environ["GATE"]).exists():
            time.sleep(0.02)
        yield Said(said[1])
        yield Done(Answer(question, "answered", 0.9, tuple(said), (source,)))


startup.open_collection = fake_open
assistant.Assistant = WaitingAssistant
runpy.run_path(str(Path(qa_app.__file__).with_name("app.py")), run_name="__main__")
