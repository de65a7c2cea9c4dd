"""The calls of the API that the bridge makes → method, path, rate group, and what a lost answer means.

Nothing else of the API is known here. Groups: protocol.md, section 7.1; `other` counts each operation on its own.
"""

from __future__ import annotations

from dataclasses import dataclass

ANONYMOUS = "anonymous"
GLOBAL = "global"
PER_ADDRESS = frozenset({ANONYMOUS, GLOBAL})  # counted for our address whoever the taxpayer is


@dataclass(frozen=True, slots=True)
class Call:
    """One operation.

    `repeat`: asking twice does no harm, so a lost answer is asked for again. `changes`: a lost answer leaves us unsure,
    for something may have been begun. A call that is neither (a step of signing in) is begun anew from its start.
    """

    method: str
    path: str  # each {} is one reference
    bucket: str
    repeat: bool = False
    changes: bool = False
    xml: bool = False  # what it answers; else JSON

    @property
    def names_a_session(self) -> bool:
        """Whether it speaks of a session that was opened, so that 404 need not mean a wrong address."""
        return self.path.startswith("/sessions/") and "{}" in self.path

    @property
    def open(self) -> bool:
        """Whether it carries no access token."""
        return self.bucket == ANONYMOUS


CHALLENGE = Call("POST", "/auth/challenge", ANONYMOUS, repeat=True)
LOGIN_BY_TOKEN = Call("POST", "/auth/ksef-token", ANONYMOUS)
LOGIN_BY_SIGNATURE = Call("POST", "/auth/xades-signature", ANONYMOUS)
LOGIN_STATUS = Call("GET", "/auth/{}", ANONYMOUS, repeat=True)
REDEEM = Call("POST", "/auth/token/redeem", ANONYMOUS)
REFRESH = Call("POST", "/auth/token/refresh", ANONYMOUS, repeat=True)
PUBLIC_KEYS = Call("GET", "/security/public-key-certificates", ANONYMOUS, repeat=True)

OPEN_ONLINE = Call("POST", "/sessions/online", "onlineSession", changes=True)
SEND = Call("POST", "/sessions/online/{}/invoices", "invoiceSend", changes=True)
CLOSE_ONLINE = Call("POST", "/sessions/online/{}/close", "onlineSessionClose", changes=True)

OPEN_BATCH = Call("POST", "/sessions/batch", "batchSession", changes=True)
CLOSE_BATCH = Call("POST", "/sessions/batch/{}/close", "batchSessionClose", changes=True)

SESSIONS = Call("GET", "/sessions", "sessionList", repeat=True)
SESSION = Call("GET", "/sessions/{}", "sessionMisc", repeat=True)
INVOICES = Call("GET", "/sessions/{}/invoices", "sessionInvoiceList", repeat=True)
REFUSED = Call("GET", "/sessions/{}/invoices/failed", "sessionInvoiceList", repeat=True)
INVOICE = Call("GET", "/sessions/{}/invoices/{}", "invoiceStatus", repeat=True)
UPO = Call("GET", "/sessions/{}/invoices/{}/upo", "sessionMisc", repeat=True, xml=True)
UPO_OF_NUMBER = Call("GET", "/sessions/{}/invoices/ksef/{}/upo", "sessionMisc", repeat=True, xml=True)
SESSION_UPO = Call("GET", "/sessions/{}/upo/{}", "sessionMisc", repeat=True, xml=True)
METADATA = Call("POST", "/invoices/query/metadata", "invoiceMetadata", repeat=True)
RATE_LIMITS = Call("GET", "/rate-limits", "other:GET /rate-limits", repeat=True)
CONTEXT_LIMITS = Call("GET", "/limits/context", "other:GET /limits/context", repeat=True)
ATTACHMENTS = Call("GET", "/permissions/attachments/status", "other:GET /permissions/attachments/status", repeat=True)
DOWNLOAD = Call("GET", "/invoices/ksef/{}", "invoiceDownload", repeat=True, xml=True)

CERTIFICATE_LIMITS = Call("GET", "/certificates/limits", "other:GET /certificates/limits", repeat=True)
CERTIFICATE_DATA = Call(
    "GET", "/certificates/enrollments/data", "other:GET /certificates/enrollments/data", repeat=True
)
ENROL = Call("POST", "/certificates/enrollments", "other:POST /certificates/enrollments", changes=True)
ENROLMENT = Call("GET", "/certificates/enrollments/{}", "other:GET /certificates/enrollments/{}", repeat=True)
RETRIEVE = Call("POST", "/certificates/retrieve", "other:POST /certificates/retrieve", repeat=True)
CERTIFICATES = Call("POST", "/certificates/query", "other:POST /certificates/query", repeat=True)
