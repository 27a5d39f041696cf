"""Article -> sentences and passages, as offsets into the untouched text; pure.

Enters: text, the stretches that are not prose, a token counter. Leaves: spans and passages.
Deliberately knows nothing of files, models and vectors: the tokenizer comes in as a function.

Own rules rather than syntok 1.4, as measured on one core: 103 hard cases cut by hand (the rules
were written against them) 103 right to 67; on 315 news articles, unseen, both agree on 24,768
boundaries, and of 100 disagreements drawn at random and read these rules were right in 94;
15 MB/s to 0.9.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from embeddings.blocks import blocks
from embeddings.schema import Article, Passage, Span
from embeddings.stops import BLANK, cuts

SEGMENTER_VERSION = "1"


def sentences(text: str, furniture: Sequence[Span] = ()) -> list[Span]:
    """Cut a text into sentences.

    Args:
        text: any text; nothing is normalised.
        furniture: stretches that are nobody's sentence: each is a hard boundary. They may overlap,
            be out of order or reach beyond the text.

    Returns:
        Offsets in order, disjoint, never empty, white space trimmed, outside the furniture.
        Together they cover every visible character outside the furniture.
    """
    spans: list[Span] = []
    for start, end in _prose(text, furniture):
        for block_start, block_end in blocks(text, start, end):
            block = text[block_start:block_end]
            begin = 0
            for cut in (*cuts(block), len(block)):
                piece = block[begin:cut]
                stripped = piece.strip(BLANK)
                if stripped:
                    at = block_start + begin + len(piece) - len(piece.lstrip(BLANK))
                    spans.append(Span(at, at + len(stripped)))
                begin = cut
    return spans


def _prose(text: str, furniture: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The stretches between the furniture."""
    position = 0
    for span in sorted(furniture):
        if span.end <= span.start:
            continue
        if span.start > position:
            yield position, min(span.start, len(text))
        position = max(position, span.end)
    if position < len(text):
        yield position, len(text)


def passages(
    article: Article, count_tokens: Callable[[Sequence[str]], list[int]], max_tokens: int = 200
) -> list[Passage]:
    """Group an article's sentences into passages of about ``max_tokens`` tokens.

    Greedy: a sentence joins while the sum stays within ``max_tokens``. Each passage repeats the
    last sentence of the one before it, where that leaves room for a new one. A passage contains no
    furniture: it breaks there, without overlap. When the last passage before a break would bring
    under 15% of ``max_tokens`` of new text, it is merged into the one before, if that stays within
    110%: a scrap alone is found for the wrong reasons.

    Args:
        article: its ``text`` and ``furniture`` are read.
        count_tokens: the encoder's token count of each text, special tokens not counted; called
            once an article, and a few times more where a sentence is longer than ``max_tokens``.
        max_tokens: at least 1. A longer sentence is split, so that nothing is invisible to the
            encoder; each piece counts as a sentence.

    Raises:
        ValueError: ``max_tokens`` is less than 1.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}, expected at least 1")
    units = _units(article, count_tokens, max_tokens)
    found: list[Passage] = []
    for group in _groups(units, article.furniture):
        for first, last in _windows([tokens for _, tokens in group], max_tokens):
            found.append(_passage(article, tuple(span for span, _ in group[first:last])))
    return found


def _units(
    article: Article, count_tokens: Callable[[Sequence[str]], list[int]], limit: int
) -> list[tuple[Span, int]]:
    """Sentences with their token counts, the ones over the limit split until none is."""
    done: list[tuple[Span, int]] = []
    pending = sentences(article.text, article.furniture)
    while pending:
        counts = count_tokens([article.text[s.start : s.end] for s in pending])
        again: list[Span] = []
        for span, tokens in zip(pending, counts, strict=True):
            if tokens <= limit or span.end - span.start == 1:
                done.append((span, tokens))
            else:
                again.extend(_pieces(article.text, span, -(-tokens // limit)))
        pending = again
    return sorted(done)


def _pieces(text: str, span: Span, parts: int) -> Iterator[Span]:
    """Cut a span into about ``parts`` even pieces, at white space where there is some."""
    position = span.start
    for left in range(parts, 0, -1):
        rest = text[position : span.end]
        position += len(rest) - len(rest.lstrip())
        size = max(1, (span.end - position) // left)
        if position >= span.end or left == 1 or position + size >= span.end:
            break
        head = text[position : position + size + 1]
        words = head.rsplit(None, 1)
        end = position + (len(words[0]) if len(words) == 2 or head[-1].isspace() else size)
        yield Span(position, end)
        position = end
    if position < span.end:
        yield Span(position, span.end)


def _groups(
    units: Sequence[tuple[Span, int]], furniture: Sequence[Span]
) -> Iterator[Sequence[tuple[Span, int]]]:
    """The sentences between two stretches of furniture."""
    starts = sorted(span.start for span in furniture if span.start < span.end)
    first = 0
    for index, ((before, _), (after, _)) in enumerate(pairwise(units), 1):
        if bisect_left(starts, before.end) < bisect_left(starts, after.start):
            yield units[first:index]
            first = index
    yield units[first:]


def _windows(counts: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """Runs of sentence numbers, ``first:last``, that become the passages."""
    windows: list[tuple[int, int]] = []
    fresh = 0
    while fresh < len(counts):
        overlaps = fresh > 0 and counts[fresh - 1] + counts[fresh] <= limit
        first, last = fresh - overlaps, fresh + 1
        total = sum(counts[first:last])
        while last < len(counts) and total + counts[last] <= limit:
            total += counts[last]
            last += 1
        windows.append((first, last))
        fresh = last
    if len(windows) > 1:
        (first, middle), (_, last) = windows[-2:]
        scrap = sum(counts[middle:last]) < 0.15 * limit
        if scrap and sum(counts[first:last]) <= 1.1 * limit:
            windows[-2:] = [(first, last)]
    return windows


def _passage(article: Article, spans: tuple[Span, ...]) -> Passage:
    start, end = spans[0].start, spans[-1].end
    text = article.text[start:end]
    # A lone surrogate can come out of a broken PDF: it must not stop an article.
    named = f"{article.id}\n{start}\n{end}\n{text}".encode(errors="surrogatepass")
    return Passage(hashlib.sha256(named).hexdigest()[:16], article.id, start, end, text, spans)
