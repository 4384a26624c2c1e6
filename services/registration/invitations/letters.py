"""What a person is written, from the data at the moment of sending; and whether it is still true then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, and_, select

from services.registration.answers.links import Links
from services.registration.answers.model import Invitation, Link
from services.registration.answers.queries import get_place_invitation
from services.registration.invitations.audience import invited
from services.registration.invitations.lines import LINES
from services.registration.invitations.tables import invitations
from services.registration.messages.model import NO_ADDRESS, OUTDATED, Letter, NotToSend
from services.registration.people.tables import people, places
from services.registration.plan.model import View, local_time
from services.registration.plan.queries import get_view
from services.registration.plan.tables import conferences, plan_units, units
from shared.storage.session import Session

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

INVITATION = """Kính gửi: {name}

{inviter} trân trọng kính mời {name} dự {title}.

{facts}

Đề nghị xác nhận sẽ dự, báo không dự được hoặc cử người đi thay tại đường dẫn dành riêng cho {name}:
{url}
Đường dẫn dùng được đến hết ngày {until}. Xin không chuyển cho người khác.

Trân trọng./.
"""

REPLACEMENT = """Kính gửi: {name}

Thư này thay thế giấy mời đã gửi trước đây; thời gian và địa điểm dưới đây là chính thức.

{inviter} trân trọng kính mời {name} dự {title}.

{facts}

Đề nghị xác nhận lại việc tham dự tại đường dẫn dành riêng cho {name}:
{url}
Đường dẫn dùng được đến hết ngày {until}. Xin không chuyển cho người khác.

Trân trọng./.
"""

WITHDRAWAL = """Kính gửi: {name}

{inviter} xin thông báo: giấy mời {name} dự {title} đã gửi trước đây nay được thu hồi.
{name} không cần đến dự; câu trả lời đã gửi không còn hiệu lực. Rất mong được thông cảm.

Trân trọng./.
"""

SEAT = """Kính gửi: {name}

Quý vị đã có chỗ tại {title}: một chỗ vừa được dành cho {name} theo thứ tự trong danh sách chờ.

{facts}

Nếu không dự được nữa hoặc cử người đi thay, đề nghị trả lời tại đường dẫn dành riêng cho {name}:
{url}
Đường dẫn dùng được đến hết ngày {until}. Xin không chuyển cho người khác.

Trân trọng./.
"""

Compose = Callable[[Session, RowMapping, datetime], Letter]


def composers(links: Links) -> dict[str, Compose]:
    """How each kind of message is written."""

    def inviting(text: str, subject: str) -> Compose:
        return lambda session, message, _now: _invite(session, message, links, text, subject)

    return {
        "invitation": inviting(INVITATION, "Giấy mời dự {title}"),
        "replacement": inviting(REPLACEMENT, "Thay thế giấy mời dự {title}"),
        "seat": lambda session, message, _now: _tell_of_seat(session, message, links),
        "withdrawal": lambda session, message, _now: _withdraw(session, message),
    }


def _invite(session: Session, message: RowMapping, links: Links, text: str, subject: str) -> Letter:
    view = _view_of(session, message)
    row = _standing(session, view, message["invitation_id"])
    place = _place_of(session, view, row, message["person_id"])
    shown = get_place_invitation(session, place)
    if shown is None or shown.state != "open":
        raise NotToSend(OUTDATED)
    email = _email_of(session, message["person_id"])
    url, until = links.make(Link(shown.place, shown.person, shown.link_version))
    facts = {"name": shown.name, "title": shown.title, "inviter": _inviter(session, view, row)}
    facts |= {"url": url, "until": f"{until:%d/%m/%Y}", "facts": _facts(shown)}
    return Letter(email, shown.name, subject.format_map(facts), text.format_map(facts))


def _tell_of_seat(session: Session, message: RowMapping, links: Links) -> Letter:
    query = select(places.c.id).where(
        places.c.conference_id == message["conference_id"],
        places.c.unit_id == message["unit_id"],
        places.c.group_id == message["group_id"],
        places.c.person_id == message["person_id"],
    )
    place = session.execute(query.order_by(places.c.ordinal).limit(1)).scalar_one_or_none()
    shown = get_place_invitation(session, place) if place is not None else None
    if shown is None or shown.state != "open" or shown.answer != "accepted":
        raise NotToSend(OUTDATED)
    email = _email_of(session, message["person_id"])
    url, until = links.make(Link(shown.place, shown.person, shown.link_version))
    facts = {"name": shown.name, "title": shown.title, "facts": _facts(shown)}
    facts |= {"url": url, "until": f"{until:%d/%m/%Y}"}
    return Letter(email, shown.name, f"Quý vị đã có chỗ tại {shown.title}", SEAT.format_map(facts))


def _withdraw(session: Session, message: RowMapping) -> Letter:
    view, person = _view_of(session, message), message["person_id"]
    query = select(people.c.name, invited(people.c.id).label("invited")).where(people.c.id == person)
    found = session.execute(query, view.parameters()).one_or_none()
    if found is None or found.invited:
        raise NotToSend(OUTDATED)
    row = session.execute(select(invitations).where(invitations.c.id == message["invitation_id"])).one()
    email = _email_of(session, person)
    facts = {"name": found.name, "title": view.title, "inviter": _inviter(session, view, row)}
    return Letter(email, found.name, f"Thu hồi giấy mời dự {view.title}", WITHDRAWAL.format_map(facts))


def _view_of(session: Session, message: RowMapping) -> View:
    query = select(conferences.c.key).where(conferences.c.id == message["conference_id"])
    return get_view(session, session.execute(query).scalar_one())


def _standing(session: Session, view: View, invitation: UUID) -> Row[Any]:
    """The invitation's line if it is live and says what holds now. Raises NotToSend."""
    query = select(LINES).where(LINES.c.invitation_id == invitation, LINES.c.state == "issued")
    row = session.execute(query, view.parameters()).one_or_none()
    if row is None:
        raise NotToSend(OUTDATED)
    return row


def _place_of(session: Session, view: View, row: Row[Any], person: UUID) -> UUID:
    query = select(places.c.id).where(
        places.c.conference_id == view.conference_id,
        places.c.unit_id == row.unit_id,
        places.c.group_id == row.group_id,
        places.c.person_id == person,
        places.c.ordinal <= row.seats,
    )
    place: UUID | None = session.execute(query.order_by(places.c.ordinal).limit(1)).scalar_one_or_none()
    if place is None:
        raise NotToSend(OUTDATED)
    return place


def _email_of(session: Session, person: UUID) -> str:
    email = session.execute(select(people.c.email).where(people.c.id == person)).scalar_one_or_none()
    if not email:
        raise NotToSend(NO_ADDRESS, failed=True)
    return str(email)


def _inviter(session: Session, view: View, row: Row[Any]) -> str:
    """The name of who invites: the bridge point's unit, or the organiser."""
    of_plan = and_(plan_units.c.plan_id == view.plan_id, plan_units.c.unit_id == units.c.id)
    query = select(plan_units.c.name).join_from(units, plan_units, of_plan)
    query = query.where(units.c.conference_id == view.conference_id)
    if row.issuer == "bridge_unit":
        query = query.where(units.c.id == row.unit_id)
    else:
        query = query.where(units.c.key == view.organiser)
    return session.execute(query).scalar_one_or_none() or view.organiser


def _facts(shown: Invitation) -> str:
    start = local_time(shown.moment, shown.timezone)
    assert start is not None
    when = f"{start:%H} giờ {start:%M}, {WEEKDAYS[start.weekday()]}, ngày {start:%d/%m/%Y}"
    where = ", ".join(part for part in (shown.room, shown.site_name, shown.address) if part)
    who = (
        shown.group_name if shown.unit_name in shown.group_name else f"{shown.group_name} ({shown.unit_name})"
    )
    return f"Thời gian: {when}\nĐịa điểm: {where}\nThành phần: {who}"
