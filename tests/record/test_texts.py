"""Text, HTML, PDF and WARC give the words that a reader sees."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from recanvass.errors import ReadError
from recanvass.record.texts import html_text, text_of

SENTENCE = "The chairman signed a blank protocol at noon."


def pdf(sentence: str) -> bytes:
    """A PDF of one page, written by hand after ISO 32000-1, section 7."""
    stream = f"BT /F1 12 Tf 72 700 Td ({sentence}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    tail = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    return out + head + table + tail


def warc(pages: dict[str, str], *, compressed: bool = True) -> bytes:
    warcwriter = pytest.importorskip("warcio.warcwriter")
    from warcio.statusandheaders import StatusAndHeaders

    buffer = io.BytesIO()
    writer = warcwriter.WARCWriter(buffer, gzip=compressed)
    for address, page in pages.items():
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        body = page.encode()
        record = writer.create_warc_record(
            address, "response", payload=io.BytesIO(body), length=len(body), http_headers=headers
        )
        writer.write_record(record)
    return buffer.getvalue()


def test_a_pdf_gives_its_text() -> None:
    pytest.importorskip("pypdf")
    assert SENTENCE in text_of(pdf(SENTENCE), "a.pdf")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", b"\x00" * 1000])
def test_a_broken_pdf_is_refused_by_name(data: bytes) -> None:
    pytest.importorskip("pypdf")
    with pytest.raises(ReadError, match=r"a\.pdf"):
        text_of(data, "a.pdf")


def test_a_web_archive_gives_the_page_that_is_meant() -> None:
    data = warc({"https://a.org/x": f"<p>{SENTENCE}</p>", "https://a.org/y": "<p>Another page here.</p>"})
    assert text_of(data, "a.warc.gz", "https://a.org/x") == SENTENCE
    assert text_of(data, "a.warc.gz", "http://www.a.org/x/") == SENTENCE
    for address in ("", "https://a.org/z"):
        with pytest.raises(ReadError, match=r"a\.warc\.gz"):
            text_of(data, "a.warc.gz", address)


def test_a_broken_web_archive_is_refused_by_name() -> None:
    pytest.importorskip("warcio")
    data = warc({"https://a.org/x": "<p>one two three</p>"})
    for broken in (data[: len(data) // 2], b"nothing of the kind", gzip.compress(b"x" * 100)):
        with pytest.raises(ReadError, match=r"a\.warc"):
            text_of(broken, "a.warc.gz", "https://a.org/x")


def test_a_page_gives_what_is_seen_and_nothing_else() -> None:
    page = """<html><head><title>no title<style>p {color: red}</style>
    <body><h1>A head</h1><script>document.write("never")</script><p>One <b>two</b>&nbsp;three<br>four</p>
    <p hidden>not this <b>nor</b> this</p><div style="display: none"><div>nor this</div> nor that</div>
    <template>no</template><noscript>no</noscript><ul><li>five<li>six</ul><!-- no --><img alt="no" src=x onerror=y>"""
    assert html_text(page) == "A head\nOne two\u00a0three\nfour\nfive\nsix"


def test_encodings_are_declared_marked_or_guessed() -> None:
    text = "Явка избирателей на участке составила 93,2 процента, сообщили в комиссии."
    assert text_of(text.encode("utf-8-sig"), "a.txt") == text
    assert text_of(text.encode("utf-16"), "a.txt") == text
    assert text_of((text * 5).encode("cp1251"), "a.txt") == text * 5
    assert text_of(f'<meta charset="windows-1251"><p>{text}'.encode("cp1251"), "a.html") == text
    with pytest.raises(ReadError, match=r"a\.txt"):
        text_of(b"ab\x00cd", "a.txt")
    with pytest.raises(ReadError, match=r"a\.html"):
        text_of(b'<meta charset="no-such-thing"><p>x', "a.html")


def test_other_files_are_refused(tmp_path: Path) -> None:
    for name in ("a.exe", "a", "a.docx", "a.pkl"):
        with pytest.raises(ReadError, match="no text, HTML, PDF or WARC"):
            text_of(b"x", name)
    with pytest.raises(ReadError, match="larger than"):
        text_of(b" " * (21 * 2**20), "a.txt")
