"""How long a search is: a fixed one in the suite, with `--hypothesis-profile long` as long as you let it, or
DIEMCAU_CONVERGENCE_EXAMPLES conferences.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings

# An example is a whole conference over HTTP: slow by nature, and what it can do next depends on what it met.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
_COMMON: dict[str, Any] = {"deadline": None, "print_blob": True, "suppress_health_check": _SLOW}

_LONG = int(os.environ.get("DIEMCAU_CONVERGENCE_EXAMPLES", "10000"))
settings.register_profile("long", max_examples=_LONG, stateful_step_count=40, **_COMMON)


def search(examples: int, steps: int) -> settings:
    """The suite's budget, the same conferences in every run; or the profile `long`."""
    if settings.get_current_profile_name() == "long":
        return settings.get_profile("long")
    suite = {"max_examples": examples, "stateful_step_count": steps, "derandomize": True, "database": None}
    return settings(**suite, **_COMMON)
