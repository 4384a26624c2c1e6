"""How many delegates each site has."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.portal.gate import calls
from services.portal.pages.conference import load

blueprint = Blueprint("headcounts", __name__)


@blueprint.get("/hoi-nghi/<key>/dai-bieu/so-luong")
def show(key: str) -> ResponseReturnValue:
    conference = load(key)
    counts = calls().headcounts(key)
    return render_template("headcounts.html", conference=conference, counts=counts, section="delegates")
