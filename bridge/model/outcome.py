"""States of what the ledger holds, and the status words of result files (ledger.md; design.md, section 4)."""

from __future__ import annotations

from enum import StrEnum


class DropState(StrEnum):
    """`source_file.state`."""

    TAKEN = "TAKEN"
    READING = "READING"
    READ = "READ"
    REFUSED = "REFUSED"


class DocumentState(StrEnum):
    """`document.state`; the last four are final."""

    DRAFT = "DRAFT"
    READY = "READY"
    HELD = "HELD"
    SENDING = "SENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CLASH = "CLASH"
    WITHDRAWN = "WITHDRAWN"

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self in FINAL


FINAL = frozenset(
    {DocumentState.ACCEPTED, DocumentState.REJECTED, DocumentState.CLASH, DocumentState.WITHDRAWN},
)


class SendingState(StrEnum):
    """`sending.state`. VOID: surely not in KSeF."""

    PLANNED = "PLANNED"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    VOID = "VOID"


class SessionState(StrEnum):
    """`ksef_session.state`."""

    PLANNED = "PLANNED"
    OPEN = "OPEN"
    UPLOADED = "UPLOADED"
    CLOSED = "CLOSED"
    DONE = "DONE"
    FAILED = "FAILED"
    ABANDONED = "ABANDONED"


class Verdict(StrEnum):
    """`item.verdict`: what the bridge said of an invoice of a drop."""

    GOOD = "good"
    BAD = "bad"
    SKIPPED = "skipped"


class Status(StrEnum):
    """The word in a result file."""

    ACCEPTED = "przyjeta"
    REJECTED = "odrzucona"
    CLASH = "sprzeczna"
    BAD = "bledna"
    SKIPPED = "pominieta"
    HELD = "wstrzymana"
    WAITING = "oczekuje"
    WITHDRAWN = "wycofana"


STATUS_OF: dict[DocumentState, Status] = {
    DocumentState.DRAFT: Status.HELD,
    DocumentState.HELD: Status.HELD,
    DocumentState.READY: Status.WAITING,
    DocumentState.SENDING: Status.WAITING,
    DocumentState.ACCEPTED: Status.ACCEPTED,
    DocumentState.REJECTED: Status.REJECTED,
    DocumentState.CLASH: Status.CLASH,
    DocumentState.WITHDRAWN: Status.WITHDRAWN,
}
