"""What a link shows when its person has sent somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from services.registration.answers.model import Invitation, Link
from services.registration.answers.queries import get_place_invitation
from services.registration.delegates.substituting import LINK
from services.registration.delegates.tables import substitutions
from services.registration.people.tables import people, places
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class Handover:
    """`name` sent somebody; `substitute` is that one's name if it was done by this link, else None."""

    invitation: Invitation
    name: str
    substitute: str | None
    at: datetime


def find_handover(session: Session, link: Link) -> Handover | None:
    """None when the link ended for another reason."""
    former, substitute = people.alias("former"), people.alias("substitute")
    query = (
        select(former.c.name, substitute.c.name.label("substitute"), substitutions.c.at, substitutions.c.by)
        .select_from(
            substitutions.join(former, former.c.id == substitutions.c.from_person)
            .join(substitute, substitute.c.id == substitutions.c.to_person)
            .join(places, places.c.id == substitutions.c.place_id)
        )
        .where(
            substitutions.c.place_id == link.place,
            substitutions.c.from_person == link.person,
            places.c.link_version == link.version,
            places.c.person_id != link.person,
        )
        .order_by(substitutions.c.id.desc())
    )
    row = session.execute(query.limit(1)).one_or_none()
    invitation = get_place_invitation(session, link.place)
    if row is None or invitation is None:
        return None
    return Handover(invitation, row.name, row.substitute if row.by == LINK else None, row.at)
