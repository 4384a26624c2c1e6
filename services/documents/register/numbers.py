"""The next number of a register: consecutive, and each given once, whoever asks at the same time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from services.documents.register.model import Position, next_number
from services.documents.register.tables import registers
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


def take_number(session: Session, organ: str, register: str, day: date) -> int:
    """From 1 on the first day of each year; the register stays locked until the transaction ends.

    Raises DateBeforeLast.
    """
    key = {"organ": organ, "year": day.year, "register": register}
    first = insert_into(dialect_of(session), registers).values(**key, last_number=0)
    session.execute(first.on_conflict_do_nothing())
    columns = registers.c
    here = (
        columns.organ == organ,
        columns.year == day.year,
        columns.register == register,
    )
    row = session.execute(select(registers).where(*here).with_for_update()).one()
    number = next_number(Position(row.last_number, row.last_day), day)
    session.execute(update(registers).where(*here).values(last_number=number, last_day=day))
    return number
