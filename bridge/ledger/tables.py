"""The ledger's tables, one schema for SQLite and PostgreSQL (ledger.md, "Tables").

The three partial unique indexes are the guarantee that nothing is sent twice; everything else is speed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import JSON

META = MetaData()
Id = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _company() -> Column[int]:
    return Column("company", ForeignKey("company.id"), nullable=False)


def _moment(name: str) -> Column[object]:
    """UTC without zone: SQLite keeps none, and the bridge writes UTC only."""
    return Column(name, DateTime)


company = Table(
    "company",
    META,
    _id(),
    Column("nip", String(10), nullable=False),
    Column("environment", String(12), nullable=False),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    _moment("next_at"),
    _moment("contact_at"),  # when KSeF last answered
    _moment("silent_since"),  # since when it does not; NULL while it does
    Column("trouble", Text, nullable=False, server_default=""),  # what stopped a part of the last step, in Polish
    UniqueConstraint("nip", "environment"),
    Index("company_next", "next_at"),
)

source_file = Table(
    "source_file",
    META,
    _id(),
    _company(),
    Column("name", Text, nullable=False),  # as the person called it
    Column("stored", Text, nullable=False),  # the taken copy, below inbox/.w_toku or outbox/archiwum
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mapping", Text, nullable=False, server_default=""),
    Column("mapping_sha256", String(64), nullable=False, server_default=""),
    Column("state", String(10), nullable=False),
    Column("taken_at", DateTime, nullable=False),
    Column("archived", Text, nullable=False, server_default=""),
    Column(
        "options", JSON, nullable=False
    ),  # wyniki: encoding, separator, echo names; notes; problems; places of fields
    Column("error", Text, nullable=False, server_default=""),
    Column("told", Boolean, nullable=False, server_default=text("false")),  # its results say all there is to say
    Index("source_file_state", "company", "told", "state"),
)

payload = Table(
    "payload",
    META,
    Column("sha256", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),  # xml · upo · draft
    Column("bytes", LargeBinary, nullable=False),  # zlib
)

document = Table(
    "document",
    META,
    _id(),
    _company(),
    Column("seller_nip", String(10), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("number", Text, nullable=False),
    Column("number_key", Text, nullable=False),
    Column("issued", Date, nullable=False),
    Column("business_hash", String(64), nullable=False),
    Column("hash_version", Integer, nullable=False),
    Column("payload", ForeignKey("payload.sha256"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    _moment("not_before"),
    _moment("until"),
    Column("form_code", String(16), nullable=False),
    Column("offline", Boolean, nullable=False, server_default=text("false")),
    Column("attachment", Boolean, nullable=False, server_default=text("false")),  # with a Zalacznik: batch only
    Column("offline_mode", String(16), nullable=False, server_default=""),  # offline24 · niedostepnosc · awaria
    Column(
        "technical", String(64), nullable=False, server_default=""
    ),  # payload that the buyer holds, when this mends it
    Column("corrects", JSON, nullable=False),
    Column("drop", ForeignKey("source_file.id"), nullable=False),  # whose reading made it
    Column("ksef_number", String(36)),
    _moment("accepted_at"),
    Column("mode", String(8), nullable=False, server_default=""),
    Column("session_ref", String(40), nullable=False, server_default=""),  # of the session that was accepted
    Column("upo", ForeignKey("payload.sha256")),
    Column("code", String(12), nullable=False, server_default=""),
    Column("error", Text, nullable=False, server_default=""),
    Index(
        "document_number",
        "company",
        "seller_nip",
        "kind",
        "number_key",
        unique=True,
        sqlite_where=text("state NOT IN ('REJECTED','CLASH','WITHDRAWN')"),
        postgresql_where=text("state NOT IN ('REJECTED','CLASH','WITHDRAWN')"),
    ),
    Column("likeness", String(64), nullable=False, server_default=""),
    Index("document_state", "company", "state"),
    Index("document_likeness", "company", "likeness"),
    Index("document_ksef_number", "company", "ksef_number"),
)

item = Table(
    "item",
    META,
    _id(),
    Column("file", ForeignKey("source_file.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("rows", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("rule", Text, nullable=False, server_default=""),
    Column("document", ForeignKey("document.id")),
    Column("note", Text, nullable=False, server_default=""),  # what the results say beside the state
    Column("clash", String(36), nullable=False, server_default=""),  # KSeF number of the invoice that has this number
    Column("successor", JSON(none_as_null=True)),  # the document that takes an unsent one's place when the drop is READ
    Column("problems", JSON, nullable=False),
    Column("line_rows", JSON, nullable=False, server_default="[]"),  # the row of each FaWiersz
    Column("echo", JSON, nullable=False),
    UniqueConstraint("file", "ordinal"),
    Index("item_document", "document"),
)

ksef_session = Table(
    "ksef_session",
    META,
    _id(),
    _company(),
    Column("mode", String(12), nullable=False),  # interactive · batch
    Column("form_code", String(16), nullable=False),
    Column("offline", Boolean, nullable=False, server_default=text("false")),
    Column("ref", String(40), unique=True),
    Column("key", LargeBinary),
    Column("iv", LargeBinary),
    Column("public_key_id", String(64), nullable=False, server_default=""),
    Column("spool", Text, nullable=False, server_default=""),
    Column("parts", JSON),
    _moment("upload_until"),
    _moment("close_sent_at"),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("next_at"),
    _moment("valid_until"),
    _moment("planned_at"),
    _moment("opened_at"),
    Column("unknown", Integer, nullable=False, server_default="0"),  # how often in a row KSeF said it knows none such
    Column("full", Boolean, nullable=False, server_default=text("false")),  # KSeF takes no more invoices into it
    Column("code", String(12), nullable=False, server_default=""),  # KSeF's last word on it
    Column("upo", ForeignKey("payload.sha256")),  # its collective UPO
    Column("error", Text, nullable=False, server_default=""),
    Index(
        "session_planned",
        "company",
        "mode",
        "form_code",
        "offline",
        unique=True,
        sqlite_where=text("state = 'PLANNED'"),
        postgresql_where=text("state = 'PLANNED'"),
    ),
    Index("session_state", "company", "state"),
)

sending = Table(
    "sending",
    META,
    _id(),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("session", ForeignKey("ksef_session.id"), nullable=False),
    Column("name", String(64), nullable=False, server_default=""),  # file name inside a batch
    Column("invoice_ref", String(40)),
    Column("state", String(10), nullable=False),
    Column("code", String(12), nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default=""),
    Column("looks", Integer, nullable=False, server_default="0"),  # how often KSeF was asked after an unknown outcome
    _moment("next_at"),
    Column("at", DateTime, nullable=False),
    Index(
        "sending_open",
        "document",
        unique=True,
        sqlite_where=text("state IN ('PLANNED','SENT')"),
        postgresql_where=text("state IN ('PLANNED','SENT')"),
    ),
    Index("sending_session", "session", "state"),
)

rate_call = Table(
    "rate_call",
    META,
    _id(),
    Column("scope", String(24), nullable=False),
    Column("egress", String(64), nullable=False),
    Column("bucket", String(96), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("company", BigInteger, nullable=False, server_default="0"),  # who made it: a shared bucket is shared fairly
    Index("rate_call_bucket", "scope", "egress", "bucket", "at"),
)

rate_block = Table(
    "rate_block",
    META,
    Column("scope", String(24), primary_key=True),
    Column("egress", String(64), primary_key=True),
    Column("bucket", String(96), primary_key=True),
    Column("until", DateTime, nullable=False),
)

told = Table(
    "told",
    META,
    Column("company", ForeignKey("company.id"), primary_key=True),
    Column("subject", String(32), primary_key=True),  # limits · context · attachments · certificates · address …
    Column("value", JSON, nullable=False),
    Column("at", DateTime, nullable=False),
)

confirmed_mapping = Table(
    "confirmed_mapping",
    META,
    Column("company", ForeignKey("company.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),  # of the mapping with all its layers and dictionaries
    Column("at", DateTime, nullable=False),
)

result_file = Table(
    "result_file",
    META,
    _id(),
    Column("file", ForeignKey("source_file.id")),
    Column("document", ForeignKey("document.id")),
    Column("path", Text, nullable=False),
    Column("kind", String(10), nullable=False),  # wynik · w-toku · bledy · pdf (pictures.py)
    Column("part", Integer, nullable=False, server_default="1"),
    Column("rows", JSON, nullable=False),  # ordinal → status, of a wynik
    Column("sha256", String(64), nullable=False),
    Column("written_at", DateTime, nullable=False),
    UniqueConstraint("file", "kind", "part"),
    Index("result_file_document", "document"),
)

outage = Table(  # what Latarnia announced, kept as the evidence of deadlines
    "outage",
    META,
    _id(),
    Column("environment", String(12), nullable=False),
    Column("event", Integer, nullable=False),  # Latarnia's eventId
    Column("category", String(16), nullable=False),  # FAILURE · TOTAL_FAILURE · MAINTENANCE
    Column("title", Text, nullable=False, server_default=""),
    _moment("began_at"),
    _moment("ended_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("environment", "event"),
)

beacon = Table(  # Latarnia's last answer
    "beacon",
    META,
    Column("environment", String(12), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("asked_at", DateTime, nullable=False),
)

event = Table(
    "event",
    META,
    _id(),
    Column("entity", String(16), nullable=False),
    Column("entity_id", BigInteger, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("name", String(40), nullable=False),
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    Column("node", String(64), nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Index("event_entity", "entity", "entity_id"),
)
