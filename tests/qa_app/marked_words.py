"""Sentences with the words in them that answer, in every kind of letters."""

from __future__ import annotations

from dataclasses import dataclass

from qa_app.schema import Sentence


@dataclass(frozen=True)
class Marked:
    """A sentence of the file's second paragraph; no ``words`` where none stand out."""

    file: str
    text: str
    words: str

    @property
    def sentence(self):
        start = self.text.index(self.words)
        place = (start, start + len(self.words)) if self.words else None
        return Sentence(self.text, (1,), place)

    @property
    def line(self):
        return " ".join(self.text.split())

    @property
    def words_line(self):
        return " ".join(self.words.split())


MARKED = (
    Marked("emoji.txt", "🎉🗞️ The prize 👩‍🚀 went to Zoë 🦊 O’Neill in Łódź 🎉.", "Zoë 🦊 O’Neill"),
    Marked(
        "accents.txt", "E\u0301lodie said “non” and left Orle\u0301ans at once.", "Orle\u0301ans"
    ),
    Marked("hebrew.txt", "🎉 המשלחת לליסבון הובלה על ידי שרה כהן ביום שלישי.", "שרה כהן"),
    Marked(
        "persian.txt", "او می\u200cخواهد در سال ۱۳۹۹ «کتاب\u200cها» را بخواند.", "«کتاب\u200cها»"
    ),
    Marked(
        "crlf.txt", "The 🎉 harbour was closed\r\nfor eleven\r\ndays in\r\nApril.", "eleven\r\ndays"
    ),
    Marked("last.txt", "The delegation to Lisbon was led 🎉 by Inês Sousa.", "Inês Sousa"),
    Marked("bare.txt", "Reported for the harbour news 🎉 by Ana Prado", "Ana Prado"),
    Marked("whole.txt", "Nine hundred ships.", "Nine hundred ships."),
    Marked(
        "long.txt",
        "It was closed because the storm of early April broke the southern pier and its crane.",
        "because the storm of early April broke the southern pier and its crane",
    ),
    Marked("markup.txt", "The password is <b>$x$</b>*&amp; for :red[all].", "<b>$x$</b>*&amp;"),
    Marked("none.txt", "The trains to the coast 🎉 run every hour in summer.", ""),
)
