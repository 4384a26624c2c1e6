"""`diemcau` as another release of it would be: `python -m tests.bus.release faulty|mended …`.

`faulty` has a bug in a handler. `mended` has none, knows the next version of a fact, and reads a payload
that an earlier sender got wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from marshmallow import fields, pre_load

from services.__main__ import main
from services.documents.consumers import HANDLERS as DOCUMENTS
from services.registration.consumers import HANDLERS as REGISTRATION
from shared.contracts.venue import SiteChangedV1

UNLUCKY_ROOM = "Phòng 13"


class SiteChangedV2(SiteChangedV1):
    """What venue says from the next release on."""

    event_type = "diemcau.venue.site.changed.v2"

    floor = fields.Int(load_default=None, allow_none=True)


class Tolerant(SiteChangedV1):
    """The same fact, read also where an earlier release of venue sent the capacity as words."""

    event_type = SiteChangedV1.event_type

    @pre_load
    def number(self, data: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {**data, "capacity": 7} if data.get("capacity") == "bảy" else dict(data)


def be_faulty() -> None:
    right = REGISTRATION[SiteChangedV1]

    def on_site_changed(session: Any, fact: Any, context: Any) -> None:
        if fact.data["room"] == UNLUCKY_ROOM:
            raise ZeroDivisionError("a bug")
        right(session, fact, context)

    REGISTRATION[SiteChangedV1] = on_site_changed


def be_mended() -> None:
    for handlers in (REGISTRATION, DOCUMENTS):
        right = handlers.pop(SiteChangedV1)
        handlers[Tolerant] = right
        handlers[SiteChangedV2] = right


RELEASES = {"faulty": be_faulty, "mended": be_mended}

if __name__ == "__main__":
    RELEASES[sys.argv[1]]()
    main(sys.argv[2:], prog_name="diemcau")
