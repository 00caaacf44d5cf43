"""The text of a stored source: plain text, HTML, PDF, or a web archive (WARC).

All of the visible text is given, not only the article: a quotation has to stand in what was
stored. Scripts, styles, comments and hidden elements are not text. Nothing is run or fetched.
"""

from __future__ import annotations

import io
import re
import zlib
from html.parser import HTMLParser
from typing import Any

from recanvass.errors import MissingExtra, ReadError
from recanvass.wording import show

MOST_BYTES = 20 * 2**20
MOST_CHARACTERS = 5_000_000
MOST_PAGES = 500

_SKIPPED = {"script", "style", "template", "noscript", "head", "iframe", "object", "svg", "math", "textarea", "select"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)


def text_of(data: bytes, name: str, address: str = "") -> str:
    """The visible text of a stored file.

    Parameters
    ----------
    data : bytes
    name : str
        Its name; the suffix decides how it is read.
    address : str
        Which page of a web archive is meant; without it the archive must hold one page.

    Raises
    ------
    ReadError
        The file is of another kind, too large, or broken.
    MissingExtra
        A PDF or web archive needs the extra ``articles``.
    """
    shown = show(name)
    if len(data) > MOST_BYTES:
        raise ReadError(f"{shown} is larger than {MOST_BYTES // 2**20} MB; store the article alone.")
    lowered = name.lower()
    if lowered.endswith((".html", ".htm", ".xhtml")):
        text = html_text(decoded(data, name, html=True))
    elif lowered.endswith(".pdf"):
        text = _pdf_text(data, shown)
    elif lowered.endswith((".warc", ".warc.gz")):
        text = _warc_text(data, shown, address)
    elif lowered.endswith((".txt", ".md", ".text")):
        text = decoded(data, name)
    else:
        raise ReadError(f"{shown} is no text, HTML, PDF or WARC file; store the source as one of these.")
    if len(text) > MOST_CHARACTERS:
        raise ReadError(f"{shown} holds more than {MOST_CHARACTERS:,} characters; store the article alone.")
    return text


def decoded(data: bytes, name: str, *, html: bool = False) -> str:
    """Bytes as text: the declared or marked encoding, UTF-8, else the one that fits best."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decode(data, encoding, name)
    declared = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,20})", data[:4096], re.IGNORECASE)
    if html and declared:
        return _decode(data, declared[1].decode("ascii"), name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:200_000]).best()
        if best is None:
            raise ReadError(f"{show(name)} is in no encoding that is recognised; save it as UTF-8.") from None
        text = _decode(data, best.encoding, name)
    if "\x00" in text:
        raise ReadError(f"{show(name)} holds NUL characters, so it is not text.")
    return text


def _decode(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise ReadError(f"{show(name)} is not in its encoding {show(encoding)!r}; save it as UTF-8.") from error


def html_text(source: str) -> str:
    """The visible text of a page, one line a block."""
    parser = _Visible()
    parser.feed(source)
    parser.close()
    lines = (re.sub(r"[ \t\r\n\f]+", " ", line).strip() for line in "".join(parser.parts).split("\x1e"))
    return "\n".join(line for line in lines if line)


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body" and self._hidden[:1] == ["head"]:
            self._hidden.clear()  # the end tag of the head may be left out
        if self._hidden:
            if tag == self._hidden[0] and tag not in _VOID:
                self._hidden.append(tag)
            return
        known = dict(attrs)
        hidden = "hidden" in known or _HIDDEN.search(known.get("style") or "")
        if (tag in _SKIPPED or hidden) and tag not in _VOID:
            self._hidden.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\x1e")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._hidden and tag in _BLOCKS:
            self.parts.append("\x1e")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
        elif tag in _BLOCKS:
            self.parts.append("\x1e")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data.replace("\x1e", " "))


def _pdf_text(data: bytes, shown: str) -> str:
    try:
        import pypdf
    except ImportError as error:
        raise MissingExtra(
            f"{shown} is a PDF; to read it install the extra: pip install 'recanvass[articles]'."
        ) from error
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise ReadError(f"{shown} is encrypted; store a copy that is not.")
        if len(reader.pages) > MOST_PAGES:
            raise ReadError(f"{shown} has more than {MOST_PAGES} pages; store those that are cited.")
        parts, total = [], 0
        for page in reader.pages:
            parts.append(page.extract_text())
            total += len(parts[-1])
            if total > MOST_CHARACTERS:
                break
    except ReadError:
        raise
    except Exception as error:
        # A broken PDF may raise anything inside the library; to the user it is one thing.
        raise ReadError(f"{shown} cannot be read as a PDF ({show(str(error), 100)}).") from error
    return "\n".join(parts)


def _warc_text(data: bytes, shown: str, address: str) -> str:
    try:
        from warcio.archiveiterator import ArchiveIterator
    except ImportError as error:
        raise MissingExtra(
            f"{shown} is a web archive; to read it install the extra: pip install 'recanvass[articles]'."
        ) from error
    pages: list[tuple[str, str]] = []
    try:
        for number, record in enumerate(ArchiveIterator(io.BytesIO(data))):
            if number > 10_000:
                raise ReadError(f"{shown} holds more than 10,000 records; store the page alone.")
            page = _warc_page(record, shown)
            if page is not None and (not address or _same_page(page[0], address)):
                pages.append(page)
    except ReadError:
        raise
    except (OSError, ValueError, EOFError, zlib.error, KeyError, AttributeError) as error:
        raise ReadError(f"{shown} cannot be read as a web archive ({show(str(error), 100)}).") from error
    except Exception as error:
        if type(error).__module__.startswith("warcio"):
            raise ReadError(f"{shown} is not a web archive ({show(str(error), 100)}).") from error
        raise
    if len(pages) != 1:
        raise ReadError(
            f"{shown} holds {len(pages)} pages for {show(address) or 'an unnamed address'};"
            " one is needed, so give the source its address."
        )
    return pages[0][1]


def _warc_page(record: Any, shown: str) -> tuple[str, str] | None:
    if record.rec_type not in ("response", "resource"):
        return None
    headers = record.http_headers or record.rec_headers
    if record.http_headers is not None and not record.http_headers.get_statuscode().startswith("2"):
        return None
    kind = (headers.get_header("Content-Type") or "").lower()
    if not kind.startswith(("text/html", "application/xhtml", "text/plain")):
        return None
    body = record.content_stream().read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ReadError(f"{shown} holds a page larger than {MOST_BYTES // 2**20} MB.")
    uri = record.rec_headers.get_header("WARC-Target-URI") or ""
    charset = re.search(r"charset=([\w-]+)", kind)
    if charset:
        source = _decode(body, charset[1], shown)
    else:
        source = decoded(body, shown, html="html" in kind)
    return uri, source if kind.startswith("text/plain") else html_text(source)


def _same_page(uri: str, address: str) -> bool:
    def plain(text: str) -> str:
        return re.sub(r"^https?://(www\.)?", "", text.partition("#")[0]).rstrip("/")

    return plain(uri) == plain(address)
