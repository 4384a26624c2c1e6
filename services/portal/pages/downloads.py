"""Files of the services, passed on to the browser as they come."""

from __future__ import annotations

import httpx
from flask import Response

from services.portal.clients import stream_of

PASSED_ON = ("Content-Type", "Content-Length", "Content-Disposition")


def passed_on(source: httpx.Response, name: str = "") -> Response:
    """The open stream of a service's file, never kept here; to save as `name` (ASCII) if the service says
    none. The browser takes it for what the service calls it, nothing else."""
    headers = {field: source.headers[field] for field in PASSED_ON if field in source.headers}
    if name:
        headers.setdefault("Content-Disposition", f'attachment; filename="{name}"')
    return Response(stream_of(source), headers={**headers, "X-Content-Type-Options": "nosniff"})
