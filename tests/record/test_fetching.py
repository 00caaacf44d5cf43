"""Nothing but public https addresses is ever connected to, at any step."""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any

import pytest

from recanvass.errors import ReadError
from recanvass.record import fetching

NUMBERS = {
    "127.0.0.1": False, "10.1.2.3": False, "172.16.0.1": False, "192.168.1.1": False, "169.254.169.254": False,
    "0.0.0.0": False, "100.64.0.1": False, "192.0.2.1": False, "198.18.0.1": False, "224.0.0.1": False,
    "240.0.0.1": False, "255.255.255.255": False, "::1": False, "::": False, "fe80::1": False, "fe80::1%eth0": False,
    "fc00::1": False, "ff02::1": False, "::ffff:127.0.0.1": False, "::ffff:169.254.169.254": False,
    "64:ff9b::a9fe:a9fe": False, "2002:7f00:1::": False, "2002:a9fe:a9fe::1": False, "2001:0:7f00:1::": False,
    "2001:db8::1": False, "::127.0.0.1": False, "not-a-number": False, "": False,
    "93.184.216.34": True, "2606:2800:220:1:248:1893:25c8:1946": True, "::ffff:93.184.216.34": True,
}  # fmt: skip

ADDRESSES = (
    "http://a.org/", "file:///etc/passwd", "ftp://a.org/", "gopher://a.org/", "https://user@a.org/", "https://u:p@a.org/",
    "https://a.org:22/", "https://a.org:8443/", "https://", "https:///path", "https://a.org/\r\nX: y", "https://a.org\\@b.org/",
    "https://а.org/", "https://a.org/ x", "javascript:alert(1)", "https://a.org:99999/", "https://[::1", "//a.org/", "a.org", "",
)  # fmt: skip


def resolver(table: dict[str, list[str]]) -> Any:
    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        numbers = table.get(host, [host])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (n, port)) for n in numbers]

    return getaddrinfo


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self._headers, self._body = status, headers, io.BytesIO(body)

    def getheader(self, name: str, default: str = "") -> str:
        return self._headers.get(name, default)

    def read1(self, size: int) -> bytes:
        return self._body.read(size)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A network of our own: hosts to numbers, addresses to answers; it notes every connection."""
    hosts: dict[str, list[str]] = {}
    pages: dict[tuple[str, str], Answer] = {}
    connected: list[str] = []

    def connect(self: Any) -> None:
        connected.append(self._numeric)

    def request(self: Any, method: str, path: str, **_: Any) -> None:
        self.connect()
        self.wanted = (self.host, path)

    monkeypatch.setattr(socket, "getaddrinfo", resolver(hosts))
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("a real connection"))
    monkeypatch.setattr(fetching._Pinned, "connect", connect)
    monkeypatch.setattr(fetching._Pinned, "request", request)
    monkeypatch.setattr(http.client.HTTPConnection, "getresponse", lambda self: pages[self.wanted])
    return hosts, pages, connected


@pytest.mark.parametrize("number", NUMBERS)
def test_public_addresses(number: str) -> None:
    assert fetching.is_public(number) is NUMBERS[number]


@pytest.mark.parametrize("address", ADDRESSES)
def test_strange_addresses_never_connect(address: str, network: Any) -> None:
    with pytest.raises(ReadError):
        fetching.fetched(address)
    assert network[2] == []


@pytest.mark.parametrize("number", [n for n, public in NUMBERS.items() if not public])
def test_a_host_with_one_private_address_never_connects(number: str, network: Any) -> None:
    hosts, _, connected = network
    hosts["a.org"] = ["93.184.216.34", number]
    with pytest.raises(ReadError, match="public"):
        fetching.fetched("https://a.org/x")
    assert connected == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "localhost", "169.254.169.254"])
def test_numeric_hosts_never_connect(host: str, network: Any) -> None:
    hosts, _, connected = network
    hosts.update({"0x7f.1": ["127.0.0.1"], "2130706433": ["127.0.0.1"], "localhost": ["127.0.0.1"]})
    with pytest.raises(ReadError):
        fetching.fetched(f"https://{host}/")
    assert connected == []


def test_a_page_is_fetched_from_the_address_that_was_judged(network: Any) -> None:
    hosts, pages, connected = network
    hosts["a.org"] = ["93.184.216.34"]
    pages["a.org", "/x?y=1"] = Answer(200, {"Content-Type": "text/html; charset=utf-8"}, b"<p>page</p>")
    got = fetching.fetched("https://a.org/x?y=1")
    assert (got.data, got.name, got.address) == (b"<p>page</p>", "a-org-x.html", "https://a.org/x?y=1")
    assert connected == ["93.184.216.34"]


@pytest.mark.parametrize(
    "target", ["http://a.org/", "https://inner.org/", "https://169.254.169.254/", "file:///etc/passwd"]
)
def test_redirects_are_judged_like_the_first(target: str, network: Any) -> None:
    hosts, pages, connected = network
    hosts.update({"a.org": ["93.184.216.34"], "inner.org": ["10.0.0.1"]})
    pages["a.org", "/"] = Answer(302, {"Location": target}, b"")
    with pytest.raises(ReadError):
        fetching.fetched("https://a.org/")
    assert connected == ["93.184.216.34"]


def test_three_redirects_and_no_more(network: Any) -> None:
    hosts, pages, connected = network
    hosts["a.org"] = ["93.184.216.34"]
    for k in range(5):
        pages["a.org", f"/{k}"] = Answer(301, {"Location": f"/{k + 1}"}, b"")
    with pytest.raises(ReadError, match="redirects"):
        fetching.fetched("https://a.org/0")
    assert len(connected) == 4
    pages["a.org", "/3"] = Answer(200, {"Content-Type": "text/plain"}, b"page")
    assert fetching.fetched("https://a.org/0").data == b"page"


def test_size_kind_and_compression_are_limited(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts, pages, _ = network
    hosts["a.org"] = ["93.184.216.34"]
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    for answer, reason in (
        (Answer(200, {"Content-Type": "text/html"}, b"x" * 1001), "sends more"),
        (Answer(200, {"Content-Type": "application/zip"}, b"x"), "kind"),
        (Answer(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"x"), "compressed"),
        (Answer(404, {"Content-Type": "text/html"}, b"x"), "status 404"),
    ):
        pages["a.org", "/"] = answer
        with pytest.raises(ReadError, match=reason):
            fetching.fetched("https://a.org/")


def test_time_is_limited(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts, pages, _ = network
    hosts["a.org"] = ["93.184.216.34"]
    pages["a.org", "/"] = Answer(200, {"Content-Type": "text/html"}, b"x" * 10)
    monkeypatch.setattr(fetching, "MOST_SECONDS", -1.0)
    with pytest.raises(ReadError, match="longer"):
        fetching.fetched("https://a.org/")


def test_a_fetched_page_is_drafted_with_its_moment(network: Any) -> None:
    import tomllib

    from recanvass import record

    hosts, pages, _ = network
    hosts["a.org"] = ["93.184.216.34"]
    page = b"<p>The commission said on Monday that turnout was almost 68% of registered voters.</p>"
    pages["a.org", "/2021-03-10/x"] = Answer(200, {"Content-Type": "text/html"}, page)
    made = record.draft("https://a.org/2021-03-10/x", fetch=True)
    (source,) = tomllib.loads(made.toml())["sources"]
    assert source["address"] == "https://a.org/2021-03-10/x"
    assert source["fetched"].tzinfo is not None
    assert made.article.data == page
    with pytest.raises(ReadError, match="not an https address"):
        record.draft("http://a.org/", fetch=True)
