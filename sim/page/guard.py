"""Who may speak to the page: only this computer's own browser, at the page's own address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application."""
NAMES = ("127.0.0.1", "localhost")
"""Names of this computer."""
POLICY = (
    "default-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""Content security policy: nothing is fetched from elsewhere, and nobody frames the page."""
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


def guarded(inner: Application, port: int) -> Application:
    """Let through only requests that name this computer, from pages of this server.

    A name that an attacker lets point here (DNS rebinding) is in the Host
    header; another site's page that opens a websocket is in the Origin header.

    Parameters
    ----------
    inner : callable
        The application that is guarded.
    port : int
        At which it is served.
    """
    hosts = {f"{name}:{port}" for name in NAMES}
    origins = {f"http://{host}" for host in hosts}

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and not _allowed(scope, hosts, origins):
            await _refuse(scope, send)
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await inner(scope, receive, with_headers)

    return outer


def _allowed(scope: Scope, hosts: set[str], origins: set[str]) -> bool:
    named = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
    from_page = [value.decode("latin-1") for key, value in scope["headers"] if key == b"origin"]
    return len(named) == 1 and named[0] in hosts and set(from_page) <= origins


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    head = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 421, "headers": head})
    await send({"type": "http.response.body", "body": b"mentorsim: not this page's address\n"})
