"""Compiled functions, kept in a folder of the user's from one run to the next.

Numba's cache lies next to the source, in the installed package. It fails where that cannot be
written to, trusts whatever the files hold, and what it leaves outlives the package. This one is
a folder of the user's alone, a file for each function and types of its arguments.
"""

from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import numba
from numba.core.caching import FunctionCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from sim.compute.code_folder import cache_folder, tell_unkept
from sim.compute.code_version import library_versions
from sim.errors import reason_of

DIGEST = sha256().digest_size
VERSIONS = (library_versions(), sys.implementation.cache_tag)


def njit(
    function: Callable[..., Any] | None = None, *, allocates: bool = True, **options: Any
) -> Any:
    """Compile a function without Python objects, as `numba.njit` does, and keep the result.

    Parameters
    ----------
    function : callable
        The function. It and all that it calls stand in one file: a change in
        another would go unnoticed.
    allocates : bool
        Whether it makes arrays, or is given new ones by what it calls. Else it is spared counting
        who uses an array, which is a call and an atomic step for every part that is taken of one.
    **options
        Numba's.

    Returns
    -------
    callable
        Numba's dispatcher.
    """
    if function is None:
        return partial(njit, allocates=allocates, **options)
    # what is not needed takes a sixth of the time to compile: C's way in, Python's way in to
    # what only other compiled code calls, and errors for divisions by 0, which no kernel makes
    inner = function.__name__.startswith("_")
    leaner: dict[str, Any] = {
        "no_cfunc_wrapper": True,
        "no_cpython_wrapper": inner,
        "error_model": "numpy",
        "_nrt": allocates,
    }
    compiled, folder = numba.njit(**leaner | options)(function), cache_folder()
    if folder is not None:
        compiled._cache = KernelCache(function, folder)  # noqa: SLF001 - cache=True sets just this
    return compiled


class KernelCache(FunctionCache):
    """What numba has compiled of one function, a file for each types of arguments.

    A file's name is a hash of all that the machine code follows from: the
    source file's contents, versions, processor, types, checks. So no version of the
    package finds another's, and several processes can share the folder. The
    file begins with a hash of the rest: what is damaged is compiled again.

    Parameters
    ----------
    function : callable
        The function.
    folder : Path
        Where the files lie; nobody else can write there, for what is read may run code.
    """

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        # not the base's, which looks for a place next to the source
        self._py_func, self._cache_path = function, str(folder)
        self._source = sha256(Path(inspect.getfile(function)).read_bytes()).hexdigest()
        self._enabled = True

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load what was compiled for a signature; None where it is not there, or damaged."""
        target_context.refresh()
        path = self._path(sig, target_context.codegen())
        try:
            return CompileResult._rebuild(target_context, *_whole(path.read_bytes()))  # noqa: SLF001 - as the base does
        except FileNotFoundError:
            return None
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it can be compiled again
            with suppress(OSError):
                path.unlink()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for a signature; where that fails it is compiled again."""
        path = self._path(sig, data.codegen)
        written = dumps(data._reduce())  # noqa: SLF001 - as the base does
        part = path.with_suffix(f".{token_hex(8)}")
        try:
            part.write_bytes(sha256(written).digest() + written)
            part.replace(path)  # at once, for another process may look for it
        except OSError as error:
            tell_unkept(f"in {path.parent} ({reason_of(error)})")
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def flush(self) -> None:
        """Keep the files: those of other versions are not known from these."""

    def _path(self, sig: Any, codegen: Any) -> Path:
        function = self._py_func
        place = f"{function.__module__}.{function.__qualname__}:{function.__code__.co_firstlineno}"
        checks = getattr(numba.config, "BOUNDSCHECK", None)  # other code of the same source
        key = repr((place, self._source, VERSIONS, checks, sig, codegen.magic_tuple()))
        return Path(self._cache_path) / f"{function.__name__}-{sha256(key.encode()).hexdigest()}"


def _whole(data: bytes) -> Any:
    """Read a file's contents.

    Raises
    ------
    ValueError
        Where they are not what was written.
    """
    if sha256(data[DIGEST:]).digest() != data[:DIGEST]:
        raise ValueError("damaged")
    return pickle.loads(data[DIGEST:])  # noqa: S301 - from a folder that only the user can write to
