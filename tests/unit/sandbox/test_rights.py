"""Permissions, certificates, policies, test data: boxes of protocol.md 12.1-12.3, held against the contract."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from ksef_client.services import crypto

from bridge.ksef.credentials import Signer
from bridge.sandbox import Running
from bridge.sandbox.certificates import ATTRIBUTES
from tests.support.party import BUYER, NIP, OFFICE, Party, authenticated, good, invoice, signer

DETAILS = {"fullName": "Biuro Rachunkowe"}
PERSON = {"subjectDetailsType": "PersonByIdentifier", "personById": {"firstName": "Jan", "lastName": "Nowak"}}
PESEL = "90010112345"


def give(owner: Party, *permissions: str, delegable: bool = False, to: str = OFFICE) -> str:
    body = {
        "subjectIdentifier": {"type": "Nip", "value": to},
        "permissions": [{"type": each, "canDelegate": delegable} for each in permissions],
        "description": "biuro prowadzi księgi",
        "subjectDetails": DETAILS,
    }
    ref: str = owner.post("/permissions/entities/grants", body)["referenceNumber"]
    return ref


def test_an_office_acts_for_its_client(simulator: Running, owner: Party, party: Callable[..., Party]) -> None:
    assert authenticated(owner.http, NIP, signer(OFFICE))["status"]["code"] == 415
    ref = give(owner, "InvoiceWrite")
    assert owner.get(f"/permissions/operations/{ref}")["status"]["code"] == 200
    office = party(NIP, OFFICE)
    assert office.send(invoice("BIURO/1"))["status"]["code"] == 200
    own = party(OFFICE)
    assert own.send(invoice("BIURO/2"))["status"]["code"] == 410  # its own context, the client as seller
    listed = owner.post("/permissions/query/entities/grants", {})["permissions"]
    assert [each["permissionScope"] for each in listed] == ["InvoiceWrite"]
    owner.call("DELETE", f"/permissions/common/grants/{listed[0]['id']}")
    assert office.send(invoice("BIURO/3"))["status"]["code"] == 200  # rights are frozen in the token
    assert authenticated(owner.http, NIP, signer(OFFICE))["status"]["code"] == 415


def test_a_grant_takes_its_time(simulator: Running, owner: Party) -> None:
    simulator.store.settings["grant_seconds"] = 120
    ref = give(owner, "InvoiceWrite")
    assert owner.get(f"/permissions/operations/{ref}")["status"]["code"] == 100
    assert authenticated(owner.http, NIP, signer(OFFICE))["status"]["code"] == 415
    simulator.store.clock.shift = timedelta(seconds=121)
    assert owner.get(f"/permissions/operations/{ref}")["status"]["code"] == 200
    assert authenticated(owner.http, NIP, signer(OFFICE))["status"]["code"] == 200
    simulator.store.clock.shift = timedelta(days=31)
    assert owner.call("GET", f"/permissions/operations/{ref}").status_code == 410


def test_an_office_passes_its_right_on_to_its_people(owner: Party, party: Callable[..., Party]) -> None:
    worker = signer("9999999999")
    body = {
        "subjectIdentifier": {"type": "Nip", "value": "9999999999"},
        "targetIdentifier": {"type": "Nip", "value": NIP},
        "permissions": ["InvoiceWrite"],
        "description": "pracownik biura",
        "subjectDetails": PERSON,
    }
    party(OFFICE).post("/permissions/indirect/grants", body)
    give(owner, "InvoiceWrite", delegable=False)
    assert authenticated(owner.http, NIP, worker)["status"]["code"] == 415
    give(owner, "InvoiceWrite", delegable=True)
    assert party(NIP, worker).send(invoice())["status"]["code"] == 200


def test_self_billing_needs_an_authorization(owner: Party, party: Callable[..., Party]) -> None:
    buyer = party(BUYER)
    xml = invoice("SAMO/1").replace(b"<P_17>2", b"<P_17>1")
    assert b"<P_17>1" in xml
    assert buyer.send(xml)["status"]["code"] == 410
    body = {
        "subjectIdentifier": {"type": "Nip", "value": BUYER},
        "permission": "SelfInvoicing",
        "description": "samofakturowanie",
        "subjectDetails": DETAILS,
    }
    owner.post("/permissions/authorizations/grants", body)
    assert buyer.send(xml)["status"]["code"] == 200
    assert buyer.send(invoice("SAMO/2"))["status"]["code"] == 410  # not marked as self-billed
    granted = owner.post("/permissions/query/authorizations/grants", {"queryType": "Granted"})["authorizationGrants"]
    received = buyer.post("/permissions/query/authorizations/grants", {"queryType": "Received"})["authorizationGrants"]
    assert [each["authorizationScope"] for each in granted] == ["SelfInvoicing"]
    assert granted == received
    owner.call("DELETE", f"/permissions/authorizations/grants/{granted[0]['id']}")
    assert buyer.send(invoice("SAMO/3").replace(b"<P_17>2", b"<P_17>1"))["status"]["code"] == 410


def test_rights_that_lack_are_named(owner: Party, party: Callable[..., Party]) -> None:
    give(owner, "InvoiceRead")
    reader = party(NIP, OFFICE)
    told = reader.call("POST", "/sessions/online", {}).json()
    assert told["reasonCode"] == "missing-permissions"
    assert "InvoiceWrite" in told["security"]["requiredAnyOfPermissions"]
    assert told["security"]["presentPermissions"] == ["InvoiceRead"]
    foreign = owner.open()
    other = party(OFFICE).call("GET", f"/sessions/{foreign}").json()
    assert other["reasonCode"] == "insufficient-resource-access"


def test_sessions_of_others_need_introspection(owner: Party, party: Callable[..., Party]) -> None:
    session = owner.open()
    give(owner, "InvoiceWrite")
    office = party(NIP, OFFICE)
    assert office.get("/sessions?sessionType=Online")["sessions"] == []
    assert office.call("GET", f"/sessions/{session}").status_code == 403
    given(owner.http, "Introspection")
    watcher = party(NIP, OFFICE)
    assert [each["referenceNumber"] for each in watcher.get("/sessions?sessionType=Online")["sessions"]] == [session]


def test_test_data_permissions(owner: Party, party: Callable[..., Party]) -> None:
    given(owner.http, "InvoiceRead")
    assert party(NIP, OFFICE).search()["invoices"] == []
    body = {
        "contextIdentifier": {"type": "Nip", "value": NIP},
        "authorizedIdentifier": {"type": "Nip", "value": OFFICE},
    }
    good(owner.http.post("/testdata/permissions/revoke", json=body))
    assert authenticated(owner.http, NIP, signer(OFFICE))["status"]["code"] == 415


def given(http: httpx.Client, permission: str, who: tuple[str, str] = ("Nip", OFFICE)) -> None:
    body = {
        "contextIdentifier": {"type": "Nip", "value": NIP},
        "authorizedIdentifier": {"type": who[0], "value": who[1]},
        "permissions": [{"permissionType": permission, "description": "na próbę"}],
    }
    good(http.post("/testdata/permissions", json=body))


def person(**names: str) -> Signer:
    """A self-signed certificate of a person."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(ATTRIBUTES[name], value) for name, value in names.items()])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return Signer(made.sign(key, hashes.SHA256()), key)


def test_test_data_persons_own_their_nip_and_the_dead_sign_in_no_more(owner: Party) -> None:
    who = person(
        givenName="Jan", surname="Nowak", serialNumber=f"PNOPL-{PESEL}", commonName="Jan Nowak", countryName="PL"
    )
    assert authenticated(owner.http, NIP, who)["status"]["code"] == 415
    body = {"nip": NIP, "pesel": PESEL, "isBailiff": False, "description": "przedsiębiorca"}
    good(owner.http.post("/testdata/person", json=body))
    assert authenticated(owner.http, NIP, who)["status"]["code"] == 200
    again = owner.http.post("/testdata/person", json=body, headers={"X-Error-Format": "problem-details"})
    assert again.json()["errors"][0]["code"] == 30001
    good(owner.http.post("/testdata/person/remove", json={"nip": NIP}))
    good(owner.http.post("/testdata/person", json=body | {"isDeceased": True}))
    assert authenticated(owner.http, NIP, who)["status"]["code"] == 470


def test_test_data_groups_issue_for_their_units(owner: Party) -> None:
    unit = {"subjectNip": OFFICE, "description": "jednostka"}
    body = {"subjectNip": NIP, "subjectType": "VatGroup", "subunits": [unit], "description": "grupa VAT"}
    assert owner.send(invoice("G/1", OFFICE))["status"]["code"] == 410
    good(owner.http.post("/testdata/subject", json=body))
    assert owner.send(invoice("G/2", OFFICE))["status"]["code"] == 200
    roles = owner.get("/permissions/query/entities/roles")["roles"]
    below = owner.post("/permissions/query/subordinate-entities/roles", {})["roles"]
    assert ([each["role"] for each in roles], [each["role"] for each in below]) == (
        ["VatGroupUnit"],
        ["VatGroupSubUnit"],
    )
    good(owner.http.post("/testdata/subject/remove", json={"subjectNip": NIP}))
    assert owner.send(invoice("G/3", OFFICE))["status"]["code"] == 410


def test_blocked_contexts_end_in_480(owner: Party) -> None:
    body = {"contextIdentifier": {"type": "Nip", "value": NIP}}
    good(owner.http.post("/testdata/context/block", json=body))
    assert authenticated(owner.http, NIP, signer(NIP))["status"]["code"] == 480
    good(owner.http.post("/testdata/context/unblock", json=body))
    assert authenticated(owner.http, NIP, signer(NIP))["status"]["code"] == 200


def test_persons_subunits_and_eu_entities_are_granted_and_listed(owner: Party) -> None:
    fingerprint = "AB" * 32
    by_print = {
        "subjectDetailsType": "EntityByFingerprint",
        "entityByFp": {"fullName": "Firma EU", "address": "Berlin"},
    }
    common = {"description": "na próbę"}
    who = {"subjectIdentifier": {"type": "Pesel", "value": PESEL}, "subjectDetails": PERSON}
    owner.post("/permissions/persons/grants", common | who | {"permissions": ["InvoiceRead", "CredentialsRead"]})
    unit = {"contextIdentifier": {"type": "InternalId", "value": f"{NIP}-00001"}, "subunitName": "Oddział"}
    owner.post("/permissions/subunits/grants", common | who | unit)
    eu = {"subjectIdentifier": {"type": "Fingerprint", "value": fingerprint}, "subjectDetails": by_print}
    context = {"contextIdentifier": {"type": "NipVatUe", "value": f"{NIP}-DE123456789"}, "euEntityName": "Firma EU"}
    details = {"euEntityDetails": {"fullName": "Firma EU", "address": "Berlin"}}
    owner.post("/permissions/eu-entities/administration/grants", common | eu | context | details)
    owner.post("/permissions/eu-entities/grants", common | eu | {"permissions": ["InvoiceRead"]})
    asked = {"queryType": "PermissionsGrantedInCurrentContext"}
    persons = owner.post("/permissions/query/persons/grants", asked)["permissions"]
    units = owner.post("/permissions/query/subunits/grants", {})["permissions"]
    entities = owner.post("/permissions/query/eu-entities/grants", {})["permissions"]
    mine = owner.post("/permissions/query/personal/grants", {})
    assert {each["permissionScope"] for each in persons} == {"InvoiceRead", "CredentialsRead"}
    assert [each["subunitName"] for each in units] == ["Oddział"]
    assert {each["permissionScope"] for each in entities} == {"VatUeManage", "InvoiceRead", "InvoiceWrite"}
    assert (mine["permissions"], "InvoiceWrite" in mine["ownerPermissions"]) == ([], True)


def test_attachments_need_consent_and_a_batch(simulator: Running, owner: Party) -> None:
    attachment = (
        b"<Zalacznik><BlokDanych><MetaDane><ZKlucz>a</ZKlucz><ZWartosc>b</ZWartosc></MetaDane></BlokDanych></Zalacznik>"
    )

    def attached(number: str) -> bytes:
        return invoice(number).replace(b"</Faktura>", attachment + b"</Faktura>")

    assert owner.get("/permissions/attachments/status")["isAttachmentAllowed"] is False
    first = owner.batch({"1.xml": attached("Z/1")})
    assert fates(owner, first) == [415]
    good(owner.http.post("/testdata/attachment", json={"nip": NIP}))
    assert owner.get("/permissions/attachments/status")["isAttachmentAllowed"] is True
    assert fates(owner, owner.batch({"1.xml": attached("Z/1")})) == [200]
    assert owner.send(attached("Z/2"))["status"]["code"] == 415
    good(owner.http.post("/testdata/attachment/revoke", json={"nip": NIP, "expectedEndDate": "2026-01-01"}))
    told = owner.get("/permissions/attachments/status")
    assert (told["isAttachmentAllowed"], told["revokedDate"][:10]) == (False, "2026-01-01")
    assert fates(owner, owner.batch({"1.xml": attached("Z/3")})) == [415]


def fates(owner: Party, session: dict[str, Any]) -> list[int]:
    listed = owner.get(f"/sessions/{session['session']}/invoices")["invoices"]
    return [each["status"]["code"] for each in listed]


# --- certificates ----------------------------------------------------------------------------------------------------


def enrolled(owner: Party, kind: str, **changes: str) -> tuple[str, ec.EllipticCurvePrivateKey, dict[str, Any] | int]:
    """A certificate by CSR: its number, key and enrolment; or the code of the refusal."""
    subject = owner.get("/certificates/enrollments/data") | changes
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(ATTRIBUTES[each], value) for each, value in subject.items()])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    body = {
        "certificateName": "mostek na próbę",
        "certificateType": kind,
        "csr": b64encode(csr.public_bytes(Encoding.DER)).decode(),
    }
    answer = owner.call("POST", "/certificates/enrollments", body)
    if not answer.is_success:
        return "", key, int(answer.json()["errors"][0]["code"])
    told = owner.get(f"/certificates/enrollments/{answer.json()['referenceNumber']}")
    return told.get("certificateSerialNumber", ""), key, told


def retrieved(owner: Party, serial: str) -> x509.Certificate:
    found = owner.post("/certificates/retrieve", {"certificateSerialNumbers": [serial]})["certificates"]
    return x509.load_der_x509_certificate(b64decode(found[0]["certificate"]))


def test_certificates_are_enrolled_retrieved_and_sign_in(owner: Party, party: Callable[..., Party]) -> None:
    before = owner.get("/certificates/limits")
    serial, key, told = enrolled(owner, "Authentication")
    assert told["status"]["code"] == 200  # type: ignore[index]
    certificate = retrieved(owner, serial)
    assert f"{certificate.serial_number:016X}" == serial
    after = owner.get("/certificates/limits")
    assert before["certificate"]["remaining"] - after["certificate"]["remaining"] == 1
    login = authenticated(owner.http, NIP, Signer(certificate, key))
    assert (login["status"]["code"], login["authenticationMethod"]) == (200, "InternalCertificate")
    listed = owner.post("/certificates/query", {"type": "Authentication"})["certificates"]
    assert [(each["certificateSerialNumber"], each["status"]) for each in listed] == [(serial, "Active")]
    good(owner.call("POST", f"/certificates/{serial}/revoke", {"revocationReason": "Superseded"}))
    assert owner.refused("POST", f"/certificates/{serial}/revoke") == 25009
    revoked = authenticated(owner.http, NIP, Signer(certificate, key))
    assert revoked["status"]["details"] == ["Certyfikat odwołany"]


class Insistent(Signer):
    """Signs in by a certificate that the bridge itself would not use for that."""

    @property
    def identified(self) -> bool:
        return True


def test_an_offline_certificate_does_not_sign_in_and_one_can_expire(owner: Party) -> None:
    serial, key, _ = enrolled(owner, "Offline")
    login = authenticated(owner.http, NIP, Insistent(retrieved(owner, serial), key))
    assert (login["status"]["code"], login["status"]["details"]) == (460, ["Niepoprawny certyfikat"])
    serial, key, _ = enrolled(owner, "Authentication")
    good(owner.call("PUT", f"/testdata/certificates/{serial}", {"validTo": "2026-01-01T00:00:00Z"}))
    login = authenticated(owner.http, NIP, Signer(retrieved(owner, serial), key))
    assert login["status"]["details"] == ["Nieważny certyfikat"]
    assert (
        owner.post("/certificates/query", {"status": "Expired"})["certificates"][0]["certificateSerialNumber"] == serial
    )


def test_a_request_for_a_certificate_must_fit(simulator: Running, owner: Party) -> None:
    assert enrolled(owner, "Offline", commonName="Kto inny")[2] == 25003
    limit = {"subjectIdentifierType": "Nip", "enrollment": {"maxEnrollments": 1}, "certificate": {"maxCertificates": 5}}
    good(owner.call("POST", "/testdata/limits/subject/certificate", limit))
    assert owner.get("/limits/subject")["enrollment"]["maxEnrollments"] == 1
    simulator.store.settings["enrollment_seconds"] = 30
    serial, _, told = enrolled(owner, "Offline")
    assert (serial, told["status"]["code"]) == ("", 100)  # type: ignore[index]
    assert enrolled(owner, "Offline")[2] == 25006
    good(owner.call("DELETE", "/testdata/limits/subject/certificate"))
    assert owner.get("/limits/subject")["enrollment"]["maxEnrollments"] == 300


def test_the_pages_behind_qr_codes_verify(simulator: Running, owner: Party) -> None:
    serial, key, _ = enrolled(owner, "Offline")
    told = owner.send(invoice("QR/1"), offlineMode=True)
    code = told["invoiceHash"].replace("+", "-").replace("/", "_").rstrip("=")
    page = httpx.get(f"{simulator.url}/invoice/{NIP}/11-05-2026/{code}")
    assert page.json()["ksefNumber"] == told["ksefNumber"]
    assert httpx.get(f"{simulator.url}/invoice/{NIP}/12-05-2026/{code}").status_code == 404
    signed = f"{simulator.url.removeprefix('http://')}/certificate/Nip/{NIP}/{NIP}/{serial}/{code}"
    der = key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    raw = b"".join(half.to_bytes(32, "big") for half in decode_dss_signature(der))
    for signature in (raw, der):
        text = b64encode(signature).decode().replace("+", "-").replace("/", "_").rstrip("=")
        assert httpx.get(f"http://{signed}/{text}").json() == {"valid": True, "reason": ""}
    wrong = b64encode(b"x" * 64).decode().rstrip("=")
    assert httpx.get(f"http://{signed}/{wrong}").json()["reason"] == "podpis jest nieprawidłowy"
    good(owner.call("POST", f"/certificates/{serial}/revoke", {}))
    assert httpx.get(f"http://{signed}/{text}").json()["reason"] == "certyfikat nie jest ważny"


# --- policies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("allowed", "status"), [("10.0.0.0/8", 403), ("127.0.0.1", 200), ("127.0.0.0-127.0.0.9", 200)])
def test_addresses_that_may_call(allowed: str, status: int, owner: Party) -> None:
    kind = "ip4Masks" if "/" in allowed else "ip4Ranges" if "-" in allowed else "ip4Addresses"
    made = owner.post("/tokens", {"permissions": ["InvoiceRead"], "description": "token biura"})
    answer = by_token(owner.http, made["token"], {"allowedIps": {kind: [allowed]}})
    told = owner.http.get(f"/auth/{answer['referenceNumber']}", headers=answer["bearer"])
    assert told.status_code == status
    if status == 403:
        assert told.json()["reasonCode"] == "ip-not-allowed"


def by_token(http: httpx.Client, token: str, policy: Any = None, curve: str = "") -> dict[str, Any]:
    """A sign-in by KSeF token begun; the answer and its bearer."""
    challenge = http.post("/auth/challenge").json()
    listed = http.get("/security/public-key-certificates").json()
    key = max((each for each in listed if "KsefTokenEncryption" in each["usage"]), key=lambda each: each["validFrom"])
    certificate, millis = key["certificate"], challenge["timestampMs"]
    if curve:
        sealed = crypto.encrypt_ksef_token_ec(certificate, token, millis, output_format=curve)
    else:
        sealed = crypto.encrypt_ksef_token_rsa(certificate, token, millis)
    body = {
        "challenge": challenge["challenge"],
        "contextIdentifier": {"type": "Nip", "value": NIP},
        "encryptedToken": b64encode(sealed).decode(),
        "publicKeyId": key["publicKeyId"],
    }
    begun: dict[str, Any] = good(
        http.post("/auth/ksef-token", json=body | ({"authorizationPolicy": policy} if policy else {}))
    ).json()
    return begun | {"bearer": {"Authorization": f"Bearer {begun['authenticationToken']['token']}"}}


def login_code(http: httpx.Client, begun: dict[str, Any]) -> tuple[int, list[str]]:
    told = good(http.get(f"/auth/{begun['referenceNumber']}", headers=begun["bearer"])).json()["status"]
    return told["code"], told.get("details", [])


@pytest.mark.parametrize("curve", ["java", "csharp"])
def test_tokens_by_a_key_of_the_curve(curve: str, simulator: Running, owner: Party) -> None:
    made = owner.post("/tokens", {"permissions": ["InvoiceRead"], "description": "token biura"})
    simulator.admin.post("/_sim/keys", json={"usage": "KsefTokenEncryption", "curve": True}).raise_for_status()
    assert login_code(owner.http, by_token(owner.http, made["token"], curve=curve)) == (200, [])


def test_tokens_are_pending_active_revoked(simulator: Running, owner: Party, party: Callable[..., Party]) -> None:
    simulator.store.settings["token_activation_seconds"] = 60
    made = owner.post("/tokens", {"permissions": ["InvoiceRead"], "description": "token biura"})
    assert login_code(owner.http, by_token(owner.http, made["token"])) == (450, ["Token nieaktywny"])
    simulator.store.clock.shift = timedelta(seconds=61)
    assert login_code(owner.http, by_token(owner.http, made["token"])) == (200, [])
    good(owner.call("DELETE", f"/tokens/{made['referenceNumber']}"))
    assert login_code(owner.http, by_token(owner.http, made["token"])) == (450, ["Token unieważniony"])
    give(owner, "InvoiceRead")
    office = party(NIP, OFFICE)
    assert office.refused("POST", "/tokens", {"permissions": ["InvoiceWrite"], "description": "za dużo"}) == 26001
