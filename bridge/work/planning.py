"""Documents → READY, HELD or planned into a session: drafts, days, deadlines (ledger.md, "What waits keeps its P_1")."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from bridge.fa3.rules.ledger_originals import key_of, unknown
from bridge.ledger import documents, facts, offline, sessions
from bridge.ledger.documents import RELEASED, Document
from bridge.ledger.sessions import ReadyGroup, Way
from bridge.ledger.store import Transaction
from bridge.model.invoice import Original
from bridge.model.item import Numbered, OnItsWay, UnknownOriginal
from bridge.model.jsonable import from_plain
from bridge.model.offline import Mode
from bridge.model.outcome import DocumentState, SendingState
from bridge.work.guard import guarded
from bridge.work.offline_modes import deadline
from bridge.work.pace import LedgerPace
from bridge.work.routing import Rooms, way_of
from bridge.work.tools import WARSAW, Tools

SHORT = timedelta(minutes=30)  # a document whose day has come is held for no longer than that, unless by a person
AT_ONCE = 100  # documents planned into an interactive session in one step
NIGHT_BEGINS, NIGHT_ENDS = time(23, 50), time(0, 5)  # no sending starts here: it could end on the next day
PAST = (
    "minął dzień wystawienia {day}; po zwolnieniu (ksef-bridge release) faktura pójdzie jako offline24: "
    "jej obraz dostanie kod II, a termin wysłania to {due}"
)
AHEAD = "czeka do dnia wystawienia {day}"


def finish_drafts(tools: Tools) -> None:
    """DRAFT → READY when all its originals have their KSeF numbers; WITHDRAWN when one of them never will."""
    with tools.ledger.begin() as transaction:
        waiting = documents.documents(transaction, tools.company_id, DocumentState.DRAFT, planable=True)
        known = [(each, numbers_of(transaction, tools, each), documents.draft(transaction, each)) for each in waiting]
    for each, numbers, values in known:
        if numbers is None:
            guarded(tools, f"faktura {each.number}, która czeka na numer KSeF", _give_up, tools, each)
        else:
            guarded(tools, f"dokończenie faktury {each.number}", _finish, tools, each, numbers, values)


def _finish(tools: Tools, each: Document, numbers: dict[str, str], values: dict[str, Any]) -> None:
    made = tools.finish(values, numbers, tools.job({}))
    with tools.ledger.begin() as transaction:
        documents.finish(transaction, each.id, made, tools.now())


def _give_up(tools: Tools, each: Document) -> None:
    """A draft whose original was rejected, withdrawn or is another one waits for nothing: say so and end it."""
    with tools.ledger.begin() as transaction:
        for original in _awaited(transaction, each):
            found = _original(transaction, tools, each, original)
            if isinstance(found, UnknownOriginal):
                refusal = unknown(original, found.known)
                values = {"code": refusal.code, "error": f"{refusal.message} {refusal.advice}"}
                transaction.move("document.withdrawn", each.id, tools.now(), **values)
                return


def numbers_of(transaction: Transaction, tools: Tools, each: Document) -> dict[str, str] | None:
    """KSeF numbers of the originals that a draft waits for, by number and day; None while one has none."""
    numbers = {}
    for original in _awaited(transaction, each):
        found = _original(transaction, tools, each, original)
        if not isinstance(found, Numbered):
            return None
        numbers[key_of(original)] = found.ksef_number
    return numbers


def _awaited(transaction: Transaction, each: Document) -> list[Original]:
    """The originals of a draft whose numbers the file did not give and that are not outside KSeF."""
    named = documents.draft(transaction, each)["correction"]["originals"]
    originals = [from_plain(Original, one) for one in named]
    return [one for one in originals if not one.ksef_number and not one.outside_ksef]


def _original(
    transaction: Transaction, tools: Tools, each: Document, original: Original
) -> Numbered | OnItsWay | UnknownOriginal:
    return documents.original(transaction, tools.company_id, each.seller_nip, original.number, original.issued)


def hold_and_release(tools: Tools) -> None:
    """Each document to the state that its day asks for."""
    now = tools.now()
    today = now.astimezone(WARSAW).date()
    with tools.ledger.begin() as transaction:
        for each in documents.documents(transaction, tools.company_id, DocumentState.READY, planable=True):
            if each.issued > today:
                day = datetime.combine(each.issued, time(0, 5), WARSAW)
                documents.hold(transaction, each.id, AHEAD.format(day=each.issued), day, now)
            elif each.issued < today and not each.offline:
                if each.reason != RELEASED and tools.company.after_deadline == "hold":
                    documents.hold(transaction, each.id, past(each.issued), None, now)
                else:  # KSeF would make it offline silently; so it is said, and its picture gets KOD II
                    offline.mark(transaction, [each.id], Mode.OFFLINE24, now)
        for each in documents.documents(transaction, tools.company_id, DocumentState.HELD):
            clock_back = each.not_before and each.issued <= today and each.not_before > now + SHORT
            if each.not_before and (each.not_before <= now or clock_back):
                documents.release(transaction, each.id, now, by_person=False)


def past(issued: date) -> str:
    """What follows when a document is released after its day."""
    due = deadline(issued, Mode.OFFLINE24, ())
    return PAST.format(day=issued, due=f"{due:%Y-%m-%d}")


def plan(tools: Tools, pace: LedgerPace) -> None:
    """READY documents into sessions, in one transaction; not in the minutes around midnight."""
    now = tools.now()
    if at_night(now):
        return
    with tools.ledger.begin() as transaction:
        groups = sessions.waiting(transaction, tools.company_id)
        if not groups:
            return
        rooms = Rooms(pace.free(transaction, "invoiceSend"), pace.free(transaction, "batchSession"))
        transaction.point("session.planned")
        for group in groups:
            together = sum(
                each.count
                for each in groups
                if (each.form_code, each.offline, each.technical) == (group.form_code, group.offline, False)
            )
            way = way_of(group, together, tools.company.sending, rooms)
            session = _session_for(transaction, tools, way, group, now)
            if session is not None:
                most = AT_ONCE if way is Way.INTERACTIVE else _most(transaction, tools, session)
                sessions.plan(transaction, tools.company_id, group, session, most, now)


def _session_for(transaction: Transaction, tools: Tools, way: Way, group: ReadyGroup, now: datetime) -> int | None:
    """One that still takes documents, or a new one; None while as many as allowed are on their way."""
    found = sessions.joinable(transaction, tools.company_id, way, group, now)
    if found is not None:
        return found
    kind = (transaction, tools.company_id, way, group.form_code)
    alive = sessions.alive(*kind, offline=group.offline)
    setting = tools.company.sending
    most = setting.interactive_sessions if way is Way.INTERACTIVE else setting.batch_sessions
    if alive >= most or sessions.planned(*kind, offline=group.offline):
        return None
    return sessions.new(transaction, tools.company_id, way, group, now)


def _most(transaction: Transaction, tools: Tools, session: int) -> int:
    """How many documents a batch still takes."""
    held = len(sessions.sendings(transaction, session, SendingState.PLANNED))
    return max(0, facts.most_invoices(transaction, tools.company_id) - held)


def day_passed(tools: Tools, each: Document) -> bool:
    """Whether the day of P_1 is over and nobody released the document: sent now, it would turn Offline silently."""
    today = tools.now().astimezone(WARSAW).date()
    held = tools.company.after_deadline == "hold" and each.reason != RELEASED
    return held and not each.offline and each.issued < today


def at_night(now: datetime) -> bool:
    """Between 23:50 and 00:05 in Warsaw an invoice could become Offline on its way (protocol.md, 9.2)."""
    local = now.astimezone(WARSAW).time()
    return local >= NIGHT_BEGINS or local < NIGHT_ENDS


def after_night(now: datetime) -> datetime:
    """When the next sending may start."""
    local = now.astimezone(WARSAW)
    day = local.date() + timedelta(days=1 if local.time() >= NIGHT_BEGINS else 0)
    return datetime.combine(day, NIGHT_ENDS, WARSAW)
