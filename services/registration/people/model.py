"""Persons' facts: what may be written down about somebody, and in which form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.registration.people.names import sort_key
from shared.contact import BadValue, clean, national, read_email, read_name, read_phone
from shared.flaws import Flaw
from shared.names import search_key

LONGEST_POSITION = 300


class UnknownDelegate(Exception):
    """No named place has this id, or it is not for this caller to see."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A person as written down: `name` is never empty, the phone is +84…, absent facts are None."""

    name: str
    position: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def search_key(self) -> str:
        """What a search looks through: the name without marks, the phone as dialled, the address."""
        parts = (search_key(self.name), national(self.phone), (self.email or "").casefold())
        return " ".join(part for part in parts if part)

    @property
    def sort_key(self) -> str:
        return sort_key(self.name)

    def is_same_person(self, other: Facts) -> bool:
        """At one and the same place: equal phone, or equal name apart from marks."""
        if self.phone is not None and self.phone == other.phone:
            return True
        return search_key(self.name) == search_key(other.name)


def read_position(value: object) -> str | None:
    return clean(value, LONGEST_POSITION)


READERS = {"name": read_name, "position": read_position, "phone": read_phone, "email": read_email}


def read_facts(values: Mapping[str, object]) -> tuple[Facts | None, dict[str, Flaw]]:
    """All facts at once: the person, or what is wrong by field."""
    read: dict[str, str | None] = {}
    flaws: dict[str, Flaw] = {}
    for field, reader in READERS.items():
        try:
            read[field] = reader(values.get(field))
        except BadValue as error:
            flaws[field] = error.flaw
    name = read.get("name")
    if flaws or name is None:
        return None, flaws
    return Facts(name, read["position"], read["phone"], read["email"]), {}
