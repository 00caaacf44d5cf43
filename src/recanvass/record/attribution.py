"""Who is said to have said something, and through whom it reached the report.

Rules for English news prose, not a parser: the subject of a verb of saying, *according to*, the
relaying clause at the end of a sentence (", Chinese state media reported"), *told* somebody,
*citing* and *quoted by*. A pronoun continues the last speaker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from recanvass.record.article_rules import COLLECTIVES, NOT_SUBJECT, RELAY, SAY

_CAPITAL = r"(?:[A-ZÀ-ÞŁŚŠŽČĆĐА-ЯЁІЎ][\w'’.-]*\w|[A-Z]\.)"
_PARTICLE = r"(?:de|da|do|dos|del|della|di|la|van|von|bin|ibn|al|el|of|the|for|and|in|&)"
_NAME = rf"{_CAPITAL}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_CAPITAL})*"
_WHO = (
    rf"(?:(?:the|a|an|its|his|her|their)\s+)?(?:{COLLECTIVES})(?:\s+(?:for|of|in|at|from)\s+(?:the\s+)?{_NAME})?"
    rf"|(?:[Tt]he\s+)?(?:[a-z-]+\s+){{0,3}}{_NAME}(?:\s+{COLLECTIVES})?"
)
_COMMON = r"(?:[a-z-]+\s+){0,4}"
_SAY = "|".join(sorted(SAY, key=len, reverse=True))
_PRONOUN = re.compile(r"^(?:he|she|they|it|who)$", re.IGNORECASE)

_ACCORDING = re.compile(rf"\b[Aa]ccording\s+to\s+(?P<who>{_WHO})")
_RELAYED = re.compile(
    rf",\s+(?P<who>{_WHO})\s+(?:{'|'.join(RELAY)})\b(?!\s+that)(?:\s+(?:him|her|them)\s+as\s+saying)?(?:\s+on\s+\w+)?\s*(?:[.,]|$)"
)
_CITING = re.compile(rf"\b(?:citing|quoting)\s+(?P<who>{_WHO})")
_QUOTED_BY = re.compile(rf"\bquoted\s+(?:as\s+saying\s+)?by\s+(?P<who>{_WHO})|\bas\s+saying\s+by\s+(?P<who2>{_WHO})")
_TOLD = re.compile(
    rf"\b(?:told|in\s+an\s+interview\s+with|in\s+comments\s+to)\s+(?P<who>(?:the\s+)?(?:[a-z]+\s+)?(?:newspaper|broadcaster|channel|agency|radio|station|magazine|website)\s+{_NAME}|(?:the\s+)?{_NAME}(?:\s+news\s+agency)?|(?:the\s+)?(?:state\s+)?(?:news\s+agency|television|media|broadcaster)(?:\s+{_NAME})?)"
)
_INVERTED = re.compile(rf"[,”\"»]\s+(?:{_SAY})\s+(?P<who>{_WHO})")
_SUBJECT = re.compile(
    rf"(?P<subject>[^,;:“”\"«»—–()]*?)\s*(?:,\s+(?:a|an|the|who|whose)\b[^,]*,\s*)?\b(?P<verb>{_SAY})\b"
)
_TITLE = re.compile(
    r"\b(?:Prime Minister|Foreign Minister|Interior Minister|Secretary-General|President|Minister|Chancellor|Senator|"
    r"Governor|General|King|Queen|Secretary|Ambassador|Judge|Mayor|Chairman|Chairwoman|Commissioner|Speaker|Professor|"
    r"Dr|Mr|Mrs|Ms)\.?\s+(?=[A-Z])"
)
_FINITE = re.compile(
    r"\s+(?:did|does|do|has|have|had|was|were|is|are|will|would|could|can|sent|issued|offered|phoned|telephoned|joined|refused|took|"
    r"gave|met|won|became|also|later|then|on\s+\w+day|quickly|swiftly|promptly|formally|officially)\b.*$"
)
_BOUNDARY = re.compile(
    r"\b(?:that|while|whereas|because|after|before|although|though|but|when|if|where|as)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Attribution:
    """A speaker, what the report calls them besides, and the chain to the publisher.

    What stands before position ``scope`` of the sentence is not attributed by it.
    """

    speaker: str = ""
    role: str = ""
    through: tuple[str, ...] = ()
    rule: str = ""
    scope: int = 0


class People:
    """Full names seen so far, so that a surname alone is understood."""

    def __init__(self) -> None:
        self._full: dict[str, str] = {}
        self.last = Attribution()
        self.person = Attribution()

    def heard(self, found: Attribution) -> None:
        """Remember who spoke last, and who of them is a person."""
        self.last = found
        if found.speaker in self._full.values():
            self.person = found

    def mentioned(self, sentence: str) -> None:
        """A sentence that begins with a known name makes a following *she* or *he* that person."""
        head = re.match(rf"(?:(?:Mr|Mrs|Ms|Dr)\.?\s+)?({_NAME})(?=\s+[a-z])", sentence)
        name = self._full.get(head[1].split()[-1]) if head else None
        if name is not None:
            self.person = Attribution(name)

    def named(self, words: str) -> tuple[str, str]:
        """The name and the role in some words: the last run of capitals, and what stands before."""
        words = _trimmed(words)
        of = re.match(rf"(?P<who>.*{_CAPITAL}\s+{_CAPITAL})\s+(?:of|from)\s+(?:[a-z]+\s+)?{_CAPITAL}", words)
        if of and _without_title(of["who"])[1]:
            words = of["who"]
        run = list(
            re.finditer(rf"{_CAPITAL}(?:\s+(?:(?:de|da|do|dos|del|di|la|van|von|bin|ibn|al|el)\s+)?{_CAPITAL})*", words)
        )
        lowered = words[:1].lower() + words[1:]
        if re.fullmatch(rf"(?:(?:the|a|an)\s+)?(?:{COLLECTIVES})", lowered):
            return words, ""
        if not run or re.search(r"[a-z]", words[run[-1].end() :]):
            return words, ""
        name, role = run[-1][0], words[: run[-1].start()].strip()
        if re.search(r"\b(?:of|for|and|in)$", role):
            return words, ""
        name, title = _without_title(name)
        role = " ".join(part for part in (role, title) if part)
        role = re.sub(r"^the$", "", role, flags=re.IGNORECASE)
        if " " in name:
            self._full.setdefault(name.split()[-1], name)
        return (self._full.get(name, name) if role.lower() != "the" else words), role


def _without_title(name: str) -> tuple[str, str]:
    found = _TITLE.search(name)
    return (name, "") if found is None else (name[found.end() :], name[: found.end()].strip())


def attribution(sentence: str, people: People, *, quoted: bool = False, first: bool = False) -> Attribution:
    """Who the sentence attributes its words to.

    Parameters
    ----------
    sentence : str
    people : People
        Names of the article so far; a pronoun takes the last speaker, and is updated here.
    quoted : bool
        Whether the sentence holds words in quotation marks.
    first : bool
        Whether it is the first of its paragraph; a later one that is all quotation goes on with
        the speaker before.
    """
    outside = re.sub(r"[“«][^”»]*[”»]|\"[^\"]*\"", lambda m: m[0][0] + "·" * (len(m[0]) - 2) + m[0][-1], sentence)
    through: list[str] = []
    relayed = _RELAYED.search(outside)
    according = _ACCORDING.search(outside)
    for match in (_QUOTED_BY.search(outside), _TOLD.search(outside)):
        if match is not None:
            who = next(g for g in match.groups() if g)
            if not re.match(r"(?i)(?:reporters|journalists|voters|supporters|parliament)", who):
                through.append(_trimmed(who))
    speaker, role, rule, scope = _speaker(outside, people, quoted=quoted)
    if relayed is not None:
        through.append(_trimmed(relayed["who"]))
    citing = _CITING.search(outside)
    if citing is not None:
        if speaker and speaker not in through:
            through.append(speaker)
        (speaker, role), rule, scope = people.named(citing["who"]), "citing", 0
    if according is not None:
        who = _trimmed(according["who"])
        if speaker and speaker != who:
            through.append(who)
        else:
            (speaker, role), rule, scope = people.named(who), "according to", 0
    if not speaker and through and rule != "pronoun":
        (speaker, role), rule, scope = people.named(through.pop()), "relayed", 0
    chain = tuple(dict.fromkeys(t for t in through if t and t != speaker))
    found = Attribution(speaker, role, chain, rule, scope)
    if rule == "pronoun":
        one = re.search(r"\b(?:he|she|his|her)\b", outside, re.IGNORECASE)
        known = people.person if one and people.person.speaker else people.last
        found = Attribution(known.speaker, known.role, chain or known.through, rule, scope)
    elif rule == "unattributed" and re.fullmatch(r"[“«\"].*[”»\"][.]?", sentence) and not first:
        return replace(people.last, rule="goes on", scope=0)
    if found.speaker and rule != "unattributed":
        people.heard(found)
    else:
        people.mentioned(sentence)
    return found


def subjects(sentence: str, verb_at: int, people: People) -> list[tuple[str, str]]:
    """The name and role of each subject before a verb; "A and B" gives two where both are names."""
    before = _clause(sentence[:verb_at])
    halves = re.split(r"\s+and\s+", before)
    if len(halves) > 1 and all(re.search(_CAPITAL, half) for half in halves):
        found = [people.named(half) for half in halves]
    else:
        found = [people.named(before)]
    return [(name, role) for name, role in found if name and _somebody(name) and len(name.split()) <= 8]


def _speaker(outside: str, people: People, *, quoted: bool) -> tuple[str, str, str, int]:
    for match in _SUBJECT.finditer(outside):
        raw, behind = match["subject"], outside[match.end() :]
        if re.search(r"\b(?:who|which)\s*(?:had|has|have)?\s*$", raw) or re.match(
            r"\s+(?:victory|responsibility|for\b|the\s+lives)", behind
        ):
            continue
        who = _clause(raw) or _clause(outside[: match.start("verb")])
        if re.search(r"\b(?:to|of|by|was|were|be|been|is|are|the|a)$", raw.rstrip()):
            continue
        closing = bool(re.match(r"\s*(?:[.,]|(?:on|in|at)\s+[^,.]{2,40}[.,]|late\b|$)", behind))
        scope = 0 if closing else match.end()
        if _PRONOUN.match(who):
            return "", "", "pronoun", scope
        if _somebody(who):
            if match["verb"] in RELAY and closing and match.start() > 20:
                continue
            return (*people.named(who), "subject of a verb of saying", scope)
    inverted = _INVERTED.search(outside)
    if inverted is not None:
        set_off = re.match(
            rf"[^,.]{{0,50}},\s+(?:{_COMMON})?({_CAPITAL}\s+{_CAPITAL}(?:\s+{_CAPITAL})?)\s*(?:[,.]|$)",
            outside[inverted.end("who") :],
        )
        if set_off is not None:
            return (*people.named(set_off[1]), "verb before its subject", 0)
        return (*people.named(inverted["who"]), "verb before its subject", 0)
    if quoted and re.search(rf"\b(?:he|she|they)\s+(?:{_SAY})\b|\b(?:{_SAY})\s+(?:he|she|they)\b", outside):
        return "", "", "pronoun", 0
    return "", "", "unattributed", 0


def _somebody(who: str) -> bool:
    """Whether some words can be the name of somebody: a capital letter, or a collective."""
    lowered = who[:1].lower() + who[1:]
    if re.search(rf"\b(?:{COLLECTIVES})\b", lowered):
        return True
    return bool(re.search(_CAPITAL, who[:1] + who[1:]) and re.search(rf"(?:^|\s){_CAPITAL}", who))


def _clause(words: str) -> str:
    """The subject at the end of some words: its last clause, or the name set between commas.

    "Her rival, former general N, " gives the second piece, "The president of L, N, " the one with
    a name of two words; what follows a finite verb is not part of it.
    """
    words = re.split(r"[”\"»]", words)[-1] if re.search(r"[”\"»]", words) else words
    words = re.sub(r"\s+(?:who|which)\s+[^,;:“”\"«»—–()]*$", " ", words)
    pieces = re.split(r"[,;:“”\"«»—–()]", words)
    last = _bare(pieces[-1])
    if _somebody(last) or _PRONOUN.match(last) or re.search(r"[“”\"«»]", words):
        return last
    named = [bare for piece in pieces[:-1] if _somebody(bare := _bare(piece))][-2:]
    full = [piece for piece in named if re.search(rf"{_CAPITAL}\s+{_CAPITAL}", piece)]
    return (full or named or [last])[-1]


def _bare(piece: str) -> str:
    boundary = list(_BOUNDARY.finditer(piece))
    return _trimmed(_FINITE.sub("", " " + (piece[boundary[-1].end() :] if boundary else piece).strip()))


def _trimmed(words: str) -> str:
    words = words.strip(" .,;:'’-")
    while True:
        head = re.match(rf"(?:{'|'.join(NOT_SUBJECT)})\s+", words, re.IGNORECASE)
        tail = re.search(rf"\s+(?:{'|'.join(NOT_SUBJECT)})$", words, re.IGNORECASE)
        if head and len(words.split()) > 1:
            words = words[head.end() :]
        elif tail:
            words = words[: tail.start()]
        else:
            break
    words = re.sub(r"^(?:On|In|At|By)\s+\w+\s+(?=[A-Z])", "", words)
    return words.strip(" .,;:'’")
