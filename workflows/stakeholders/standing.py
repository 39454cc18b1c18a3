"""For which office a contact counts, and whether its promise is open: conditions the questions share."""

from __future__ import annotations

from sqlalchemy import and_, func

from workflows.models import Contact, StakeholderMerge
from workflows.models.stakeholder import OPEN

MERGED = and_(StakeholderMerge.stakeholder_id == Contact.stakeholder_id, StakeholderMerge.undone_at.is_(None))
"""For the outer join to the merge of a contact's own office."""
STANDING = func.coalesce(StakeholderMerge.into_id, Contact.stakeholder_id)
"""The office a contact counts for: what its own was merged into, if anything. Needs `MERGED`."""
IS_OPEN = and_(Contact.promise.is_not(None), Contact.promise_state.in_(OPEN))
