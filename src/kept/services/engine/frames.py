"""What a failed act leaves in its traceback: nothing that was open.

A traceback keeps the local variables of every frame it passed, and error reporters print them. Whoever opens values, and the
door, lets an error pass here: the frames of Kept that it ended forget what they held; names and lines stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType

OURS = "kept."
HANDED_OVER = ("kept.store.", "kept.services.engine.flush", "kept.services.engine.sequencer")
"""Here an act waits for a task of its own, which may still run: from here on only sealed rows are held, and nothing is cleared."""


@contextmanager
def forgotten() -> Iterator[None]:
    """Let whatever is raised within pass, with frames that hold no value any more."""
    try:
        yield
    except BaseException as error:
        forget(error)
        raise


def forget(error: BaseException) -> None:
    """Clear the frames of Kept that an error, its causes and what it was raised beside have ended.

    Args:
        error: Caught; the frame that caught it goes on, and is left alone.
    """
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        rest += [one.__cause__, one.__context__]
        for frame in _frames(one.__traceback__):
            with suppress(RuntimeError):  # it still runs
                frame.clear()


def _frames(place: TracebackType | None) -> Iterator[FrameType]:
    """Yield the frames of Kept down to where the act was handed over."""
    while place is not None:
        name = str(place.tb_frame.f_globals.get("__name__", ""))
        if name.startswith(HANDED_OVER):
            return
        if name.startswith(OURS):
            yield place.tb_frame
        place = place.tb_next
