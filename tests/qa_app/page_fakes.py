"""Articles for the page, and an assistant that says what it is told to, for the page."""

from __future__ import annotations

from embeddings.collection import Collection
from embeddings.errors import InvalidQuestion
from embeddings.schema import Hit, Passage, Scores
from qa_app.events import Done, Said, Stage, Waiting, Withdrawn, Wrote
from qa_app.recognised import Recognised, RecognisedName
from qa_app.schema import Answer, Citation, ClaimSupport, Sentence
from tests.fakes import TinyEncoder

HOSTILE = (
    "<script>document.title='owned'</script> ![x](http://127.0.0.1:9/x.png) [a](b) "
    "$x$ `code` :red[x] :material/home:"
)
ARTICLES = {
    "lisbon.txt": (
        "Delegation travels to Lisbon\n\nBy Ana Prado\n5 March 2020\n\n"
        "The delegation to Lisbon was led by Inês Sousa, the ministry’s chief negotiator. "
        "It arrived on Tuesday “without ceremony” and left the same night.\n\n"
        + "Nothing else of note was reported from the harbour that week. " * 60
        + "\n\nThe harbour of Setúbal was closed to ships for eleven days in April.\n"
    ),
    "hostile.txt": (
        f"{HOSTILE}\n\n3 April 2021\n\n"
        f"The password of the harbour gate is {HOSTILE} and it was painted there in spring. "
        "Visitors took photographs of the gate all summer long.\n"
    ),
    "undated.txt": (
        "the trains to the coast run every hour in summer, and every two hours in winter, "
        "said the railway’s spokesman. They have done so since the line was opened again.\n"
    ),
}


def write_articles(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def fake_open(settings, progress=None):
    collection = Collection.open(settings.index, encoder=TinyEncoder())
    if not collection.roots():
        collection.sync(settings.articles, progress)
    return collection


class ScriptedAssistant:
    """Cites the article whose file is named in the question; what else is asked is not found.

    A question that begins with "And" is understood together with the one before it.
    """

    asked: list = []  # noqa: RUF012 (shared on purpose: the page makes its own assistant)
    told: list = []  # noqa: RUF012 (likewise: how each question was to be understood)
    name = "a script"

    def __init__(self, collection, settings=None):
        self.collection, self.settings = collection, settings

    def stream(self, question, history=(), filters=None, *, understood=None):
        self.asked.append((question, tuple(history), filters))
        self.told.append(understood)
        if question == "???":
            raise InvalidQuestion("the question holds no words; ask in words")
        if question == "boom":
            raise ZeroDivisionError("a defect")
        before = f"{history[-1].question} " if history and question.startswith("And") else ""
        understood = understood or before + question
        yield Stage("Searching the articles")
        found = [a for a in self.collection.articles() if a.path.rsplit("/")[-1] in understood]
        if not found:
            yield Done(self._absent(question, understood))
            return
        start = found[0].text.index(" of ")
        citations = tuple(
            Citation.at(n, found[0], at, at + 40) for n, at in ((1, start), (2, start + 10))
        )
        sentence = Sentence("It says so.", (1, 2))
        if "think twice" in question:
            yield from self._twice(sentence)
        yield Said(sentence)
        if "stop here" in question:
            raise InvalidQuestion("ended halfway")
        named = (RecognisedName("Publico", ("Público",)),) if "Publico" in question else ()
        told = {"notices": ("Mind it.",), "recognised": Recognised(named)}
        told["understood"] = understood
        yield Done(Answer(question, "answered", 0.9, (sentence,), citations, **told))

    def _twice(self, sentence):
        yield Wrote("Something el")
        yield Waiting(0.5)
        yield Said(Sentence("Something else.", (1,)))
        yield Withdrawn("it was not so")
        yield Wrote("It says so. And m")
        unsupported = ClaimSupport("not supported", 0.1)
        yield Said(Sentence("Nobody says this.", (1,), support=unsupported))

    def _absent(self, question, understood):
        article = self.collection.articles()[0]
        passage = Passage("p", article.id, 0, 30, article.text[:30], ())
        near = (Hit(passage, article, Scores(0.1)),)
        told = {"missing": "Nothing says this.", "understood": understood}
        return Answer(question, "not_found", 0.1, nearest=near, **told)
