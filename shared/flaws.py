"""One thing that is wrong with a value, a row or a file: a stable code and its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """`code` is stable; the texts say what is expected."""

    code: str
    vi: str
    en: str
