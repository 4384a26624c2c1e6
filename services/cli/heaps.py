"""How much memory the processes keep."""

from __future__ import annotations

import ctypes

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
_ARENAS = 2


def share_heaps() -> None:
    """Let all threads share two heaps, before there are threads.

    glibc gives each thread its own and keeps what was freed there: fifteen imports by as many threads held
    2.3 GB. Python's threads allocate one at a time anyway. Other C libraries have no such call.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
