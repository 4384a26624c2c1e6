"""What a token may allow."""

SCOPES = (
    "plan:read",
    "plan:write",
    "decide",
    "sites:write",
    "names:read",
    "names:write",
    "door:write",
    "documents:write",
    "documents:issue",
    "papers:write",
    "awards:write",
    "awards:nominate",
    "tasks:write",
)
