"""What is recognised in questions, with headings that try to be more than text."""

from __future__ import annotations

from datetime import date

from qa_app.recognised import Recognised, RecognisedName, RecognisedPart, RecognisedPeriod

MARKUP = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![x](http://127.0.0.1:9/x.png)"
ESCAPES = "\x1b[31mRed\x1b[0m \u202eyliaD\r\n# Élan 🗞️ דגן"
HOSTILE_NAMES = Recognised(
    (RecognisedName("Img", (MARKUP,)), RecognisedName(ESCAPES, (), (ESCAPES,))),
    (RecognisedPeriod("<b>2020</b>", date(2020, 1, 1), date(2020, 12, 31)),),
    (RecognisedPart(f"who {MARKUP}", ("Img",)), RecognisedPart(f"why {ESCAPES}", (ESCAPES,))),
)
# As they are shown: on one line, and no longer than one needs to know them again.
MARKUP_SHOWN = "<img src=x onerror=alert(1)> [a](javascript:alert(1))…"
ESCAPES_SHOWN = "\x1b[31mRed\x1b[0m \u202eyliaD # Élan 🗞️ דגן"
# Papers that print what an answer cites; short enough to be shown whole.
HOSTILE_PAPERS = ("<img src=x onerror=alert(1)> [a](javascript:alert(1))", "<b>Élan</b> 🗞️ דגן")
HOSTILE_WORDS = [
    f"published by {MARKUP_SHOWN}",
    f"written by {ESCAPES_SHOWN}",
    "dated 2020",
    "asked in two parts",
]
