"""What KSeF tells of a company → the ledger, asked once a day: limits, consents; beside it our address, clock and warnings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from bridge.ksef.certificates import ending_told
from bridge.ksef.credentials import inspect
from bridge.ksef.limits import DEFAULTS, Limits
from bridge.ksef.sessions import SessionKind
from bridge.ledger import documents, facts, sessions
from bridge.model.errors import FixSetup
from bridge.model.settings import Certificate
from bridge.work.pace import LedgerPace
from bridge.work.tools import Tools

FRESH = timedelta(hours=24)
HOUR = timedelta(hours=1)
MINUTES = timedelta(minutes=15)  # a person has just been told what to do about a consent
KEPT_WARNINGS = 20
NO_CONSENT = (
    "faktura z załącznikiem, a firma nie zgłosiła zamiaru ich wystawiania: złóż zgłoszenie w e-Urzędzie Skarbowym; "
    "mostek sprawdza co kwadrans i wyśle ją sam"
)


def recall(tools: Tools, pace: LedgerPace) -> None:
    """The pace as the ledger knows it: so that the first call after a restart counts right."""
    with tools.ledger.begin() as transaction:
        rates = facts.answer(transaction, tools.company_id, facts.RATES)
        address = facts.answer(transaction, tools.company_id, facts.ADDRESS)
    if rates:
        pace.known = DEFAULTS | {group: Limits(*limits) for group, limits in rates.value.items()}
    if address and not tools.ksef.egress:
        pace.seen(address.value["address"])


def learn(tools: Tools, pace: LedgerPace) -> None:
    """Ask for what is a day old, when something is about to be sent."""
    with tools.ledger.begin() as transaction:
        groups = sessions.waiting(transaction, tools.company_id)
    if not groups:
        return
    _ask(tools, facts.RATES, FRESH, lambda: _if_allowed(tools, _rates))
    _ask(tools, facts.CONTEXT, FRESH, lambda: _if_allowed(tools, _context))
    recall(tools, pace)


def _rates(tools: Tools) -> Mapping[str, Any]:
    return {group: list(each) for group, each in tools.ksef.rate_limits().items()}


def _context(tools: Tools) -> Mapping[str, Any]:
    return asdict(tools.ksef.context_limits(SessionKind.BATCH))


def _if_allowed(tools: Tools, ask: Callable[[Tools], Mapping[str, Any]]) -> Mapping[str, Any]:
    """KSeF's defaults count where a credential that may send may not ask; without any, a person must act."""
    try:
        return ask(tools)
    except FixSetup:
        if not tools.ksef.signed_in:
            raise
        return {}


def hold_attachments(tools: Tools) -> None:
    """Invoices with attachments wait until the company has announced them; one that a person released goes anyway."""
    with tools.ledger.begin() as transaction:
        ready = documents.with_attachment(transaction, tools.company_id)
    if not ready or _attachments_allowed(tools) is not False:
        return
    now = tools.now()
    with tools.ledger.begin() as transaction:
        for id_ in ready:
            documents.hold(transaction, id_, NO_CONSENT, now + MINUTES, now)


def _attachments_allowed(tools: Tools) -> bool | None:
    """Whether the company has announced invoices with attachments; None when its credential may not ask."""

    def ask() -> Mapping[str, Any]:
        try:
            return {"allowed": tools.ksef.attachments_allowed()}
        except FixSetup as error:  # CredentialsRead is not needed for sending; KSeF will tell itself (415)
            return {"allowed": None, "why": str(error)}

    with tools.ledger.begin() as transaction:
        found = facts.answer(transaction, tools.company_id, facts.ATTACHMENTS)
    patience = MINUTES if found and found.value["allowed"] is False else FRESH
    allowed: bool | None = _ask(tools, facts.ATTACHMENTS, patience, ask)["allowed"]
    return allowed


def _ask(tools: Tools, subject: str, fresh: timedelta, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    now = tools.now()
    with tools.ledger.begin() as transaction:
        found = facts.answer(transaction, tools.company_id, subject)
    if found and now - found.at < fresh:
        return found.value
    value = ask()
    with tools.ledger.begin() as transaction:
        facts.learn(transaction, tools.company_id, subject, value, now)
    return value


def look_at_certificates(tools: Tools) -> None:
    """Once an hour: which certificates end in 60, 30 or 7 days, for `status` and `stan.json`."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        found = facts.answer(transaction, tools.company_id, facts.CERTIFICATES)
    if found and now - found.at < HOUR:
        return
    configured = {
        "Certyfikat do logowania": tools.company.credential,
        "Certyfikat Offline (kody QR)": tools.company.offline.certificate,
    }
    ends = {what: inspect(each).valid_to for what, each in configured.items() if isinstance(each, Certificate)}
    said = [warning for what, end in ends.items() if (warning := ending_told(what, end, now))]
    with tools.ledger.begin() as transaction:
        facts.learn(transaction, tools.company_id, facts.CERTIFICATES, {"said": said}, now)


def keep(tools: Tools, pace: LedgerPace) -> None:
    """Our address, the skew of our clock and KSeF's warnings, as the calls of this step showed them."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        address = facts.answer(transaction, tools.company_id, facts.ADDRESS)
        if pace.egress and (address is None or address.value["address"] != pace.egress):
            facts.learn(transaction, tools.company_id, facts.ADDRESS, {"address": pace.egress}, now)
        if tools.ksef.skew is not None:
            seconds = round(tools.ksef.skew.total_seconds())
            last = facts.answer(transaction, tools.company_id, facts.SKEW)
            if last is None or last.value["seconds"] != seconds:
                facts.learn(transaction, tools.company_id, facts.SKEW, {"seconds": seconds}, now)
        if tools.ksef.warnings:
            found = facts.answer(transaction, tools.company_id, facts.WARNINGS)
            before = found.value["said"] if found else []
            said = list(dict.fromkeys([*before, *tools.ksef.warnings]))[-KEPT_WARNINGS:]
            if said != before:
                facts.learn(transaction, tools.company_id, facts.WARNINGS, {"said": said}, now)
