"""What the hot path's statements have to be, whatever they ask."""

from __future__ import annotations

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.psycopg import dialect

from services.registration.answers.statements import READ_INVITATION_LOCKED, RECORD
from services.registration.door.statements import INSERT, READ_GUESTS

# psycopg's MAX_CACHED_STATEMENT_LENGTH: what it makes of a longer one it makes at every request again,
# which was a tenth of the web process's work for an answer.
KEPT = 4096


@pytest.mark.parametrize("statement", [READ_INVITATION_LOCKED, RECORD, READ_GUESTS["postgresql"], INSERT])
def test_psycopg_keeps_what_it_makes_of_the_statement(statement: Executable) -> None:
    text = str(statement.compile(dialect=dialect()))  # type: ignore[attr-defined]  # all of these have it
    assert len(text.encode()) <= KEPT
