"""Which composer writes which type of document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import orjson

from services.documents.drafting.decision import compose_decision
from services.documents.drafting.facts import Facts
from services.documents.drafting.frame import where
from services.documents.drafting.guidance import compose_guidance
from services.documents.drafting.invitation import compose_invitation
from services.documents.drafting.letter import compose_letter, is_listed
from services.documents.drafting.plan_document import compose_plan
from services.documents.drafting.programme import compose_programme
from services.documents.drafting.skeletons import (
    compose_backdrop,
    compose_estimate,
    compose_report,
    compose_skeleton,
    compose_speech,
)
from services.documents.plan.model import Requirement
from services.documents.register.model import AWARD_NOT_DECIDED, DECISION, INVITATION, START_NOT_FIXED
from services.documents.typesetting.model import Document

COMPOSERS: Mapping[str, Callable[[Facts, Requirement], Document]] = MappingProxyType(
    {
        "KH": compose_plan,
        "CTr": compose_programme,
        "GM": compose_invitation,
        "CV": compose_letter,
        "HD": compose_guidance,
        "QĐ": compose_decision,
        "BC": compose_report,
        "BAI": compose_speech,
        "MAKET": compose_backdrop,
        "DT": compose_estimate,
    }
)


def compose(facts: Facts, wanted: Requirement) -> Document:
    return COMPOSERS.get(wanted.type, compose_skeleton)(facts, wanted)


def places_told(facts: Facts) -> dict[str, str]:
    """Digest of the rooms and addresses that a text tells, by type of those that tell any."""
    centre = [where(facts)]
    rooms = sorted({place.where for place in facts.bridges})
    bridges = [[place.name, place.where] for place in facts.bridges] if is_listed(facts) else []
    told = {"CTr": [centre], "GM": [centre], "KH": [centre, rooms[:2]], "CV": [centre, bridges]}
    return {type: hashlib.sha256(orjson.dumps(places)).hexdigest() for type, places in told.items()}


def held_back(facts: Facts, wanted: Requirement) -> str | None:
    """Why the document cannot be issued yet, whoever wrote it."""
    if wanted.type == INVITATION and facts.starts_at is None:
        return START_NOT_FIXED
    if wanted.type == DECISION and facts.award is not None and not facts.award.decided:
        return AWARD_NOT_DECIDED
    return None
