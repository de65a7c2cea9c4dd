"""KSeF does not answer, or says that it will not → invoices of the day go offline, wait, and are sent when it is back.

The bytes stay as they are; only how they travel changes (`offlineMode`). What was sent already and is not decided yet
is left alone: it may have arrived.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.ledger import documents, offline, outages, sessions
from bridge.ledger.documents import RELEASED
from bridge.ledger.store import Transaction, naive
from bridge.model.offline import Mode
from bridge.model.outcome import DocumentState, SendingState, SessionState
from bridge.work import batches
from bridge.work.offline_modes import Availability, Decision, deadline, decide, online_until
from bridge.work.settling import again_all
from bridge.work.tools import WARSAW, Tools

LATARNIA_EVERY = timedelta(minutes=2)
PROBE_EVERY = timedelta(minutes=1)
AT_ONCE = 200  # offline invoices released together; the next ones when these are settled: slowly, at KSeF's own speed
NEAR = timedelta(hours=1)
WAITS: dict[Mode, str] = {
    Mode.OFFLINE24: "wystawiona offline (offline24); mostek wyśle ją, gdy KSeF odpowie",
    Mode.UNAVAILABLE: "wystawiona offline (niedostępność KSeF); mostek wyśle ją po jej końcu",
    Mode.FAILURE: "wystawiona offline (awaria KSeF); mostek wyśle ją po jej końcu",
}
TAKEN_BACK = "KSeF nie działa, a faktura jeszcze nie wyszła"


def follow(tools: Tools) -> None:
    """Look at KSeF and Latarnia when something waits, and bring every document to what the mode asks for."""
    with tools.ledger.begin() as transaction:
        waits = offline.something_waits(transaction, tools.company_id)
    if not waits:
        return
    _ask_latarnia(tools)
    _probe(tools)
    with tools.ledger.begin() as transaction:
        decision = present(transaction, tools)
    tools.alarms += [decision.alarm] if decision.alarm else []
    if not decision.sends:
        _take_back(tools)
    with tools.ledger.begin() as transaction:
        if decision.mode is not Mode.ONLINE:
            _go_offline(transaction, tools, decision)
        if decision.sends:
            _come_back(transaction, tools)
        set_deadlines(transaction, tools)
        tools.alarms += _near(transaction, tools)


def present(transaction: Transaction, tools: Tools) -> Decision:
    """The mode of this moment, from what the ledger knows."""
    now = tools.now()
    environment = tools.settings.environment.value
    status, _ = outages.last_word(transaction, environment)
    open_ = tuple(each for each in outages.outages(transaction, environment) if each.open_at(now))
    since = outages.contact(transaction, tools.company_id).silent_since
    return decide(Availability(status, open_, now - since if since else None), tools.company.offline, now)


# --- looking ---------------------------------------------------------------------------------------------------------


def _ask_latarnia(tools: Tools) -> None:
    """At most once in two minutes for all companies of the ledger."""
    now, environment = tools.now(), tools.settings.environment.value
    with tools.ledger.begin() as transaction:
        _, asked = outages.last_word(transaction, environment)
    if asked is not None and now - asked < LATARNIA_EVERY:
        return
    found = tools.latarnia()
    with tools.ledger.begin() as transaction:
        outages.learn(transaction, environment, found.status, found.outages, now)


def _probe(tools: Tools) -> None:
    """Whether KSeF answers: by what our calls met, or by a harmless question when there was none for a while.

    A KSeF that is there but has failed every session for as long as the company waits is as good as silent.
    """
    now = tools.now()
    failing = tools.failing_since
    if failing is not None and now - failing >= tools.company.offline.after:
        tools.failing_since = None
        with tools.ledger.begin() as transaction:
            outages.silent(transaction, tools.company_id, failing)
        return
    with tools.ledger.begin() as transaction:
        known = outages.contact(transaction, tools.company_id)
        heard = tools.ksef.answers != tools.answers
        tools.answers = tools.ksef.answers
        if heard:
            outages.answered(transaction, tools.company_id, now)
            return
    last = max(filter(None, (known.answered, tools.probed)), default=None)
    if last is not None and now - last < PROBE_EVERY:
        return
    tools.probed = now
    there = tools.ksef.is_there()
    tools.answers = tools.ksef.answers
    with tools.ledger.begin() as transaction:
        (outages.answered if there else outages.silent)(transaction, tools.company_id, now)


# --- going and coming back -------------------------------------------------------------------------------------------


def _take_back(tools: Tools) -> None:
    """What was planned and surely did not leave us: its documents are READY again."""
    with tools.ledger.begin() as transaction:
        alive = sessions.sessions(transaction, tools.company_id)
    for session in alive:
        if session.close_sent_at is not None:
            continue
        if session.state is SessionState.PLANNED or session.mode is sessions.Way.BATCH:
            batches.abandon(tools, session, "", TAKEN_BACK)
            continue
        with tools.ledger.begin() as transaction:
            planned = sessions.sendings(transaction, session.id, SendingState.PLANNED)
            again_all(transaction, planned, tools.now(), "", TAKEN_BACK)


def _go_offline(transaction: Transaction, tools: Tools, decision: Decision) -> None:
    """READY invoices of today; an older one that is not offline yet is a person's question (after_deadline)."""
    now = tools.now()
    today = now.astimezone(WARSAW).date()
    ready = documents.documents(transaction, tools.company_id, DocumentState.READY, planable=True)
    new = [each for each in ready if not each.offline and each.issued == today and each.reason != RELEASED]
    offline.mark(transaction, [each.id for each in new], decision.mode, now)
    if not decision.sends:
        held = [each for each in ready if each.offline and each.reason != RELEASED]
        modes = {each.id: decision.mode for each in new} | {each.id: Mode(each.offline_mode) for each in held}
        values = {id_: {"reason": WAITS[mode], "not_before": None} for id_, mode in modes.items()}
        transaction.move_all("document.held", values, now)


def _come_back(transaction: Transaction, tools: Tools) -> None:
    """Some of those that waited for KSeF, the nearest deadline first; more when they are settled."""
    if not offline.on_their_way(transaction, tools.company_id):
        ids = offline.waiting(transaction, tools.company_id, list(WAITS.values()), AT_ONCE)
        values = {id_: {"reason": "", "not_before": None} for id_ in ids}
        transaction.move_all("document.released", values, tools.now())


# --- deadlines -------------------------------------------------------------------------------------------------------


def set_deadlines(transaction: Transaction, tools: Tools) -> None:
    """`until` of everything that waits: moved when an outage was announced or ended."""
    known = outages.outages(transaction, tools.settings.environment.value)
    for group in offline.groups(transaction, tools.company_id):
        mode = Mode(group.mode) if group.offline else Mode.ONLINE
        due = deadline(group.issued, mode, known) if group.offline else online_until(group.issued)
        if due != group.until:
            offline.set_until(transaction, tools.company_id, group, naive(due) if due else None)


def _near(transaction: Transaction, tools: Tools) -> list[str]:
    """An alarm an hour before a deadline, and after it."""
    told = []
    for due, numbers in offline.due_before(transaction, tools.company_id, tools.now() + NEAR).items():
        names = ", ".join(numbers[:5]) + (f" i {len(numbers) - 5} innych" if len(numbers) > 5 else "")
        passed = "minął" if due <= tools.now() else "mija"
        told.append(f"Termin wysłania {passed} {due.astimezone(WARSAW):%Y-%m-%d %H:%M}: {names}.")
    return told


def moment_of(due: datetime | None) -> str:
    """A deadline for people."""
    return f"{due.astimezone(WARSAW):%Y-%m-%d %H:%M}" if due else "po końcu awarii"
