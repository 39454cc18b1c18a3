"""${message}

Before this is merged, think of the locks: on PostgreSQL it runs while the old code still serves pages.
A new column is nullable or has a server default; an index on a large table is made CONCURRENTLY, in a migration of
its own; a column is taken away one release after the code stopped reading it. It must go down as well as up, and a
migration that moves data has a test that puts rows in, migrates, and looks.

Revision: ${up_revision}, after ${down_revision or "nothing"}
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """${message.capitalize()}."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """What stood before is restored."""
    ${downgrades if downgrades else "pass"}
