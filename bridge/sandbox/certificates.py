"""KSeF certificates: limits, data, enrolment by CSR with the simulator's authority, query, retrieve, revoke (2.5)."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.bearer import bearer
from bridge.sandbox.body import base64_of, json_body, moment, need, one_of
from bridge.sandbox.numbers import stamp
from bridge.sandbox.paging import numbered
from bridge.sandbox.problems import Refusal, bad
from bridge.sandbox.store import Certificate, Login, Store

LIFE = timedelta(days=730)
STATUS_LIVES = timedelta(days=30)
LIMITS = {"Nip": (300, 100), "Pesel": (12, 6), "Fingerprint": (12, 6)}  # enrolments, active certificates
ISSUER = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KSeF CA symulatora")])
ATTRIBUTES = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "uniqueIdentifier": NameOID.X500_UNIQUE_IDENTIFIER,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
TEXTS = {100: "Wniosek przyjęty do realizacji", 200: "Wniosek obsłużony", 400: "Wniosek odrzucony"}


async def limits(request: Request) -> Response:
    """GET /certificates/limits."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    (most_asked, most_held), (asked, held) = limits_of(store, own), _used(store, own)
    body = {
        "canRequest": asked < most_asked and held < most_held,
        "enrollment": {"remaining": max(0, most_asked - asked), "limit": most_asked},
        "certificate": {"remaining": max(0, most_held - held), "limit": most_held},
    }
    return JSONResponse(body)


async def data(request: Request) -> Response:
    """GET /certificates/enrollments/data: what a CSR must say, after signing in by signature only."""
    own = bearer(request, "ContextToken")
    return JSONResponse(_data(own))


def _data(own: Login) -> dict[str, str]:
    if own.method == "Token":
        raise bad(25001)
    return own.person


async def enroll(request: Request) -> Response:
    """POST /certificates/enrollments."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    if own.method == "Token":
        raise bad(25002)
    body = await json_body(request)
    name = str(need(body, "certificateName"))
    if not re.fullmatch(r"[\w\- ]{5,100}", name):
        raise bad(21405, "Nazwa certyfikatu ma mieć od 5 do 100 liter, cyfr, spacji, kresek.")
    kind = one_of(need(body, "certificateType"), "Authentication", "Offline")
    request_of = _csr(base64_of(need(body, "csr"), "csr"), _data(own))
    (most_asked, most_held), (asked, held) = limits_of(store, own), _used(store, own)
    if asked >= most_asked:
        raise bad(25006)
    if held >= most_held:
        raise bad(25007)
    now = store.clock.now()
    begins = moment(body["validfrom"], "validFrom") if body.get("validfrom") else now
    serial = f"{store.random.getrandbits(63) | 1 << 56:016X}"
    der = _issued(store, request_of, kind, serial, begins)
    ready = now + timedelta(seconds=store.settings["enrollment_seconds"])
    ref, common = store.reference("EH"), own.person.get("commonName", "")
    made = Certificate(serial, ref, name, kind, _subject(own), common, der, now, ready, begins, begins + LIFE)
    store.kept.certificates[ref] = made
    return JSONResponse({"referenceNumber": ref, "timestamp": stamp(now)}, 202)


def _csr(der: bytes, wanted: dict[str, str]) -> x509.CertificateSigningRequest:
    """A request with a good signature, an accepted key, and exactly the subject that was told."""
    try:
        read = x509.load_der_x509_csr(der)
        key = read.public_key()
        signed = read.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise bad(25004, "Wniosku CSR nie da się odczytać.") from error
    if not signed:
        raise bad(25004, "Podpis wniosku CSR jest nieprawidłowy.")
    small = isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048
    other = isinstance(key, ec.EllipticCurvePublicKey) and not isinstance(key.curve, ec.SECP256R1)
    if small or other or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise bad(25010)
    if not isinstance(read.signature_hash_algorithm, hashes.SHA256 | hashes.SHA384 | hashes.SHA512):
        raise bad(25011)
    if subject_of(read.subject) != wanted:
        raise bad(25003)
    return read


def subject_of(name: x509.Name) -> dict[str, str]:
    """The attributes that KSeF knows, by their JSON names."""
    by_oid = {oid: json_name for json_name, oid in ATTRIBUTES.items()}
    return {by_oid[each.oid]: str(each.value) for each in name if each.oid in by_oid}


def _issued(store: Store, csr: x509.CertificateSigningRequest, kind: str, serial: str, begins: datetime) -> bytes:
    usage = x509.KeyUsage(
        digital_signature=kind == "Authentication",
        content_commitment=kind == "Offline",
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(csr.subject)
        .issuer_name(ISSUER)
        .public_key(csr.public_key())
        .serial_number(int(serial, 16))
        .not_valid_before(begins)
        .not_valid_after(begins + LIFE)
        .add_extension(usage, critical=True)
        .sign(authority(store), hashes.SHA256())
    )
    return made.public_bytes(Encoding.DER)


def authority(store: Store) -> ec.EllipticCurvePrivateKey:
    """The key that issues certificates and signs UPO; made when first needed."""
    if not store.kept.authority:
        made = ec.generate_private_key(ec.SECP256R1())
        store.kept.authority = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    key = load_der_private_key(store.kept.authority, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


async def enrollment(request: Request) -> Response:
    """GET /certificates/enrollments/{ref}."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    found = store.kept.certificates.get(request.path_params["ref"])
    if found is None or found.subject != _subject(own):
        raise bad(25005)
    if store.clock.now() - found.requested > STATUS_LIVES:
        raise Refusal(410)
    code = found.code if store.clock.now() >= found.ready else 100
    body: dict[str, Any] = {
        "requestDate": stamp(found.requested),
        "status": {"code": code, "description": TEXTS[code], "details": found.details},
    }
    return JSONResponse(body | ({"certificateSerialNumber": found.serial} if code == 200 else {}))


async def retrieve(request: Request) -> Response:
    """POST /certificates/retrieve."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    wanted = need(await json_body(request), "certificateSerialNumbers")
    if not 1 <= len(wanted) <= 10:
        raise bad(21405, "Od 1 do 10 numerów seryjnych.")
    known = {each.serial: each for each in _own(store, own)}
    if missing := [serial for serial in wanted if serial not in known]:
        raise bad(25008, ", ".join(missing))
    found = [
        {
            "certificate": b64encode(known[serial].der).decode(),
            "certificateName": known[serial].name,
            "certificateSerialNumber": serial,
            "certificateType": known[serial].kind,
        }
        for serial in wanted
    ]
    return JSONResponse({"certificates": found})


async def query(request: Request) -> Response:
    """POST /certificates/query."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    body = await json_body(request)
    found = [_plain(store, each) for each in _own(store, own)]
    for name, field in (("certificateserialnumber", "certificateSerialNumber"), ("type", "type"), ("status", "status")):
        if body.get(name):
            found = [each for each in found if each[field].lower() == str(body[name]).lower()]
    if body.get("name"):
        found = [each for each in found if str(body["name"]).lower() in each["name"].lower()]
    if body.get("expiresafter"):
        after = stamp(moment(body["expiresafter"], "expiresAfter"))
        found = [each for each in found if each["validTo"] > after]
    listed, more = numbered(request, found, least=10, most=50)
    return JSONResponse({"certificates": listed, "hasMore": more})


def _plain(store: Store, each: Certificate) -> dict[str, Any]:
    body = {
        "certificateSerialNumber": each.serial,
        "name": each.name,
        "type": each.kind,
        "commonName": each.common_name,
        "status": status_of(store, each),
        "subjectIdentifier": {"type": each.subject[0], "value": each.subject[1]},
        "validFrom": stamp(each.valid_from),
        "validTo": stamp(each.valid_to),
        "requestDate": stamp(each.requested),
    }
    return body | ({"lastUseDate": stamp(each.used)} if each.used else {})


def status_of(store: Store, each: Certificate) -> str:
    """Active, Revoked or Expired."""
    if each.revoked:
        return "Revoked"
    return "Active" if store.clock.now() < each.valid_to else "Expired"


async def revoke(request: Request) -> Response:
    """POST /certificates/{serial}/revoke."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    if await request.body():
        body = await json_body(request)
        if body.get("revocationreason"):
            one_of(body["revocationreason"], "Unspecified", "Superseded", "KeyCompromise")
    found = next((each for each in _own(store, own) if each.serial == request.path_params["serial"]), None)
    if found is None:
        raise bad(25008)
    if status_of(store, found) != "Active":
        raise bad(25009)
    found.revoked = True
    return Response(status_code=204)


async def shorten(request: Request) -> Response:
    """PUT /testdata/certificates/{serial}: an earlier end, so that expiry can be tried."""
    store: Store = request.app.state.store
    own = bearer(request, "ContextToken")
    found = next((each for each in _own(store, own) if each.serial == request.path_params["serial"]), None)
    if found is None:
        raise bad(25008)
    ends = moment(need(await json_body(request), "validTo"), "validTo")
    if ends >= found.valid_to:
        raise bad(21405, "Koniec ważności można tylko przyspieszyć.")
    found.valid_to = ends
    return Response(status_code=200)


def limits_of(store: Store, own: Login) -> tuple[int, int]:
    """Enrolments and active certificates a subject may have."""
    asked, held = store.kept.subject_limits.get(own.subject, (None, None))
    usual = LIMITS[own.subject_type]
    return usual[0] if asked is None else asked, usual[1] if held is None else held


def _used(store: Store, own: Login) -> tuple[int, int]:
    mine = [each for each in store.kept.certificates.values() if each.subject == _subject(own)]
    return len(mine), sum(status_of(store, each) == "Active" for each in mine)


def _own(store: Store, own: Login) -> list[Certificate]:
    """Those that are issued already."""
    now = store.clock.now()
    return [each for each in store.kept.certificates.values() if each.subject == _subject(own) and each.ready <= now]


def _subject(own: Login) -> tuple[str, str]:
    return own.subject_type, own.subject


class Found(NamedTuple):
    """A KSeF certificate that signs in, and what is wrong with it."""

    serial: str
    details: list[str]


def fault_of(store: Store, der: bytes) -> Found | None:
    """None for a certificate that KSeF did not issue."""
    read = x509.load_der_x509_certificate(der)
    if read.issuer != ISSUER:
        return None
    serial = f"{read.serial_number:016X}"
    known = next((each for each in store.kept.certificates.values() if each.der == der), None)
    if known is None:
        return Found(serial, ["Niezaufany łańcuch certyfikatów"])
    known.used = store.clock.now()
    state = status_of(store, known)
    if known.kind != "Authentication":
        return Found(serial, ["Niepoprawny certyfikat"])
    wrong = {"Revoked": ["Certyfikat odwołany"], "Expired": ["Nieważny certyfikat"]}
    return Found(serial, wrong.get(state, []))


def by_serial(store: Store, serial: str) -> Certificate | None:
    """An issued certificate by its number."""
    return next((each for each in store.kept.certificates.values() if each.serial == serial), None)
