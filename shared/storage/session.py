"""What commands and queries are given: one transaction of one service."""

from __future__ import annotations

from typing import Any, TypeVarTuple, overload

from sqlalchemy import Connection, CursorResult, Engine, Executable
from sqlalchemy.sql.selectable import TypedReturnsRows

_Columns = TypeVarTuple("_Columns")


class Session:
    """Statements go straight to one connection; the first of them opens it, and the transaction.

    No object of ours is mapped to a table: what SQLAlchemy's own session does for such costs as much as a
    statement. `service` owns the database, and the events that are emitted here; with a `recipient` those
    go to that consumer alone.
    """

    def __init__(self, engine: Engine, service: str) -> None:
        self.service = service
        self.recipient: str | None = None
        self._engine = engine
        self._opened: Connection | None = None

    def connection(self) -> Connection:
        if self._opened is None:
            self._opened = self._engine.connect()
        return self._opened

    @overload
    def execute(
        self, statement: TypedReturnsRows[*_Columns], parameters: Any = None, **options: Any
    ) -> CursorResult[*_Columns]: ...

    @overload
    def execute(
        self, statement: Executable, parameters: Any = None, **options: Any
    ) -> CursorResult[*tuple[Any, ...]]: ...

    def execute(
        self, statement: Executable, parameters: Any = None, **options: Any
    ) -> CursorResult[*tuple[Any, ...]]:
        """One statement; with a list of parameters, once for each of them. Raises as SQLAlchemy does."""
        return self.connection().execute(statement, parameters, **options)

    def commit(self) -> None:
        if self._opened is not None:
            self._opened.commit()

    def rollback(self) -> None:
        if self._opened is not None:
            self._opened.rollback()

    def close(self) -> None:
        """What is not committed is rolled back."""
        if self._opened is not None:
            self._opened.close()
