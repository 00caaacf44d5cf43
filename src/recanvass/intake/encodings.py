"""The encoding of a text file: byte-order mark, strict UTF-8, else a proposal that is announced.

Nothing is ever replaced by U+FFFD. A file in a legacy code page is decoded only if the whole file
decodes, nearly every word with foreign letters is written in the alphabet and with the capitals
of one language, and enough lines speak for it; `charset_normalizer` ranks what remains. A file
that is UTF-8 but for some places is refused with the first of them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Container, Iterator
from functools import cache
from importlib import resources

from recanvass.errors import ReadError, UsageError
from recanvass.reader import Note
from recanvass.wording import show

BLOCK = 4 * 2**20
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: Code pages that are tried, in the order of preference among those that give the same text.
CODE_PAGES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp866", "koi8-r",
    "koi8-u", "iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "mac-cyrillic", "mac-roman",
    "cp437", "cp850", "cp852", "cp862",
)  # fmt: skip

#: Letters beyond a-z that a language written in Latin letters has, commonest first.
LATIN = {
    "Albanian": "ëç",
    "Czech and Slovak": "íáěéžýřčšůúóňťďôľäŕĺ",
    "Estonian": "äõüöšž",
    "French": "éèàêçâîôûùïëœüæÿ",
    "German": "äüöß",
    "Hungarian": "áéöóőíüúű",
    "Italian": "àèùòìéóíîú",
    "Latvian": "āīēšžūņļķģč",
    "Lithuanian": "ėųšįžūčąę",
    "Nordic": "äåöøæéð",
    "Polish": "łąężśćóńź",
    "Portuguese": "ãçáéíóâêõúàôü",
    "Romanian": "ăîșțşţâ",
    "South Slavic": "čšžćđ",
    "Spanish": "óíáéñúü",
    "Turkish": "ıüşğçö\u0307âîû",
}

#: Letters of a language written in another script, commonest first.
OTHER_SCRIPTS = {
    "Arabic": "اليمنرتوبعدسفهكقحجةشصطخزضغثىذأئإءآؤظپچژگـ",
    "Belarusian": "анірыеокцтлсдзявмпушьбгчйхжёфўэюʼ",
    "Bulgarian": "аиоентрсвлкдпмзгяъбучцжщхшфюйь",
    "Greek": "αοιετσνηυρπκμλςωδγχθφάόίέβξήύζώψϊϋΐΰ",
    "Hebrew": "יוהלארתבשמנדקםעחפכגטצןסזךףץ",
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Serbian": "аиоентрсјукдвлмпзгбчшцњжхљђћџф",
    "Ukrainian": "оаниівертсклдупмзяьбгйчхцжюшєїфщґʼ",
}
_MARKS = frozenset("«»„“”‘’‚–—…№°§ºª¡¿\u00a0\u200e\u200f״׳")
_WORD = re.compile(r"[^\W\d_]+(?:[^\W\d_]|[\u0300-\u036f])*")
_ODD = re.compile(r"[\x80-\x9f]")
_ENOUGH_LINES = 0.01
_ENOUGH_WORDS = 3
_ENOUGH_STRETCHES = 4  # a header alone may be foreign: words enough to tell the language by
_FIT = 0.9


class Undecodable(Exception):
    """The bytes are not what they seem: where the first bad byte stands."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def utf8(data: bytes, name: str) -> tuple[bytes, str, tuple[Note, ...]]:
    """The same text in UTF-8 without a mark, the encoding it was in, and what has to be announced.

    Raises
    ------
    Undecodable
        The file is UTF-8 but for some places, or no code page fits.
    ReadError
        It is UTF-16 or UTF-32 and broken.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            if encoding == "utf-8":
                data = data[len(mark) :]
                break
            return _from_mark(data[len(mark) :], encoding, name), encoding[:6], ()
    place = first_invalid(data)
    if place is None:
        return data, "utf-8", ()
    proposal = proposed(data)
    if proposal is None:
        raise Undecodable(place)
    encoding, sample = proposal
    note = Note("encoding_proposed", {"encoding": encoding, "sample": sample})
    return data.decode(encoding).encode(), encoding, (note,)


def transcoded(data: bytes, encoding: str, name: str) -> bytes:
    """The text in UTF-8, from an encoding that the user has named."""
    try:
        codec = codecs.lookup(encoding)
    except LookupError as error:
        raise UsageError(
            f"There is no encoding {show(encoding)!r}; cp1251, koi8-r, cp1252 or utf-8 are some."
        ) from error
    for mark, marked in MARKS:
        if data.startswith(mark) and codec.name in (marked, marked[:6]):
            data, codec = data[len(mark) :], codecs.lookup(marked)
            break
    if not getattr(codec, "_is_text_encoding", True):
        raise UsageError(f"{show(encoding)!r} is not an encoding of text.")
    try:
        return codec.decode(data, "strict")[0].encode()
    except UnicodeError as error:
        where = f" (byte {error.start + 1:,})" if isinstance(error, UnicodeDecodeError) else ""
        raise ReadError(f"{show(name)} is not {show(encoding)}{where}; name another encoding.") from error


def _from_mark(data: bytes, encoding: str, name: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeError as error:
        where = error.start + 1 if isinstance(error, UnicodeDecodeError) else 0
        raise ReadError(
            f"{show(name)} says by its byte-order mark that it is {encoding[:6].upper()}, but byte {where:,} "
            "cannot be read as such; save it again as UTF-8."
        ) from error


def first_invalid(data: bytes) -> int | None:
    """The first byte that is not UTF-8, or None; read in blocks, cut between characters."""
    if data.isascii():
        return None
    start = 0
    while start < len(data):
        stop = min(start + BLOCK, len(data))
        back = 0
        while stop < len(data) and data[stop] & 0xC0 == 0x80 and back < 4:
            stop, back = stop - 1, back + 1
        try:
            data[start:stop].decode()
        except UnicodeDecodeError as error:
            return start + error.start
        start = stop
    return None


def proposed(data: bytes) -> tuple[str, str] | None:
    """The code page of a file that is not UTF-8 and a sample of its words, or None."""
    if b"\0" in data or _broken_utf8(data):
        return None
    lines, total = _foreign_lines(data)
    if len(lines) < _ENOUGH_LINES * total and len(_HIGH.findall(b"\n".join(lines))) < _ENOUGH_STRETCHES:
        return None
    sample = b"\n".join(_spread(lines, 64 * 2**10))
    texts: dict[str, str] = {}
    for page in CODE_PAGES:
        try:
            text = sample.decode(page)
        except UnicodeDecodeError:
            continue
        texts.setdefault(text, page)
    scores = {page: fit(text) for text, page in texts.items() if not _ODD.search(text)}
    best = max((share for share, _ in scores.values()), default=0.0)
    if best < _FIT:
        return None
    spoken = {page: len(_known_words(text)) for text, page in texts.items() if scores.get(page, (0.0,))[0] >= _FIT}
    known = max(spoken.values())
    if known >= _ENOUGH_WORDS:  # words of the header dictionary are worth more than the frequency of letters
        scores = {page: found for page, found in scores.items() if spoken.get(page, 0) * 2 > known}
        best = max(share for share, _ in scores.values())
    finalists = {page: common for page, (share, common) in scores.items() if share >= best - 0.02}
    top = max(finalists.values())
    pages = [page for page, common in finalists.items() if common >= top - 0.02]
    chosen = pages[0] if len(pages) == 1 else _ranked(sample, pages)
    try:
        data.decode(chosen)
    except UnicodeDecodeError:
        return None
    words = {w for w in _WORD.findall(sample.decode(chosen)) if not w.isascii()}
    return chosen, ", ".join(sorted(words, key=lambda w: (-len(w) < -5, w))[:5])


def fit(text: str) -> tuple[float, float]:
    """How well words with foreign letters fit one language: share of words, commonness of letters.

    A word fits if its foreign letters are the language's, its script is not mixed, and its capitals
    stand where capitals stand. Commonness is 1 for the commonest letter and 0 for the rarest.
    """
    words = [w for w in _WORD.findall(text) if not w.isascii()]
    strange = sum(1 for c in text if not c.isascii() and not c.isalpha() and c not in _MARKS)
    if not words:
        return 0.0, 0.0
    regular = [w.lower() for w in words if w in (w.lower(), w.upper(), w.capitalize()) or len(w) <= 2]
    best = (0.0, 0.0)
    for letters, mixed in [*((v, True) for v in LATIN.values()), *((v, False) for v in OTHER_SCRIPTS.values())]:
        rank = {c: 1 - k / len(letters) for k, c in enumerate(letters)}
        fitting = [w for w in regular if _written_with(w, rank, mixed=mixed)]
        found = [rank[c] for w in fitting for c in w if c in rank]
        common = sum(found) / len(found) if found else 0.0
        best = max(best, (round(len(fitting) / (len(words) + strange), 2), common))
    return best


@cache
def _vocabulary() -> frozenset[str]:
    """The words of the header dictionaries that are not written in plain Latin letters."""
    folder = resources.files("recanvass") / "headers"
    texts = (f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".toml"))
    return frozenset(w for text in texts for w in _WORD.findall(text.lower()) if len(w) >= 3 and not w.isascii())


def _known_words(text: str) -> set[str]:
    return {w for w in _WORD.findall(text.lower()) if w in _vocabulary()}


def _written_with(word: str, letters: Container[str], *, mixed: bool) -> bool:
    """Whether all letters beyond ASCII are these; ``mixed`` allows ASCII letters beside them."""
    return all(c in letters or (mixed and c.isascii()) for c in word)


def _ranked(sample: bytes, pages: list[str]) -> str:
    """The page that charset_normalizer puts first (it sees whole lines only), else the commonest."""
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=pages, enable_fallback=False)
    named = [page for match in found if (page := _same_page(match.encoding, pages))]
    return named[0] if named else pages[0]


def _same_page(encoding: str, pages: list[str]) -> str | None:
    name = codecs.lookup(encoding).name
    return next((page for page in pages if codecs.lookup(page).name == name), None)


_HIGH = re.compile(rb"[\x80-\xff]+")
_SHAPED = re.compile(rb"(?:[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3})+")


def _broken_utf8(data: bytes) -> bool:
    """Whether half of the stretches beyond ASCII have the shape of UTF-8, if only by their bits."""
    stretches = shaped = 0
    for match in _HIGH.finditer(data):
        stretches += 1
        shaped += _SHAPED.fullmatch(match.group()) is not None
        if stretches >= 20_000:
            break
    return shaped * 2 >= stretches


def _foreign_lines(data: bytes) -> tuple[list[bytes], int]:
    lines = re.split(rb"[\r\n]+", data)
    foreign = [line for line in lines if not line.isascii()]
    return foreign, len(lines)


def _spread(lines: list[bytes], size: int) -> Iterator[bytes]:
    """Whole lines from everywhere in the file, up to this many bytes."""
    step = max(1, sum(map(len, lines)) // size)
    for line in lines[::step]:
        if size <= 0:
            return
        yield line
        size -= len(line)
