"""Who asks for which context → what they may do there; and for whom a context may issue invoices (protocol.md, 2.7)."""

from __future__ import annotations

from datetime import datetime

from bridge.sandbox.store import Grant, Invoice, Session, Store

DELEGATED = {"InvoiceRead", "InvoiceWrite", "CollectiveIdentifierManage"}


def rights_of(store: Store, subject: tuple[str, str], context: tuple[str, str]) -> frozenset[str]:
    """The permissions of a subject in a context now; {"Owner"} of its owner, nothing of a stranger."""
    if _owns(store, subject, context):
        return frozenset({"Owner"})
    now = store.clock.now()
    held: set[str] = set()
    for grant in store.kept.grants.values():
        if not works(grant, now) or grant.kind == "authorizations":
            continue
        if grant.kind == "indirect":
            held |= _delegated(store, grant, subject, context, now)
        elif grant.subject == subject and grant.context == context:
            held |= set(grant.permissions)
    return frozenset(held)


def works(grant: Grant, now: datetime) -> bool:
    """Whether a grant has taken effect and was not taken back."""
    return not grant.revoked and grant.effective <= now


def _owns(store: Store, subject: tuple[str, str], context: tuple[str, str]) -> bool:
    kind, value = subject
    owner = context[1][:10] if context[0] in ("Nip", "InternalId", "NipVatUe") else ""
    if kind == "Pesel":
        return value in store.kept.persons and store.kept.persons[value]["nip"] == owner
    return bool(owner) and kind == "Nip" and value == owner


def _delegated(
    store: Store, grant: Grant, subject: tuple[str, str], context: tuple[str, str], now: datetime
) -> set[str]:
    """What an office passes on to its people: only what the client gave it with the right to pass on."""
    if grant.subject != subject or (grant.target[0] != "AllPartners" and grant.target != context):
        return set()
    passed = {
        permission
        for each in store.kept.grants.values()
        if works(each, now) and each.kind == "entities" and each.context == context and each.subject == grant.context
        for permission in each.delegable
    }
    return passed & set(grant.permissions) & DELEGATED


def may_issue(store: Store, session: Session, invoice: Invoice) -> bool:
    """Whether this context may issue an invoice of this seller: its own, or one it was authorized for."""
    own = session.context[:10] if session.context_type != "PeppolId" else ""
    if invoice.seller == own:
        return True
    assert invoice.facts is not None
    now = store.clock.now()
    scopes = {
        permission
        for grant in store.kept.grants.values()
        if grant.kind == "authorizations" and works(grant, now)
        if grant.context == ("Nip", invoice.seller) and grant.subject[1] == session.context
        for permission in grant.permissions
    }
    self_billing = invoice.facts.self_billing and invoice.facts.buyer.value == session.context
    return (
        ("SelfInvoicing" in scopes and self_billing)
        or ("RRInvoicing" in scopes and session.form[2] == "FA_RR")
        or ("PefInvoicing" in scopes and session.form[2] == "PEF")
        or "TaxRepresentative" in scopes
        or _of_group(store, session, invoice.seller)
    )


def _of_group(store: Store, session: Session, seller: str) -> bool:
    """A VAT group or local government issues for its units."""
    group = store.kept.subjects.get(session.context)
    return group is not None and seller in group["subunits"]
