"""Only who was given the page's address, and only at that address, is let through."""

import asyncio
from typing import Any

import pytest

from sim.page.guard import guarded

HOME = b"127.0.0.1:8765"
FIRST = "a-secret_of_this_start"
PATH = f"/{FIRST}/"


async def inner(scope: Any, receive: Any, send: Any) -> None:
    """Stand for the page."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


def asked(
    kind: str, headers: list[tuple[bytes, bytes]], path: str = PATH, method: str = "GET"
) -> list[dict[str, Any]]:
    """Ask the guarded page; list what it answers."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": kind, "headers": headers, "path": path}
    scope |= {"method": method} if kind == "http" else {}
    asyncio.run(guarded(inner, 8765, FIRST)(scope, None, send))  # type: ignore[arg-type]
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


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "path",
    ["/", "", "/lib/shiny.js", "/websocket/", f"/{FIRST}", f"/{FIRST[:-1]}/", f"/{FIRST}x/",
     f"//{FIRST}/", f"/{FIRST.upper()}/", f"/x/{FIRST}/", f"/%2e/{FIRST}/", "/\udcff/"],
)  # fmt: skip
def test_without_the_token_nothing_is_had(kind: str, path: str) -> None:
    """A path that does not begin with the secret is refused in one plain sentence."""
    found = asked(kind, [(b"host", HOME)], path)
    if kind == "websocket":
        assert found == [{"type": "websocket.close", "code": 1008}]
        return
    assert found[0]["status"] == 403
    assert found[1]["body"] == (
        b"mentorsim: open the page at the whole address that mentorsim serve has printed\n"
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "x"])
def test_nothing_can_be_sent(method: str) -> None:
    """Uploads, and whatever else is not reading, are refused before the page hears of them."""
    path = f"{PATH}session/abc/upload/def"
    assert asked("http", [(b"host", HOME)], path, method)[0]["status"] == 405
