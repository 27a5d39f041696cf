"""Questions and answers put together, by hand."""

from __future__ import annotations

import pytest

from embeddings.training.statements import statement


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        (
            "Who wrote Emma?",
            "Harper Lee",
            "Harper Lee wrote Emma.",
        ),
        ("What is the capital of Åre?", "Östersund.", "Östersund is the capital of Åre."),
        ("Who did Zoë meet?", "her brother", "Zoë meet her brother."),
        ("What can help?", "light", "Light can help."),
        ("What has the court decided?", "nothing", "The court has decided nothing."),
        ("When was the museum opened?", "1999", "The museum was opened in 1999."),
        ("When was it opened?", "3 May", "It was opened on 3 May."),
        ("Where is the museum located?", "in Łódź", "The museum is located in Łódź."),
        ("Why did he leave?", "the rain", "He leave because of the rain."),
        ("How many people came?", "40", "40 people came."),
        ("How many boats did the town buy?", "12", "The town buy 12 boats."),
        ("How many boats are there in Åre?", "12", "There are 12 boats in Åre."),
        ("In what year did she win?", "1999", "She win in the year 1999."),
        ("What year was the museum opened?", "1999", "The museum was opened in the year 1999."),
        ("Which team won the cup?", "Malmö", "Malmö won the cup."),
        ("In 1973, which city is the seat?", "Riga", "In 1973, Riga is the seat."),
        ("Sweden lost against what team?", "Malmö", "Sweden lost against Malmö team."),
        ("Is it open? 🙂", "yes", "Is it open? 🙂: yes."),
        ("מתי נפתח המוזיאון?", "1999", "מתי נפתח המוזיאון: 1999."),
        ("When\r\nwill it be\topened ?", "May", "It will be opened on May."),
        ("What?", "rain", "Rain."),
        ("", "rain", ": rain."),
    ],
)
def test_a_statement(question: str, answer: str, said: str) -> None:
    assert statement(question, answer) == said
