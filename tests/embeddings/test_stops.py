"""Where a sentence ends within a line: hard cases, each cut by hand; and in linear time."""

from __future__ import annotations

import re

import pytest

from embeddings.segment import sentences
from embeddings.stops import BLANK

# ¦ marks where one sentence ends and the next begins; it is not in the text that is cut.
HARD = [
    "Col. Sonny Leggett spoke.¦ Lt. Gen. Mark Milley left.",
    "U.S. troops left.¦ The U.S. President Joe Biden said so.",
    "They live in the U.S.¦ The president left.",
    "They live in the U.S.¦ But he left.",
    "Mr. Pompeo came on Jan. 5.¦ He left on Sept. 2.",
    "See No. 3.¦ He lives in St. Petersburg.",
    "J. K. Rowling wrote it.¦ She sold it, e.g. this book.",
    "We left at 5 p.m. on Monday.¦ They all came back here at 5 p.m.¦ The train left.",
    "It came at 3:40 p.m. ET on Friday.¦ Then at 9 a.m. Monday it left.",
    "Apple Inc. said it grew.¦ Apple Inc. Chief Tim Cook agreed.",
    "It was Ali vs. Frazier.¦ It cost approx. 3.5 million.¦ It made $1.5 billion.",
    "He went to Washington D.C.¦ The trip was long.",
    "“Whether they will change remains to be seen.”¦ He suggested more.",
    '"We won!" he said.¦ "We won!"¦ The crowd left.',
    "“Is it possible?” asked Milley.¦ “Is it possible?” Milley asked.¦ It was.",
    "'It is over.'¦ He left.¦ ‘It is over.’¦ She left.",
    "“He said ‘go.’”¦ Then they went.",
    'It\'s harsh and unforgiving "Milley remarked.¦ "Yes, we all do."',
    "They took no step for Afghanistan.“¦ With that he left.",
    "It is over.”   ¦However, he stayed.",
    "2019-11-27 The Taliban took a trip.¦ It was long.",
    "Published 2021-09-02 11:36:00",
    "against the US and allies.¦Tasnim news reported the talks.",
    "Iran’s eastern flank.¦Taliban-Iran discussions went on.",
    "discussions in June.¦When talks collapsed he left.",
    "continue with the US.¦On October 3 they went.",
    "He was there on May 31.¦Iran wants a say.",
    "See www.bbc.co.uk and wsws.org for more.¦ Booking.com said no.¦ See Node.JS here.",
    "Mail me at John.Smith@Example.Com now.¦ See https://x.org/A.The?b=C.D for it.",
    "Version 1.2.3 is out.¦ Pi is 3.14.¦ The U.S.-backed group left.",
    "She has a Ph.D. in physics.¦ She has a Ph.D.¦ But she left.",
    "Open README.md or Main.Java.Util please.¦ Done.",
    "It went on … and on.¦ It went on ... and on.¦ It ended ...¦ Then it rained.",
    "It rained …& more.",
    "What?!¦ No!!¦ Yes.",
    "There is no strategy or substance ….¦ With a lot of influence he left.",
    "He said so (twice).¦ He left (for good.)¦ Then he came.",
    "He works at Yahoo! News now.¦ He left.",
    "George W. Bush spoke.¦ It was Plan B.¦ The rest is known.",
    "Sen. Tom Cotton, R-Ark., spoke.¦ Then-Sen. Joe Biden left.",
    "“Why?”¦ “Because.”",
    "No.¦ That is wrong.",
    "He paid $5.¦ $6 was too much.",
    "你好。¦我很好！¦真的吗？",
    "「はい。」と彼は言った。¦終わり。",
    "“你好。”¦ 他说。",
    "هل هذا ممكن؟¦ نعم هو ممكن.¦ شكرا",
    "یہ ہے۔¦ وہ ہے۔",
    "यह है।¦ वह है।",
    "Great! 🎉 he said.¦ Great!¦ 🎉 Next one.",
    "The Rev. Dr. Martin Luther King Jr. spoke.¦ Martin Luther King Jr.¦ He spoke.",
    "The band Wham! Inc. left.",
    "It fell 3.5 percent.¦ 5,000 people left.¦ Of 50,000, 5 died.",
    "He was born c. 1900.¦ It was 5 ft. tall.",
    "The U.N. Security Council met.¦ It left the U.N.¦ However, it came back.",
    '"I ask, \'What is the vital interest?\'" Biden stated.¦ "I do not believe," he added.',
    "He left.[1]¦ She came.¹¦ They met.",
    "See Fig. 3 and pp. 5-6.¦ See vol. 2.",
    "“We won.”¦ (They had not.)",
    "*He left.*¦ **She came.**¦ They met.",
    "saying “it remains to be seen”¦ He argued otherwise.",
    "the song “Hello” He-Man left.",
    "1. The first item.¦ It is good.",
    "A. The first item.",
    '"No," he said.¦ "I mean it."',
    "Then he left . . . and came back.¦ He left . . . .¦ Then he came.",
    "He went to St. Louis, Mo., and N.Y. Yankees games.",
    "Dr. No. 5 million.",
    "in the U.S.¦ “We won,” he said.",
    "Is it the U.S.?¦ Yes.",
    "He met Gov. Gavin Newsom (D-Calif.) and left.",
    "Roe v. Wade fell.",
    "Ms. Smith, M.D., left.",
    "The company, Foo Co., Ltd., left.",
    "In the a.m. the sun rises.",
    '"Is it him?" the man asked.¦ "Who is it?"¦ The man asked for help.',
    "He left.¦ iPhone sales rose.",
    "He scored.¦   Then he left.",
    "Éric arriva.¦ Étienne partit.",
    "Москва большая.¦ Он уехал.",
    "¿Qué pasa?¦ ¡Nada!¦ ¿Y tú?",
    "The rate rose to 5.5%.¦ The bank left.",
    "Read “The End.”¦ ‘It is,’ he said.",
    "He finished No. 1.¦ The team won.",
    "Elon Musk’s X Corp. Police left.",
    "It was already about 10 a.m.¦ Police came.",
    "The first was on time.¦ Nov. 5 is next.",
    "11:26 a.m. Delta Flight No. 816 to Atlanta.",
    "10:52 p.m. — The Panthers run.",
    "Call ext. 637 now.",
    "I eat so much, forever.¦ [laughs] Adam is a friend.",
    "For the first years … 7% of them left.",
    "SAN RAFAEL, Calif. — Wind swept in.",
    "Troops in the U.S. And Britain",
    "The system.¦\u00a0 He left.",
    "One.¦\u200b Two.",
    "He is in (see Sec. 5) jail.¦ (He left.)¦ She came.",
    "e\u0301te\u0301.¦ E\u0301te\u0301.",
    "Schön.¦ Über uns.",
    "שלום לך.¦ מה שלומך?¦ טוב.",
    "He said “no.”¦“Yes,” she said.",
    'He said "no."¦He left.',
    'He said no.¦"Yes," she said.',
]


@pytest.mark.parametrize("marked", HARD)
def test_hard_cases(marked):
    expected = [part.strip(BLANK) for part in marked.split("¦")]
    text = marked.replace("¦", "")
    assert [text[s.start : s.end] for s in sentences(text)] == expected


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [".", "a.", "A.", '"', '."', '."A', ". ", " .", "! ", "“", ".”", "a.B", "Aa.Bb", "\n", "\r\n",
     " \n", "? A", '?" A b said', "- ", "#", "1. ", "。", "U.S. The ", "a\nB", "a\n\nb", "(", ".(",
     "@", "x", " ", "[1]", ".[1", " He", '" ', '"\n', "\u200b", "….", "A. B"],
)  # fmt: skip
def test_time_is_linear(unit):
    """A quadratic rule takes hours on a megabyte of these; the limit is far above linear."""
    text = unit * (1_000_000 // len(unit))
    found = sentences(text)
    assert re.sub(r"\s+", "", "".join(text[s.start : s.end] for s in found)).strip(BLANK) == (
        re.sub(r"\s+", "", text).strip(BLANK)
    )
