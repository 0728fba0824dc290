"""Where the console command begins: whatever comes, even while all else is imported, is one line.

Imports next to nothing, so that there is no moment in which Ctrl-C shows a traceback.
"""

import gc
from collections.abc import Sequence

from sim.compute.interruption import catch_signals, release_signals
from sim.endings import finished, make_printable, told


def main(argv: Sequence[str] | None = None) -> int:
    """Run the console command, for good: this process ends with it.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the command's name; by default those it was called with.

    Returns
    -------
    int
        Exit status: 0; 1 where files could not be written, or the answer not printed (one
        line on stderr says why); 2 for what the user can mend (one line, nothing written);
        128 + n where signal n ended it, Ctrl-C among them (one line, no empty folder).
        A bug shows its traceback.
    """
    gc.set_threshold(5000)  # most of what imports, compilers and studies make is kept
    make_printable()
    catch_signals()
    try:
        from sim.app import main as run

        status = run(argv)
    except (Exception, KeyboardInterrupt) as error:
        ended = told(error)
        if ended is None:
            raise
        status = ended
    except SystemExit as leave:  # as after --version
        status = leave.code if isinstance(leave.code, int) else int(leave.code is not None)
    release_signals()
    return finished(status)
