"""One log, on standard error: readable lines at a terminal, JSON lines elsewhere. Secrets are not logged."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import Processor

QUIET = dict.fromkeys(("rq.worker", "alembic", "sqlalchemy", "PIL", "transitions"), logging.WARNING)


def configure(process: str, level: int = logging.INFO) -> None:
    """Every logger of this process, ours and the libraries', writes one line per event that names `process`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.PositionalArgumentsFormatter(),
                    structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )

    def name_process(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, name_process]
    if sys.stderr.isatty():
        last.append(structlog.dev.ConsoleRenderer())
    else:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)
