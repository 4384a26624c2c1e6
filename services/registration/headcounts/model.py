"""How many people a site has: as registration counts them, and as the site itself reports. Pure."""

from __future__ import annotations

LARGEST_COUNT = 1_000_000


class UnknownSite(Exception):
    """The current revision has no such site, or it is another unit's."""


FIGURES = ("named", "accepted", "waiting", "declined", "unanswered", "expected", "checked_in")
"""What is counted, and kept with a report. `expected`: named, and neither declined nor waiting for a seat."""
