"""Who trains whom, and so may hand in the bimtek of the bodies it trained."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.models import Activity, ActivityRun, ActivityVerdict, Body

TRAINED_BY = {"ppk": "operator", "pps": "ppk_member", "kpps": "pps_member", "pantarlih": "pps_member"}
"""Who trains this kind of body (seed practice of Temanggung), and so may hand in its bimtek: the KPU, through its
operator, its PPK; a body's members those below."""


def prepared_here(session: Session, subject: str, account: str) -> str | None:
    """The role by which this account prepared a bimtek for this body from an activity; None when it did not."""
    body_id = int(subject.partition(":")[2])
    kind = session.scalar(
        select(Body.kind).join(ActivityVerdict, ActivityVerdict.body_id == Body.id)
        .join(ActivityRun, ActivityRun.id == ActivityVerdict.run_id)
        .join(Activity, Activity.id == ActivityRun.activity_id)
        .where(Body.id == body_id, ActivityVerdict.verdict == "prepared", ActivityRun.account == account,
               Activity.kind == "bimtek").limit(1)
    )
    return TRAINED_BY.get(kind) if kind else None
