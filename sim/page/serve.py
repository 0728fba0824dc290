"""The server of the local page."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from secrets import token_urlsafe

from sim.compute.interruption import signals_to
from sim.errors import StudyError
from sim.page.scenario import Compose
from sim.study import Study

HOST = "127.0.0.1"
MOST_MESSAGE = 2**24
"""Most bytes of one message from the browser: two files of answers, as text."""


def check(study: Study) -> None:
    """Refuse to serve where the extra is not installed or the port is taken.

    Raises
    ------
    StudyError
        One line that says what to do.
    """
    if find_spec("shiny") is None or find_spec("uvicorn") is None:
        raise StudyError(
            "serve: the page needs the extra [page]; install it with pip install 'mentorsim[page]'"
        )
    _listening(study.page.port).close()


def serve(study: Study, compose: Compose, on_start: Callable[[str], None]) -> None:
    """Serve the page on 127.0.0.1 until Ctrl-C.

    Parameters
    ----------
    study : Study
        Its page section says the port and the most that a run may ask for.
    compose : callable
        Composes studies.
    on_start : callable
        Told the page's address, a secret in it, when it can be opened.
    """
    import uvicorn

    from sim.jobs.preview import preview
    from sim.page.application import application
    from sim.page.guard import guarded
    from sim.page.preview_process import PreviewProcess
    from sim.page.temporary import temporary_files

    door, token = _listening(study.page.port), token_urlsafe(24)
    port = int(door.getsockname()[1])
    process = PreviewProcess(study.page.live_replicates)
    process.start()
    try:
        app = guarded(application(compose, study.page, process), port, token)
        with suppress(StudyError):
            preview(compose(["effect=shift"]), "0.0")  # compiled before the first key is pressed
        settings = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            ws="websockets-sansio",
            ws_max_size=MOST_MESSAGE,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(settings)
        # the server hears signals from before anybody is told that it is there
        with door, temporary_files(), signals_to(server.handle_exit):
            door.listen()  # who comes before the server is ready waits
            on_start(f"http://{HOST}:{port}/{token}/")
            server.run([door])
    finally:
        process.stop()


def _listening(port: int) -> socket.socket:
    """Take a port of this computer's address.

    Raises
    ------
    StudyError
        Where it is taken or may not be.
    """
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, port))
    except OSError as error:
        door.close()
        raise StudyError(
            f"page.port: {port} cannot be served at ({(error.strerror or str(error)).lower()}); "
            "choose another, or 0 for any free one"
        ) from None
    return door
