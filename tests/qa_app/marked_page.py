"""The page with an assistant that marks the words that answer: ``streamlit run`` it."""

import runpy
from dataclasses import replace
from pathlib import Path

import qa_app
from embeddings.collection import Collection
from embeddings.schema import Article, Found, Heading, Span
from qa_app import assistant, startup
from qa_app.events import Done, Said, Stage
from qa_app.extractive import Draft
from qa_app.recognised import Recognised
from qa_app.schema import Answer
from tests.fakes import TinyEncoder
from tests.qa_app.marked_words import MARKED
from tests.qa_app.recognised_words import HOSTILE_NAMES, HOSTILE_PAPERS

# Papers that print what an answer cites, where the question asks for what is elsewhere.
COPIES = tuple(
    Article(name, f"{name}.txt", "txt", "", Heading(publisher=Found(name, "made")))
    for name in HOSTILE_PAPERS
)


def marked_open(settings, progress=None):
    folder = Path(settings.index).parent / "marked"
    folder.mkdir(parents=True, exist_ok=True)
    for each in MARKED:
        text = f"News of the harbour in {each.file}\r\n\r\n{each.text}\r\n\r\nNothing else.\r\n"
        (folder / each.file).write_bytes(text.encode())
    collection = Collection.open(settings.index, encoder=TinyEncoder())
    collection.sync(folder, progress)
    return collection


class MarkingAssistant:
    """Says the sentences of the files that the question names, in that order."""

    name = "one that marks"

    def __init__(self, collection, settings=None):
        self.collection, self.settings = collection, settings

    def stream(self, question, history=(), filters=None, *, understood=None):
        yield Stage("Searching the articles")
        articles = {Path(each.path).name: each for each in self.collection.articles()}
        draft = Draft()
        for marked in sorted(MARKED, key=lambda each: question.find(each.file)):
            if marked.file not in question:
                continue
            article = articles[marked.file]
            start = article.text.index(marked.text)
            place = marked.sentence.answer
            words = Span(start + place[0], start + place[1]) if place else None
            draft.say([(article, Span(start, start + len(marked.text)))], words)
            yield Said(draft.sentences[-1])
        found = "answered" if draft.sentences else "not_found"
        confidence = 0.5 if "doubtful" in question else 0.914
        missing = "" if draft.sentences else "Nothing says this."
        citations = [
            replace(each, copies=COPIES[: each.number]) if "elsewhere" in question else each
            for each in draft.citations
        ]
        told = (tuple(draft.sentences), tuple(citations))
        said = HOSTILE_NAMES if "hostile" in question else Recognised()
        yield Done(Answer(question, found, confidence, *told, missing=missing, recognised=said))


startup.open_collection = marked_open
assistant.Assistant = MarkingAssistant
runpy.run_path(str(Path(qa_app.__file__).with_name("app.py")), run_name="__main__")
