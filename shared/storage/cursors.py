"""A cursor of psycopg that says of a result what SQLAlchemy asks for, and no more."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor


class NamingCursor(Cursor[tuple[Any, ...]]):
    """psycopg makes an object for each column of each result; names and types are all that is looked at."""

    @property
    def description(self) -> Any:
        """(name, type, None…) of each column, as PEP 249 has it; None without a result."""
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        encoding = self._encoding
        return [
            ((result.fname(at) or b"").decode(encoding), result.ftype(at), *_UNASKED)
            for at in range(result.nfields)
        ]


_UNASKED = (None,) * 5
