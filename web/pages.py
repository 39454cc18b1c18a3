"""Every blueprint of the product, one line a module; each has its blueprint as `bp`."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

PAGES = (
    "web.start",
    "web.search",
    "web.guide",
    "web.auth.views",
    "web.auth.second",
    "web.auth.phone",
    "web.auth.step_up",
    "web.files",
    "web.tasks",
    "web.evidence",
    "web.arriving",
    "web.receipts",
    "web.pwa",
    "web.approval",
    "web.bulk",
    "web.delegations",
    "web.pleno",
    "web.comments",
    "web.bodies",
    "web.units",
    "web.obstacles",
    "web.activities",
    "web.registers",
    "web.replacements",
    "web.stakeholders",
    "web.people",
    "web.imports",
    "web.exports",
    "web.invite",
    "web.notices",
    "web.mailing",
    "web.blocked",
    "web.reminders",
    "web.board_views",
    "web.overview",
    "web.pace",
    "web.escalations",
    "web.health_page",
    "web.audit_page",
    "web.agenda",
    "web.drawings",
    "web.letters",
    "web.letter_issue",
    "web.letter_templates",
    "web.letter_office",
    "web.letter_proof",
)


def install(app: Flask) -> None:
    for name in PAGES:
        app.register_blueprint(import_module(name).bp)
