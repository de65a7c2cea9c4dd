"""What the bridge wants of KSeF → calls of its API for one taxpayer; values back, or FixSetup, TryLater, Unsure.

Nothing here decides what to do next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from types import TracebackType
from typing import Any, Self

import httpx
from cryptography import x509

from bridge.ksef import calls, upo
from bridge.ksef.answers import Refused, moment
from bridge.ksef.auth import Tokens
from bridge.ksef.calls import Call
from bridge.ksef.credentials import Credential
from bridge.ksef.crypto import base64, digest, encrypt_for, new_key, seal
from bridge.ksef.enrolment import CertificateType, Enrolled, ListedCertificate, certificate, enrolled, listed
from bridge.ksef.keys import FOR_SESSIONS, Keys, PublicKey
from bridge.ksef.limits import Limits, Pace
from bridge.ksef.sessions import (
    FORMS,
    ContextLimits,
    InvoiceStatus,
    Opened,
    OpenedBatch,
    SessionKind,
    SessionStatus,
    SoldPage,
    context_limits,
    invoice_status,
    opened_batch,
    session_status,
    sold_page,
)
from bridge.ksef.transport import Transient, Wire
from bridge.model.errors import FixSetup, TryLater
from bridge.model.identifiers import is_ksef_number, ksef_date

PAGE = 1000
METADATA_PAGE = 250
CERTIFICATES = 50  # in one page
STORING = timedelta(days=60)  # how far storing may lag behind accepting; KSeF takes ranges up to 100 days
BAD_TOKEN = 21418
NOTHING_NEW = 21183  # the range begins after the high-water mark
KEY_WITHDRAWN = 21470
KEY_NOT_DECRYPTED = 415  # of a session: its symmetric key was sealed for a key that is not KSeF's


class Ksef:
    """KSeF as one taxpayer sees it. Signs in at the first call that needs it; not for several threads at once."""

    def __init__(  # noqa: PLR0913 - the two clocks are keyword-only doors for tests
        self,
        address: str,
        nip: str,
        credential: Callable[[], Credential],
        pace: Pace,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._now = now
        self._keys = Keys()
        self._tokens = Tokens(nip, credential, self._keys, now, sleep)
        self._wire = Wire(address, pace, self._tokens, sleep)
        self._tokens.build = self._wire.build
        self._tokens.seen = pace.seen

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connections; tokens die with this object."""
        self._wire.close()

    @property
    def egress(self) -> str:
        """Our address as KSeF saw it at the last signing in; "" before the first."""
        return self._tokens.egress

    @property
    def signed_in(self) -> bool:
        """Whether KSeF has let us in: what it forbids then is one thing, not everything."""
        return self._tokens.signed_in

    @property
    def skew(self) -> timedelta | None:
        """Our clock minus KSeF's at the last signing in."""
        return self._tokens.skew

    @property
    def answers(self) -> int:
        """How many answers came from KSeF so far; those of gateways and firewalls do not count."""
        return self._wire.answers

    def is_there(self) -> bool:
        """Whether KSeF answers now, by its public keys: a question without rights or effects."""
        try:
            self._wire.must(calls.PUBLIC_KEYS)
        except Transient:
            return False
        except TryLater:
            return True  # it said wait: that is an answer
        return True

    @property
    def warnings(self) -> tuple[str, ...]:
        """What KSeF warned of so far, each once."""
        return tuple(self._wire.warnings)

    # --- interactive sessions ------------------------------------------------------------------------------------

    def open_online(self, form: str) -> Opened:
        """Open an interactive session for documents of that form, such as "FA (3)"."""
        key, iv = new_key()
        answer, public_key_id = self._open(calls.OPEN_ONLINE, {"formCode": FORMS[form]}, key, iv)
        return Opened(answer["referenceNumber"], key, iv, public_key_id, moment(answer["validUntil"]))

    def send(  # noqa: PLR0913 - what belongs to one document; a session is three of them, as the ledger keeps it
        self,
        ref: str,
        key: bytes,
        iv: bytes,
        payload: bytes,
        *,
        offline: bool = False,
        corrected_hash: str | None = None,
    ) -> str | Refused:
        """Send one document: its reference; Refused when the session does not take it (21155, 21180 …)."""
        sealed = seal(payload, key, iv)
        body = {
            "invoiceHash": sealed.hash,
            "invoiceSize": sealed.size,
            "encryptedInvoiceHash": sealed.encrypted_hash,
            "encryptedInvoiceSize": sealed.encrypted_size,
            "encryptedInvoiceContent": sealed.encrypted,
            "offlineMode": offline,
        }
        if corrected_hash:
            body["hashOfCorrectedInvoice"] = corrected_hash
        answer = self._wire.ask(calls.SEND, ref, json=body)
        if isinstance(answer, Refused):
            return answer
        sent: str = answer.json()["referenceNumber"]
        return sent

    def close_online(self, ref: str) -> Refused | None:
        """Close a session; Refused when its status does not allow it (21180: read the status)."""
        answer = self._wire.ask(calls.CLOSE_ONLINE, ref)
        return answer if isinstance(answer, Refused) else None

    # --- batch sessions ------------------------------------------------------------------------------------------

    def open_batch(
        self, form: str, package: Mapping[str, Any], key: bytes, iv: bytes, *, offline: bool = False
    ) -> OpenedBatch:
        """Open a batch session for a package as `bridge.ksef.package` made it: size, hash, compression, parts."""
        parts = [
            {"ordinalNumber": part["ordinal"], "fileSize": part["size"], "fileHash": part["hash"]}
            for part in package["parts"]
        ]
        body = {
            "formCode": FORMS[form],
            "batchFile": {
                "fileSize": package["size"],
                "fileHash": package["hash"],
                "compressionType": package["compression"],
                "fileParts": parts,
            },
            "offlineMode": offline,
        }
        answer, public_key_id = self._open(calls.OPEN_BATCH, body, key, iv)
        return opened_batch(answer, public_key_id)

    def close_batch(self, ref: str) -> Refused | None:
        """Close a session: only this starts the processing; Refused when it does not allow it (21205, 21180 …)."""
        answer = self._wire.ask(calls.CLOSE_BATCH, ref)
        return answer if isinstance(answer, Refused) else None

    # --- what became of it ---------------------------------------------------------------------------------------

    def session(self, ref: str) -> SessionStatus:
        """Status and counts of a session."""
        status = session_status(ref, self._wire.must(calls.SESSION, ref).json())
        if status.code == KEY_NOT_DECRYPTED:
            self._keys.forget()
        return status

    def find_sessions(self, since: datetime, kind: SessionKind) -> list[SessionStatus]:
        """Our sessions of that kind opened since then, newest first."""
        params = {"sessionType": kind.value, "dateCreatedFrom": _utc(since), "pageSize": PAGE}
        pages = self._pages(calls.SESSIONS, params=params)
        return [session_status(each["referenceNumber"], each) for page in pages for each in page["sessions"]]

    def invoices(self, ref: str) -> list[InvoiceStatus]:
        """All invoices of a session, one call per 1000."""
        return [each for page, _ in self.invoice_pages(ref) for each in page]

    def invoice_pages(
        self, ref: str, *, refused: bool = False, token: str = ""
    ) -> Iterator[tuple[list[InvoiceStatus], str]]:
        """Pages of a session's invoices, or of the refused ones, from a token on; beside each the token of the next."""
        call = calls.REFUSED if refused else calls.INVOICES
        for page in self._pages(call, ref, token=token, params={"pageSize": PAGE}):
            yield [invoice_status(each) for each in page["invoices"]], page.get("continuationToken") or ""

    def session_upo(self, ref: str, page: str) -> bytes:
        """One page of a session's collective UPO; TryLater while it is not there yet."""
        return _upo(self._wire.must(calls.SESSION_UPO, ref, page))

    def invoice(self, ref: str, invoice_ref: str) -> InvoiceStatus:
        """One invoice of a session."""
        return invoice_status(self._wire.must(calls.INVOICE, ref, invoice_ref).json())

    def upo(self, ref: str, invoice_ref: str) -> bytes:
        """The UPO of an accepted invoice, as KSeF made it; TryLater while it is not there yet."""
        return _upo(self._wire.must(calls.UPO, ref, invoice_ref))

    def upo_of_number(self, ref: str, ksef_number: str) -> bytes:
        """The same by KSeF number, for an original of another session."""
        return _upo(self._wire.must(calls.UPO_OF_NUMBER, ref, ksef_number))

    def hash_of(self, ksef_number: str) -> str | None:
        """`invoiceHash` of an invoice we sold; None when KSeF shows none. Needs InvoiceRead; 20 calls an hour."""
        if not is_ksef_number(ksef_number):
            return None
        accepted = moment(ksef_date(ksef_number))
        filters = {
            "subjectType": "Subject1",
            "dateRange": {
                "dateType": "PermanentStorage",
                "from": _utc(accepted - timedelta(days=1)),
                "to": _utc(accepted + STORING),
            },
            "ksefNumber": ksef_number,
        }
        answer = self._wire.must(calls.METADATA, json=filters, params={"pageOffset": 0, "pageSize": 10})
        found = (each["invoiceHash"] for each in answer.json()["invoices"] if each["ksefNumber"] == ksef_number)
        return next(found, None)

    def sold(self, since: datetime, until: datetime | None) -> Iterator[SoldPage]:
        """Every invoice we sold that was stored in that range (at most 100 days; None: up to now), in order.

        A range that holds more than KSeF lists at once is asked for again from the last one on (protocol.md, 6.1).
        """
        begin, page = _utc(since), 0
        while True:
            dates = {"dateType": "PermanentStorage", "from": begin} | ({"to": _utc(until)} if until else {})
            asked = self._wire.ask(
                calls.METADATA,
                json={"subjectType": "Subject1", "dateRange": dates},
                params={"sortOrder": "Asc", "pageOffset": page, "pageSize": METADATA_PAGE},
            )
            if isinstance(asked, Refused) and asked.code == NOTHING_NEW:
                return
            answer = _expected(asked, calls.METADATA).json()
            yield sold_page(answer)
            if answer.get("isTruncated"):
                last = answer["invoices"][-1]["permanentStorageDate"]
                if last == begin:  # more invoices of one moment than KSeF lists: asking on would never end
                    raise TryLater(f"KSeF ma z chwili {last} więcej faktur, niż pokazuje za jednym razem.")
                begin, page = last, 0
            elif answer["hasMore"]:
                page += 1
            else:
                return

    def download(self, ksef_number: str, hash_: str) -> bytes:
        """The XML of an accepted invoice, whole; TryLater when what came is not it. 64 calls an hour."""
        content = self._wire.must(calls.DOWNLOAD, ksef_number).content
        if digest(content) != hash_:
            raise TryLater(f"Faktura {ksef_number} dotarła z KSeF uszkodzona.")
        return content

    def rate_limits(self) -> dict[str, Limits]:
        """The limits of this taxpayer by group."""
        answer: Mapping[str, Any] = self._wire.must(calls.RATE_LIMITS).json()
        return {group: Limits(each["perSecond"], each["perMinute"], each["perHour"]) for group, each in answer.items()}

    def context_limits(self, kind: SessionKind) -> ContextLimits:
        """What one session of this taxpayer may hold."""
        return context_limits(self._wire.must(calls.CONTEXT_LIMITS).json(), kind)

    def attachments_allowed(self) -> bool:
        """Whether this taxpayer has announced invoices with attachments in e-Urząd Skarbowy; needs CredentialsRead."""
        return bool(self._wire.must(calls.ATTACHMENTS).json()["isAttachmentAllowed"])

    # --- KSeF certificates ---------------------------------------------------------------------------------------

    def certificates(self) -> list[ListedCertificate]:
        """The KSeF certificates of whoever signs in."""
        found: list[ListedCertificate] = []
        for page in count():
            answer = self._wire.must(
                calls.CERTIFICATES, json={}, params={"pageSize": CERTIFICATES, "pageOffset": page}
            ).json()
            found += [listed(each) for each in answer["certificates"]]
            if not answer["hasMore"]:
                break
        return found

    def certificate_data(self) -> Mapping[str, str | None]:
        """What a CSR must say of its subject; FixSetup after signing in by token (25001)."""
        data: Mapping[str, str | None] = self._wire.must(calls.CERTIFICATE_DATA).json()
        return data

    def may_enrol(self) -> bool:
        """Whether the limits allow one more certificate."""
        return bool(self._wire.must(calls.CERTIFICATE_LIMITS).json()["canRequest"])

    def enrol(self, name: str, kind: CertificateType, request: bytes) -> str:
        """Ask for a certificate by a CSR (DER); the reference of the enrolment."""
        body = {"certificateName": name, "certificateType": kind.value, "csr": base64(request)}
        ref: str = self._wire.must(calls.ENROL, json=body).json()["referenceNumber"]
        return ref

    def enrolment(self, ref: str) -> Enrolled:
        """How far an enrolment is; its state is kept for 30 days (410 afterwards)."""
        answer = self._wire.ask(calls.ENROLMENT, ref)
        if isinstance(answer, Refused) and answer.code == httpx.codes.GONE:
            return Enrolled(answer.code, answer.text, None)
        return enrolled(_expected(answer, calls.ENROLMENT).json())

    def retrieve(self, serial: str) -> x509.Certificate:
        """An issued certificate."""
        answer = self._wire.must(calls.RETRIEVE, json={"certificateSerialNumbers": [serial]}).json()
        return certificate(answer["certificates"][0])

    # --- shared steps --------------------------------------------------------------------------------------------

    def _open(self, call: Call, body: dict[str, Any], key: bytes, iv: bytes) -> tuple[dict[str, Any], str]:
        """Open, once more with another public key when KSeF has withdrawn the one we knew; answer and key's id."""
        public, answer = self._ask_to_open(call, body, key, iv)
        if isinstance(answer, Refused) and answer.code == KEY_WITHDRAWN:
            self._keys.forget()
            public, answer = self._ask_to_open(call, body, key, iv)
        if isinstance(answer, Refused):
            kind = TryLater if answer.code == KEY_WITHDRAWN else FixSetup
            raise kind(f"KSeF nie otworzył sesji: {answer.text}")
        return answer.json(), public.id

    def _ask_to_open(
        self, call: Call, body: dict[str, Any], key: bytes, iv: bytes
    ) -> tuple[PublicKey, httpx.Response | Refused]:
        public = self._public_key()
        encryption = {
            "encryptedSymmetricKey": encrypt_for(public.key, key),
            "initializationVector": base64(iv),
            "publicKeyId": public.id,
        }
        return public, self._wire.ask(call, json={**body, "encryption": encryption})

    def _public_key(self) -> PublicKey:
        now = self._now()
        if self._keys.stale(now):
            self._keys.learn(self._wire.must(calls.PUBLIC_KEYS).json(), now)
        return self._keys.best(FOR_SESSIONS, now)

    def _pages(self, call: Call, *references: str, token: str = "", **request: Any) -> Iterator[dict[str, Any]]:
        """All pages: only the token tells whether more follow, and it travels in a header (protocol.md, 5.1)."""
        while True:
            headers = {"x-continuation-token": token} if token else {}
            answer = self._wire.ask(call, *references, headers=headers, **request)
            if isinstance(answer, Refused) and answer.code == BAD_TOKEN and token:
                token = ""  # it has ended: the list is read from its beginning
                continue
            page: dict[str, Any] = _expected(answer, call).json()
            yield page
            token = page.get("continuationToken") or ""
            if not token:
                return


def _expected(answer: httpx.Response | Refused, call: Call) -> httpx.Response:
    """The answer of a call that KSeF has no other reason to refuse."""
    if isinstance(answer, Refused):
        raise FixSetup(f"KSeF odrzucił zapytanie {call.method} {call.path}: {answer.text}")
    return answer


def _upo(answer: httpx.Response) -> bytes:
    return upo.checked(answer.content, answer.headers.get("x-ms-meta-hash", ""))


def _utc(moment_: datetime) -> str:
    return f"{moment_:%Y-%m-%dT%H:%M:%SZ}"
