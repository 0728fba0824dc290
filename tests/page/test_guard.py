"""Only this computer's browser, at the page's own address, is let through."""

import asyncio
from typing import Any

import pytest

from sim.page.guard import guarded

HOME = b"127.0.0.1:8765"


async def inner(scope: Any, receive: Any, send: Any) -> None:
    """Stand for the page."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


def asked(kind: str, headers: list[tuple[bytes, bytes]]) -> list[dict[str, Any]]:
    """Ask the guarded page; list what it answers."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": kind, "headers": headers}
    asyncio.run(guarded(inner, 8765)(scope, None, send))  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"evil.example:8765")],
        [(b"host", b"127.0.0.1")],
        [(b"host", b"127.0.0.1:8766")],
        [(b"host", b"127.0.0.1.evil.example:8765")],
        [(b"host", HOME), (b"host", b"evil.example")],
        [(b"host", HOME), (b"origin", b"http://evil.example")],
        [(b"host", HOME), (b"origin", b"null")],
        [(b"host", HOME), (b"origin", b"http://127.0.0.1:9999")],
    ],
)
def test_others_are_refused(kind: str, headers: list[tuple[bytes, bytes]]) -> None:
    """Another name, another port, another site's page: refused, websockets too."""
    first = asked(kind, headers)[0]
    assert first["type"] == "websocket.close" or first["status"] == 421


@pytest.mark.parametrize("host", [HOME, b"localhost:8765"])
def test_home_is_let_through(host: bytes) -> None:
    """The page's own address is let through, and told what it may fetch."""
    for origin in ([], [(b"origin", b"http://" + host)]):
        first = asked("http", [(b"host", host), *origin])[0]
        assert first["status"] == 200
        assert b"default-src 'self'" in dict(first["headers"])[b"content-security-policy"]
