"""The page as it is served: who gets in, what can be sent, and what a flood costs."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from re import findall
from typing import Any
from urllib.parse import urlsplit

import pytest
from oracles.served import Served, served
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

REFUSED = b"mentorsim: open the page at the whole address that mentorsim serve has printed\n"
PATIENCE = 60
QUICK = ("page.live_replicates=0",)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what is temporary in a folder of the module."""
    with pytest.MonkeyPatch.context() as patch:
        found = tmp_path_factory.mktemp("temporary")
        patch.setenv("TMPDIR", str(found))
        yield found


@pytest.fixture(scope="module")
def killed(place: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Kill a server in the middle of a session; give its address, and what it has left."""
    with served(tmp_path_factory.mktemp("killed"), *QUICK) as own, opened(own) as socket:
        session_of(socket)
        while "custom" not in heard(socket):
            pass
        (left,) = place.iterdir()
        assert len(list(left.iterdir())) >= 2  # the tab's files, and Shiny's
        own.kill()
    assert left.is_dir()
    return own.address, left


@pytest.fixture(scope="module")
def server(killed: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the page after that."""
    with served(tmp_path_factory.mktemp("served"), *QUICK) as found:
        yield found


def asked(server: Served, path: str, method: str = "GET", body: bytes = b"") -> tuple[int, bytes]:
    """Ask the server for a path of its own; give status and body."""
    connection = HTTPConnection(urlsplit(server.address).netloc, timeout=PATIENCE)
    connection.request(method, path, body=body)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def opened(server: Served, path: str | None = None) -> ClientConnection:
    """Open the page's websocket, as its script does."""
    parts = urlsplit(server.address)
    address = f"ws://{parts.netloc}{path or f'{parts.path}websocket/'}"
    return connect(address, origin=f"http://{parts.netloc}", max_size=None)  # type: ignore[arg-type]


def told(socket: ClientConnection, **message: Any) -> None:
    """Send a message."""
    socket.send(json.dumps(message))


def heard(socket: ClientConnection) -> dict[str, Any]:
    """Receive a message."""
    found = json.loads(socket.recv(PATIENCE))
    assert isinstance(found, dict)
    return found


def session_of(socket: ClientConnection) -> str:
    """Begin a session; give its number."""
    number = heard(socket)["config"]["sessionId"]
    told(socket, method="init", data={})
    return str(number)


def test_the_whole_address_opens_the_page(server: Served) -> None:
    """With the secret the page is had, and every file that it names."""
    root = urlsplit(server.address).path
    status, page = asked(server, root)
    assert status == 200
    names = findall(r'(?:src|href)="([^"]+)"', page.decode())
    files = [name for name in names if not name.startswith(("data:", "#"))]
    assert files
    for name in files:
        assert asked(server, root + name)[0] == 200, name


def test_without_the_secret_there_is_nothing(server: Served) -> None:
    """Without it, or with a wrong one, neither page nor file nor websocket is had."""
    root = urlsplit(server.address).path
    wrong = f"/{'x' * (len(root) - 2)}/"
    for path in ("/", "/lib/", wrong, root[:-2] + "/"):
        assert asked(server, path) == (403, REFUSED)
    for path in ("/websocket/", f"{wrong}websocket/"):
        with pytest.raises(InvalidStatus, match="403"), opened(server, path):
            pass


def test_every_start_has_its_own_secret(server: Served, killed: tuple[str, Path]) -> None:
    """A server that is started again has another secret."""
    assert urlsplit(server.address).path != urlsplit(killed[0]).path


def test_what_a_killed_server_has_left_is_gone(server: Served, killed: tuple[str, Path]) -> None:
    """What a server that was killed in a session has left goes when the next one starts."""
    assert not killed[1].exists()


def test_nothing_is_uploaded(server: Served, place: Path) -> None:
    """An upload is neither begun nor taken, and no byte of it reaches the disk."""
    with opened(server) as socket:
        number = session_of(socket)
        told(socket, method="uploadInit", args=[[{"name": "x", "size": 9, "type": ""}]], tag=1)
        while "response" not in (answer := heard(socket)):
            pass
        assert answer["response"] == {"tag": 1, "error": "Unknown method: uploadInit"}
        session = f"{urlsplit(server.address).path}session/{number}"
        status, said = asked(server, f"{session}/upload/{'0' * 12}?w=", "POST", bytes(1000))
        assert (status, said) == (405, b"mentorsim: nothing can be sent to this page\n")
        assert asked(server, f"{session}/dynamic_route/file?scope=a&name=page") == (
            404, b"there is no such file\n",
        )  # fmt: skip
        assert not list(place.rglob("fileupload-*/*"))


def test_a_flood_of_changes_is_answered_a_few_times(server: Served) -> None:
    """Of 400 changes that come at once the last is answered, and most of the others are not."""
    most = 400
    with opened(server) as socket:
        session_of(socket)
        for number in range(1, most + 1):
            change = {"scope": "a", "name": "target.power", "text": f"0.{number + 100}"}
            message = {"number": number, "changes": [change]}
            told(socket, method="update", data={"change": message})
        answered: list[int] = []
        while most not in answered:
            updates = heard(socket).get("custom", {}).get("updates", {})
            answered += [updates["number"]] if updates.get("number") else []
    assert answered == sorted(answered)
    assert len(answered) < most / 4
