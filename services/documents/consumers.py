"""What documents listens to: the plan, layouts, options proposed and selected."""

from __future__ import annotations

from services.documents.commands import PARTICIPANT, store_layout, store_plan
from shared.contracts.planning import ConferencePlannedV1, OptionProposedV1, OptionSelectedV1
from shared.contracts.venue import LayoutPreparedV1
from shared.revisions.handlers import laid_out, planned, proposed, selected

HANDLERS = {
    ConferencePlannedV1: planned(PARTICIPANT, store_plan),
    LayoutPreparedV1: laid_out(PARTICIPANT, store_layout),
    OptionProposedV1: proposed(PARTICIPANT),
    OptionSelectedV1: selected(PARTICIPANT),
}
