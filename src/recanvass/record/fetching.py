"""One page fetched, because somebody said so: https only, public addresses only.

The host is resolved once; every address it resolves to has to be public, and the connection goes
to the very address that was judged, under the host's certificate. A redirect is judged in the
same way, three at most. No cookie, no proxy, no cache; size and time are limited.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from recanvass.errors import ReadError
from recanvass.version import VERSION
from recanvass.wording import show

MOST_REDIRECTS = 3
MOST_BYTES = 10 * 2**20
MOST_SECONDS = 30.0

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True)
class Fetched:
    """A page as it came: bytes, a name to store it under, the last address, the moment (UTC)."""

    name: str
    data: bytes
    address: str
    fetched: str


def fetched(address: str) -> Fetched:
    """The page at an address.

    Raises
    ------
    ReadError
        The address is not https, not public, redirects too often, is too large, too slow, or of
        a kind that is not read.
    """
    deadline = time.monotonic() + MOST_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        host, port, path = _judged(address)
        numeric = public_address(host, port)
        status, kind, moved, data = _got(host, port, numeric, path, deadline)
        if status in (301, 302, 303, 307, 308) and moved:
            address = urljoin(address, moved)
            continue
        if status != 200:
            raise ReadError(f"{show(address)} answered with the status {status}; store the page by hand.")
        suffix = _SUFFIXES.get(kind.partition(";")[0].strip().lower())
        if suffix is None:
            raise ReadError(
                f"{show(address)} is of the kind {show(kind) or 'unnamed'}, which is not read as an article."
            )
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return Fetched(_name(host, path, suffix), data, address, moment)
    raise ReadError(f"{show(address)} redirects more than {MOST_REDIRECTS} times; store the page by hand.")


def public_address(host: str, port: int) -> str:
    """The address of a host to connect to; every one that it resolves to has to be public.

    Raises
    ------
    ReadError
        The host is not found, or any of its addresses is private, loopback, link-local,
        multicast, reserved, or stands for such a one.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ReadError(f"The host {show(host)} was not found.") from error
    numbers = [str(entry[4][0]) for entry in found]
    for number in numbers:
        if not is_public(number):
            raise ReadError(f"The host {show(host)} leads to {show(number)}, which is not a public address.")
    if not numbers:
        raise ReadError(f"The host {show(host)} has no address.")
    return numbers[0]


def is_public(number: str) -> bool:
    """Whether a numeric address is a public unicast one, through whatever it embeds."""
    try:
        address = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in ipaddress.ip_network("64:ff9b::/96") or address in ipaddress.ip_network("::/96"):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_public(str(one)) for one in inner):
            return False
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _judged(address: str) -> tuple[str, int, str]:
    """Host, port and path of an https address without user name or control characters."""
    if re.search(r"[\x00-\x20\x7f\\]", address) or not address.isascii():
        raise ReadError(f"{show(address)} is not a plain address; percent-encode it.")
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError as error:
        raise ReadError(f"{show(address)} is not an address.") from error
    if parts.scheme != "https":
        raise ReadError(f"{show(address)} is not an https address; only those are fetched.")
    if parts.username is not None or parts.password is not None or not parts.hostname:
        raise ReadError(f"{show(address)} names a user or no host; give a plain https address.")
    if port != 443:
        raise ReadError(f"{show(address)} names the port {port}; only 443 is used.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, port, path


class _Pinned(http.client.HTTPSConnection):
    """A connection to a numeric address under the certificate of a host."""

    def __init__(self, host: str, port: int, numeric: str, timeout: float) -> None:
        self._context_used = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self._context_used)
        self._numeric = numeric

    def connect(self) -> None:
        raw = socket.create_connection((self._numeric, self.port), self.timeout)
        self.sock = self._context_used.wrap_socket(raw, server_hostname=self.host)


def _got(host: str, port: int, numeric: str, path: str, deadline: float) -> tuple[int, str, str, bytes]:
    """Status, content type, where it moved, and the body up to its limit."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise ReadError(f"{show(host)} took longer than {MOST_SECONDS:.0f} seconds.")
    connection = _Pinned(host, port, numeric, left)
    try:
        connection.request(
            "GET",
            path,
            headers={"User-Agent": f"recanvass/{VERSION}", "Accept-Encoding": "identity", "Accept": "text/html"},
        )
        answer = connection.getresponse()
        if answer.getheader("Content-Encoding", "identity").lower() not in ("identity", ""):
            raise ReadError(f"{show(host)} answers in a compressed form that was not asked for.")
        chunks: list[bytes] = []
        size = 0
        while chunk := answer.read1(64 * 1024):
            size += len(chunk)
            chunks.append(chunk)
            if size > MOST_BYTES:
                raise ReadError(f"{show(host)} sends more than {MOST_BYTES // 2**20} MB.")
            if time.monotonic() > deadline:
                raise ReadError(f"{show(host)} took longer than {MOST_SECONDS:.0f} seconds.")
        return answer.status, answer.getheader("Content-Type", ""), answer.getheader("Location", ""), b"".join(chunks)
    except (OSError, http.client.HTTPException) as error:
        raise ReadError(f"{show(host)} cannot be reached ({show(str(error), 100)}).") from error
    finally:
        connection.close()


def _name(host: str, path: str, suffix: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", f"{host.removeprefix('www.')}-{path.partition('?')[0]}").strip("-")
    return (stem[:80].strip("-") or "page") + suffix
