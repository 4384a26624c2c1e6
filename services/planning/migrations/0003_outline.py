"""Plan versions beside the whole tree: what requests read of it, and the names of its units."""

import sqlalchemy as sa
from alembic import op

revision = "planning_0003"
down_revision = "planning_0002"
branch_labels = None
depends_on = None

VERSIONS = sa.table(
    "plan_versions",
    sa.column("conference", sa.String),
    sa.column("version", sa.Integer),
    sa.column("tree", sa.JSON),
    sa.column("outline", sa.JSON),
    sa.column("unit_names", sa.JSON),
)


def upgrade() -> None:
    for name in ("outline", "unit_names"):
        op.add_column("plan_versions", sa.Column(name, sa.JSON, nullable=False, server_default="{}"))
    connection = op.get_bind()
    stored = connection.execute(sa.select(VERSIONS.c.conference, VERSIONS.c.version, VERSIONS.c.tree))
    for conference, version, tree in stored.fetchall():
        names = {unit["key"]: unit["name"] for unit in tree["units"]}
        mine = (VERSIONS.c.conference == conference) & (VERSIONS.c.version == version)
        # The whole tree reads like its outline, only slower.
        connection.execute(sa.update(VERSIONS).where(mine).values(outline=tree, unit_names=names))
