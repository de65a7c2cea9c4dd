"""Accepted documents → their UPOs, checked against what we know and kept: by links in bulk, by number one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bridge.files.writing import put_all
from bridge.ksef import upo
from bridge.ksef.storage import fetch as fetch_links
from bridge.ledger import documents, drops, sessions
from bridge.ledger.documents import Document
from bridge.ledger.store import naive
from bridge.ledger.tables import document as document_table
from bridge.ledger.tables import ksef_session
from bridge.model.errors import FixSetup, TryLater, Unsure
from bridge.model.text import xml_collapsed
from bridge.work.reporting import copies_of
from bridge.work.settling import hash_of
from bridge.work.tools import Tools

AT_ONCE = 500  # in one step
ONE_BY_ONE = 20
FEW = 3  # up to here a list of the whole session costs more than it saves
EXPECTED = timedelta(hours=1)  # a UPO that is older than that and still missing holds nothing back
SESSION_UPO_DAYS = timedelta(days=2)
PAUSES = (5, 30, 120, 600, 3600)  # seconds before a missing UPO is asked for again


def fetch(tools: Tools) -> bool:
    """The UPOs of some accepted documents that have none yet; says whether more can be had at once.

    Links need no sign-in and no budget, but may have ended or be spoiled by a firewall: then the API is asked.
    """
    now = tools.now()
    latest = now + timedelta(seconds=PAUSES[-1])  # further ahead only after the clock was set back
    later = {id_ for id_, (moment, _) in tools.upo_later.items() if now < moment <= latest}
    with tools.ledger.begin() as transaction:
        missing = documents.missing_upos(transaction, tools.company_id, AT_ONCE, later)
    if not missing:
        return False
    left = _by_links(tools, missing)
    wrong = [said for each in left[:ONE_BY_ONE] if (said := _by_number(tools, each))]
    if wrong:
        raise TryLater(" ".join(dict.fromkeys(wrong)))
    return len(left) < len(missing)


def fetch_of_session(tools: Tools) -> None:
    """The collective UPO of one ended session, beside those of its invoices; asked for during two days."""
    now = tools.now()
    with tools.ledger.begin() as transaction:
        session = sessions.without_upo(transaction, tools.company_id, now - SESSION_UPO_DAYS, now)
    if session is None:
        return
    pause = timedelta(seconds=PAUSES[min(session.attempts, len(PAUSES) - 1)])
    with tools.ledger.begin() as transaction:
        values = {"next_at": naive(now + pause), "attempts": session.attempts + 1}
        transaction.update(ksef_session, session.id, **values)
    status = tools.ksef.session(session.ref)
    if not status.upo_pages:
        return
    content = tools.ksef.session_upo(session.ref, status.upo_pages[0])
    with tools.ledger.begin() as transaction:
        kept = drops.store(transaction, "upo", content)
        transaction.update(ksef_session, session.id, upo=kept, code=str(status.code))


def _by_links(tools: Tools, missing: list[Document]) -> list[Document]:
    """What the links did not give."""
    by_session: dict[str, list[Document]] = {}
    for each in missing:
        by_session.setdefault(each.session_ref, []).append(each)
    for ref, own in by_session.items():
        if ref and len(own) > FEW and not any(hash_of(each) in tools.upo_links for each in own):
            _next_links(tools, ref)
    linked = [each for each in missing if hash_of(each) in tools.upo_links]
    if not linked:
        return missing
    urls = [tools.upo_links.pop(hash_of(each)) for each in linked]
    try:
        fetched = fetch_links(urls)
    except TryLater:
        return missing
    good = []
    for each, found in zip(linked, fetched, strict=True):
        if found is not None and not _wrong(each, *found):
            good.append((each, found[0]))
    _keep(tools, good)
    kept = {each.id for each, _ in good}
    return [each for each in missing if each.id not in kept]


def _next_links(tools: Tools, ref: str) -> None:
    """The links of one more page of a session's list."""
    key = (f"upo:{ref}", False)
    for page, following in tools.ksef.invoice_pages(ref, token=tools.pages.pop(key, "")):
        tools.upo_links |= {each.hash: each.upo_url for each in page if each.upo_url}
        if following:
            tools.pages[key] = following
        return


def _by_number(tools: Tools, each: Document) -> str:
    """Ask the API; what is wrong with its answer, "" when all is well or it is only not there yet."""
    said = ""
    try:
        content = tools.ksef.upo_of_number(each.session_ref, each.ksef_number or "")
        said = _wrong(each, content, "")
        if not said:
            _keep(tools, [(each, content)])
            tools.upo_later.pop(each.id, None)
            return ""
    except (TryLater, Unsure):
        pass  # KSeF makes it a little later; the results do not wait for ever (reporting.py)
    except FixSetup as error:  # a session of somebody else: the invoice is accepted all the same
        said = f"UPO faktury {each.number}: {error}"
    failures = tools.upo_later.get(each.id, (tools.now(), 0))[1]
    pause = timedelta(seconds=PAUSES[min(failures, len(PAUSES) - 1)])
    tools.upo_later[each.id] = (tools.now() + pause, failures + 1)
    return said


def _wrong(each: Document, content: bytes, meta_hash: str) -> str:
    """Why these bytes are not the UPO of this document."""
    ours = upo.Confirmed(each.seller_nip, each.ksef_number or "", xml_collapsed(each.number), hash_of(each))
    try:
        differing = upo.differences(upo.checked(content, meta_hash), ours)
    except TryLater as error:
        return str(error)
    return f"UPO faktury {each.number} różni się od niej w: {', '.join(differing)}." if differing else ""


def _keep(tools: Tools, good: Iterable[tuple[Document, bytes]]) -> None:
    found = list(good)
    if not found:
        return
    with tools.ledger.begin() as transaction:
        transaction.point("upo.stored")
        keys = drops.store_all(transaction, [("upo", content) for _, content in found])
        kept = [replace(each, upo=sha256) for (each, _), sha256 in zip(found, keys, strict=True)]
        for each in kept:
            transaction.update(document_table, each.id, upo=each.upo)
        files = [copy for each in kept for copy in copies_of(transaction, tools, each)]
    put_all(files)
