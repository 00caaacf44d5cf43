"""Which words of a sentence a proposal quotes: a clause, a figure with its surroundings, a short quotation.

Every function gives words as they stand in the sentence, so that the proposal can be found in its source.
"""

from __future__ import annotations

import re

from recanvass.record.quotations import words

MOST_WORDS = 28


def with_verb(sentence: str, quote: re.Match[str]) -> str:
    """A short quotation with the words that lead to it and the end of its clause."""
    before = [m.start() for m in re.finditer(r"\S+", sentence[: quote.start()])]
    start = before[-4] if len(before) >= 4 else (before[0] if before else quote.start())
    comma = max(sentence.rfind(mark, start, quote.start()) for mark in ",;—")
    if comma >= 0 and words(sentence[comma + 1 : quote.end()]) >= 3:
        start = comma + 1
    behind = re.match(r"(?:\s+[\w'’-]+){1,8}", sentence[quote.end() :])
    closed = quote[0].rstrip('”"»’')[-1:] in ",.;!?"
    end = quote.end() + (behind.end() if behind and not closed else 0)
    return sentence[start:end].strip()


def clipped(text: str) -> str:
    """At most `MOST_WORDS` words, cut behind a comma or full stop where there is one."""
    parts = [m.end() for m in re.finditer(r"\S+", text)]
    if len(parts) <= MOST_WORDS:
        return text
    head = text[: parts[MOST_WORDS - 1]]
    cut = max(head.rfind(mark) for mark in ".;,—")
    return head[:cut] if cut > 0 and words(head[:cut]) >= 6 else head


def clause_around(sentence: str, low: int, high: int, *, act: bool) -> str:
    """The clause that holds a trigger, as it stands; of an act, from its verb on."""
    marks = [0, *(m.end() for m in re.finditer(r"[;—–]\s|,\s(?!\d)", sentence) if m.end() <= low)]
    start = marks[-1]
    ends = [
        m.start()
        for m in re.finditer(r"[;—–]|,\s|[.!?]['\"”’]*$|\s(?:who|which|while|after|because)\s", sentence)
        if m.start() >= high
    ]
    end = ends[0] if ends else len(sentence)
    if act and words(sentence[low:end]) >= 3:
        start = low
    elif words(sentence[start:end]) < 4 and len(marks) > 1:
        start = marks[-2]
    text = sentence[start:end].strip()
    starts = [m.start() for m in re.finditer(r"\S+", text)]
    if len(starts) > MOST_WORDS:
        at = next((k for k, s in enumerate(starts) if s >= low - start), 0)
        first = max(0, at - MOST_WORDS // 2)
        last = min(len(starts), first + MOST_WORDS)
        text = text[starts[first] : starts[last] if last < len(starts) else len(text)].strip()
    return text


def of_several(sentence: str, clause: str, at: int, others: list[int]) -> str:
    """The half of "A was jailed and B was exiled" that holds a trigger, if the other half holds another."""
    low = sentence.find(clause)
    if low < 0:
        return clause
    for joint in re.finditer(r"\s(?:and|or)\s", clause):
        left, right = low + joint.start(), low + joint.end()
        halves = clause[: joint.start()], clause[joint.end() :]
        if min(map(words, halves)) < 3:
            continue
        if at >= right and any(other < left for other in others):
            return halves[1]
        if at < left and any(right <= other < low + len(clause) for other in others):
            return halves[0]
    return clause


def window(sentence: str, low: int, high: int) -> tuple[int, int]:
    """A figure with up to three words before it and up to five behind, inside its clause."""
    head = re.search(r"(?:[^\s,;:—–“”\"()]+\s+){0,3}$", sentence[:low])
    tail = re.match(r"(?:\s+[^\s,;:—–“”\"().\d]+(?![\w])){0,5}", sentence[high:])
    start = head.start() if head else low
    end = high + (tail.end() if tail else 0)
    while start < end and sentence[start] in " '’.-":
        start += 1
    if words(sentence[start:end]) < 3:
        longer = re.match(r"(?:\s+\S+){0,3}", sentence[high:])
        end = high + (longer.end() if longer else 0)
    return start, len(sentence[:end].rstrip(" .,;:"))
