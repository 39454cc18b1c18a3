"""KPU's own tables, on the engine's `Base`; a file per noun."""

from __future__ import annotations

from workflows.models.accounts import Account, Assignment, SignInAttempt, WebSession
from workflows.models.activity import (
    Activity,
    ActivityAttendance,
    ActivityBody,
    ActivityFile,
    ActivityFollowUp,
    ActivityRun,
    ActivityVerdict,
)
from workflows.models.agenda import Agenda, AgendaChange, AgendaDay
from workflows.models.board import BoardView, Reminder
from workflows.models.body import Body
from workflows.models.bulk import Bulk, OwnDistrict
from workflows.models.comment import Comment
from workflows.models.delegation import Delegation
from workflows.models.device import Device, Invitation
from workflows.models.drawing import DrawingDraft
from workflows.models.escalation import Climb, Escalation
from workflows.models.exports import ExportRecord, ExportTemplate
from workflows.models.imports import ImportFinding, ImportMapping, ImportRow, MemberImport
from workflows.models.letter import (
    Letter,
    LetterBody,
    LetterSeries,
    LetterSetting,
    LetterTemplate,
    Paper,
    PaperBatch,
    PaperFile,
)
from workflows.models.mailing import NoticeChoice, NoticeSending, NoticeSent
from workflows.models.notice import Notice
from workflows.models.person import Membership, Person
from workflows.models.pleno import Pleno, PlenoDecision
from workflows.models.receipt import PhotoNote, Receipt
from workflows.models.region import Region
from workflows.models.register import RegisterEntry, RegisterFile, RegisterStep
from workflows.models.replacement import Replacement, ReplacementStep
from workflows.models.second_factor import RecoveryCode, SignInStep
from workflows.models.stakeholder import Contact, Stakeholder, StakeholderHolder, StakeholderMerge

__all__ = [
    "Account",
    "Activity",
    "ActivityAttendance",
    "ActivityBody",
    "ActivityFile",
    "ActivityFollowUp",
    "ActivityRun",
    "ActivityVerdict",
    "Agenda",
    "AgendaChange",
    "AgendaDay",
    "Assignment",
    "BoardView",
    "Body",
    "Bulk",
    "Climb",
    "Comment",
    "Contact",
    "Delegation",
    "Device",
    "DrawingDraft",
    "Escalation",
    "ExportRecord",
    "ExportTemplate",
    "ImportFinding",
    "ImportMapping",
    "ImportRow",
    "Invitation",
    "Letter",
    "LetterBody",
    "LetterSeries",
    "LetterSetting",
    "LetterTemplate",
    "MemberImport",
    "Membership",
    "Notice",
    "NoticeChoice",
    "NoticeSending",
    "NoticeSent",
    "OwnDistrict",
    "Paper",
    "PaperBatch",
    "PaperFile",
    "Person",
    "PhotoNote",
    "Pleno",
    "PlenoDecision",
    "Receipt",
    "RecoveryCode",
    "Region",
    "RegisterEntry",
    "RegisterFile",
    "RegisterStep",
    "Reminder",
    "Replacement",
    "ReplacementStep",
    "SignInAttempt",
    "SignInStep",
    "Stakeholder",
    "StakeholderHolder",
    "StakeholderMerge",
    "WebSession",
]
