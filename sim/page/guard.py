"""Who may speak to the page: only who was given its address, at that address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from secrets import compare_digest
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


READING = ("GET", "HEAD")
"""All that the page needs: what is typed comes by websocket, and there are no uploads."""
Refusal = tuple[int, str]
"""Status and sentence."""
ELSEWHERE: Refusal = (421, "not this page's address")
NO_TOKEN: Refusal = (403, "open the page at the whole address that mentorsim serve has printed")
NO_UPLOADS: Refusal = (405, "nothing can be sent to this page")


def guarded(inner: Application, port: int, token: str) -> Application:
    """Let through who knows the token, names this computer, and comes from no other site's page.

    A name that an attacker lets point here (DNS rebinding) is in the Host
    header; another site's page that opens a websocket is in the Origin header.
    The token is the first part of every path, not a cookie: browsers show
    cookies to every port of a computer, other users' ports too.

    Parameters
    ----------
    inner : callable
        The application that is guarded.
    port : int
        At which it is served.
    token : str
        What the address holds that other users of the computer do not know.
    """
    hosts = {f"{name}:{port}" for name in NAMES}
    origins = {f"http://{host}" for host in hosts}

    def refusal(scope: Scope) -> Refusal | None:
        if not _allowed(scope, hosts, origins):
            return ELSEWHERE
        if not _knows(scope["path"], token):
            return NO_TOKEN
        return None if scope.get("method", "GET") in READING else NO_UPLOADS

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return await inner(scope, receive, send)
        refused = refusal(scope)
        if refused is not None:
            return await _refuse(scope, send, *refused)

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        return await inner({**scope, "root_path": f"/{token}"}, receive, with_headers)

    return outer


def _allowed(scope: Scope, hosts: set[str], origins: set[str]) -> bool:
    named = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
    from_page = [value.decode("latin-1") for key, value in scope["headers"] if key == b"origin"]
    return len(named) == 1 and named[0] in hosts and set(from_page) <= origins


def _knows(path: str, token: str) -> bool:
    """Tell whether a path begins with the token, in a time that does not tell how much is right."""
    wanted = f"/{token}/".encode()
    return compare_digest(path.encode(errors="replace")[: len(wanted)], wanted)


async def _refuse(scope: Scope, send: Send, status: int, said: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    head = [(b"content-type", b"text/plain"), (b"connection", b"close"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": f"mentorsim: {said}\n".encode()})
