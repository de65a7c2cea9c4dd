"""The rest of the boxes of protocol.md 12.1 to 12.3, each over real HTTP."""

from __future__ import annotations

import hashlib
import re
import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from bridge.ksef.crypto import seal as sealed
from bridge.sandbox import Running
from bridge.sandbox.identity import seal
from tests.support.party import BUYER, FORM, KEY, NIP, Party, authenticated, good, hash_of, invoice, packed, signer

# --- platform --------------------------------------------------------------------------------------------------------


def test_a_clock_file_of_another_zone_shows_the_same_moment(tmp_path: Path) -> None:
    clock = tmp_path / "clock.json"
    real = datetime.now(UTC).isoformat()
    clock.write_text(f'{{"real": "{real}", "shows": "2026-05-11T10:00:00+02:00", "speed": 0}}', "utf-8")
    with Running(clock=clock) as running:
        told = running.admin.post("/v2/auth/challenge").json()
    assert told["timestamp"].startswith("2026-05-11T08:00:00")


def test_one_clock_by_http_and_by_file(tmp_path: Path) -> None:
    clock = tmp_path / "clock.json"
    with Running(clock=clock) as first:
        first.admin.post("/_sim/clock", json={"at": "2026-05-11T08:00:00+00:00", "speed": 3600}).raise_for_status()
        with Running(clock=clock) as second:
            told = [datetime.fromisoformat(each.admin.get("/_sim/clock").json()["now"]) for each in (first, second)]
    assert told[1] - told[0] < timedelta(hours=1)
    assert all(datetime(2026, 5, 11, 8, tzinfo=UTC) <= each < datetime(2026, 5, 11, 12, tzinfo=UTC) for each in told)


def test_a_seed_repeats_the_numbers(simulator: Running, party: Callable[..., Party]) -> None:
    made = []
    for _ in range(2):
        simulator.admin.post("/_sim/reset", json={"seed": 11}).raise_for_status()
        simulator.store.clock.frozen = datetime(2026, 5, 11, 12, tzinfo=UTC)
        made.append(party().send(invoice())["ksefNumber"])
    assert made[0] == made[1]


def test_a_trailing_slash_is_another_path(loose: httpx.Client) -> None:
    assert loose.post("/auth/challenge/").status_code == 404


def test_the_official_client_s_pascal_case_is_taken(simulator: Running, owner: Party, loose: httpx.Client) -> None:
    """What ksef-client-csharp sends: names in PascalCase, enumerations as it likes them, old feature headers."""

    def pascal(value: Any) -> Any:
        if isinstance(value, dict):
            return {name[:1].upper() + name[1:]: pascal(each) for name, each in value.items()}
        return [pascal(each) for each in value] if isinstance(value, list) else value

    person = Party(simulator, loose, NIP, owner.tokens)
    old = {"X_KSeF_Feature": "include-metadata", "X_Error_Format": "problem-details"}
    opened = person.call(
        "POST", "/sessions/online", pascal({"formCode": FORM, "encryption": person.encryption()}), **old
    )
    ref = good(opened).json()["referenceNumber"]
    sent = good(person.call("POST", f"/sessions/online/{ref}/invoices", pascal(person.body(invoice())), **old)).json()
    assert person.get(f"/sessions/{ref}/invoices/{sent['referenceNumber']}")["status"]["code"] == 200
    asked = {
        "SubjectType": "subject1",
        "DateRange": {"DateType": "issue", "From": "2026-05-01T00:00:00Z", "To": "2026-06-01T00:00:00Z"},
    }
    found = good(person.call("POST", "/invoices/query/metadata", asked)).json()
    assert [each["invoiceNumber"] for each in found["invoices"]] == ["FV/1"]
    body = {"Permissions": ["invoiceread"], "Description": "token biura"}
    assert person.call("POST", "/tokens", body).status_code == 202


def test_system_warnings_are_echoed_when_a_test_asks(owner: Party) -> None:
    told = owner.call("GET", "/rate-limits", X_Test_System_Warning="[sig-001]: na probe")
    assert told.headers["X-System-Warning"] == "[sig-001]: na probe"


# --- signatures ------------------------------------------------------------------------------------------------------

C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
NEW = "http://www.w3.org/2007/05/xmldsig-more#"
LATEST = "http://www.w3.org/2021/04/xmldsig-more#"
DIGESTS = {
    "sha1": "http://www.w3.org/2000/09/xmldsig#sha1",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": f"{MORE}sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
    "sha3-256": f"{NEW}sha3-256",
    "sha3-384": f"{NEW}sha3-384",
    "sha3-512": f"{NEW}sha3-512",
}
HASHES: dict[str, Any] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3-256": hashes.SHA3_256(),
    "sha3-384": hashes.SHA3_384(),
    "sha3-512": hashes.SHA3_512(),
}
METHODS = (
    *(("rsa", name, f"{MORE}rsa-{name}") for name in ("sha256", "sha384", "sha512")),
    ("rsa", "sha1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    *(("pss", name, f"{NEW}{name}-rsa-MGF1") for name in HASHES if name != "sha1"),
    *(("ec", name, f"{MORE}ecdsa-{name}") for name in ("sha256", "sha384", "sha512")),
    *(("ec", name, f"{LATEST}ecdsa-{name}") for name in ("sha3-256", "sha3-384", "sha3-512")),
)
PAIRS = {kind: seal(NIP, "Firma Testowa", datetime.now(UTC), key=kind) for kind in ("ec", "rsa")}


def digest(name: str, content: bytes) -> str:
    return b64encode(hashlib.new(name.replace("-", "_"), content).digest()).decode()


def canonical(node: Any) -> bytes:
    made: bytes = etree.tostring(node, method="c14n", exclusive=True)
    return made


def signed(challenge: str, kind: str, name: str, method: str, *, enveloping: bool = False, bound: bool = True) -> bytes:
    """An AuthTokenRequest under any of the algorithms, enveloped or enveloping; with the certificate bound or not."""
    key, certificate = PAIRS["ec" if kind == "ec" else "rsa"]
    der = certificate.public_bytes(Encoding.DER)
    request = (
        f'<AuthTokenRequest xmlns="http://ksef.mf.gov.pl/auth/token/2.1"><Challenge>{challenge}</Challenge>'
        f"<ContextIdentifier><Nip>{NIP}</Nip></ContextIdentifier>"
        "<SubjectIdentifierType>certificateSubject</SubjectIdentifierType></AuthTokenRequest>"
    )
    binding = f'<ds:DigestMethod Algorithm="{DIGESTS[name]}"/><ds:DigestValue>{digest(name, der)}</ds:DigestValue>'
    cert = f"<xades:SigningCertificate><xades:Cert><xades:CertDigest>{binding}</xades:CertDigest></xades:Cert></xades:SigningCertificate>"
    inside = f'<ds:Object Id="o">{request}</ds:Object>' if enveloping else ""
    uri, way = (
        ("#o", "")
        if enveloping
        else ("", '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>')
    )
    reference = (
        '<ds:Reference URI="{0}"{1}><ds:Transforms>{2}<ds:Transform Algorithm="' + C14N + '"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{DIGESTS[name]}"/><ds:DigestValue></ds:DigestValue></ds:Reference>'
    )
    typed = ' Type="http://uri.etsi.org/01903#SignedProperties"'
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="Signature"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{C14N}"/><ds:SignatureMethod Algorithm="{method}"/>'
        f"{reference.format(uri, '', way)}{reference.format('#sp', typed, '')}</ds:SignedInfo><ds:SignatureValue/>"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f'{inside}<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#Signature">'
        f'<xades:SignedProperties Id="sp"><xades:SignedSignatureProperties>{cert if bound else ""}</xades:SignedSignatureProperties>'
        "</xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>"
    )
    root = etree.fromstring(
        signature if enveloping else request.replace("</AuthTokenRequest>", f"{signature}</AuthTokenRequest>")
    )
    info, properties = next(root.iter("{*}SignedInfo")), next(root.iter("{*}SignedProperties"))
    first = next(each for each in root.iter("{*}Object")) if enveloping else etree.fromstring(request)
    for value, node in zip(root.iter("{*}DigestValue"), (first, properties), strict=False):
        value.text = digest(name, canonical(node))
    next(root.iter("{*}SignatureValue")).text = b64encode(_value(key, kind, name, canonical(info))).decode()
    return etree.tostring(root, encoding="UTF-8")


def _value(key: Any, kind: str, name: str, content: bytes) -> bytes:
    algorithm = HASHES[name]
    if kind == "ec":
        halves = decode_dss_signature(key.sign(content, ec.ECDSA(algorithm)))
        return b"".join(half.to_bytes(32, "big") for half in halves)
    assert isinstance(key, rsa.RSAPrivateKey)
    pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    return key.sign(content, pss if kind == "pss" else padding.PKCS1v15(), algorithm)


def submitted(http: httpx.Client, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/xml", "X-Error-Format": "problem-details"}
    return http.post("/auth/xades-signature", content=body, headers=headers)


@pytest.mark.parametrize(("kind", "name", "method"), METHODS, ids=[f"{kind}-{name}" for kind, name, _ in METHODS])
def test_signatures_by_every_algorithm(
    kind: str, name: str, method: str, simulator: Running, http: httpx.Client
) -> None:
    simulator.store.settings["sha1"] = name == "sha1"
    challenge = http.post("/auth/challenge").json()["challenge"]
    assert submitted(http, signed(challenge, kind, name, method)).status_code == 202


def test_enveloping_signatures_and_sha1_and_loose_ones(simulator: Running, http: httpx.Client) -> None:
    def code(**how: Any) -> int | str:
        challenge = http.post("/auth/challenge").json()["challenge"]
        answer = submitted(http, signed(challenge, **how))
        warned = answer.headers.get("X-System-Warning", "")
        return warned or (answer.json()["errors"][0]["code"] if answer.status_code == 400 else answer.status_code)

    usual = {"kind": "ec", "name": "sha256", "method": f"{MORE}ecdsa-sha256"}
    assert code(**usual, enveloping=True) == 202
    assert code(kind="rsa", name="sha1", method="http://www.w3.org/2000/09/xmldsig#rsa-sha1") == 9105
    assert code(**usual, bound=False) == 9105
    simulator.store.settings["strict_xades"] = False
    assert str(code(**usual, bound=False)).startswith("[sig-001]: ")


def test_slow_checks_of_certificates(simulator: Running, http: httpx.Client) -> None:
    simulator.store.settings["auth_seconds"] = 30
    begun = authenticated(http, NIP, signer(NIP))
    assert begun["status"]["code"] == 100
    simulator.store.clock.shift = timedelta(seconds=31)
    assert good(http.post("/auth/token/redeem", headers=begun["bearer"])).status_code == 200


# --- sending ---------------------------------------------------------------------------------------------------------


def test_technical_corrections(simulator: Running, owner: Party) -> None:
    refused = owner.send(invoice("TK/1").replace(b"<P_12>23", b"<P_12>24"), offlineMode=True)
    original = refused["invoiceHash"]
    assert refused["status"]["code"] == 450
    session = owner.open()
    corrected = owner.send(invoice("TK/1"), session, offlineMode=True, hashOfCorrectedInvoice=original)
    assert (corrected["status"]["code"], corrected["invoicingMode"]) == (200, "Offline")
    path = f"/sessions/online/{session}/invoices"
    again = owner.body(invoice("TK/2"), offlineMode=True, hashOfCorrectedInvoice=original)
    assert owner.refused("POST", path, again) == 21166
    accepted = owner.body(invoice("TK/3"), offlineMode=True, hashOfCorrectedInvoice=corrected["invoiceHash"])
    assert owner.refused("POST", path, accepted) == 21167
    online = owner.body(invoice("TK/4"), hashOfCorrectedInvoice=original)
    assert owner.refused("POST", path, online) == 21405
    code = original.replace("+", "-").replace("/", "_").rstrip("=")
    page = httpx.get(f"{simulator.url}/invoice/{NIP}/11-05-2026/{code}").json()
    assert page["ksefNumber"] == corrected["ksefNumber"]  # the old code leads to the new invoice
    span = {"dateType": "Issue", "from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}
    assert owner.search(dateRange=span)["invoices"][0]["hashOfCorrectedInvoice"] == original


def test_offline_as_declared_or_by_the_day(simulator: Running, owner: Party) -> None:
    simulator.store.clock.frozen = datetime(2026, 5, 11, 12, tzinfo=UTC)
    assert owner.send(invoice("D/1"))["invoicingMode"] == "Online"
    assert owner.send(invoice("D/2"), offlineMode=True)["invoicingMode"] == "Offline"
    simulator.store.clock.frozen = datetime(2026, 5, 12, 12, tzinfo=UTC)
    assert owner.send(invoice("D/3"))["invoicingMode"] == "Offline"
    told = owner.batch({"1.xml": invoice("D/4")}, offlineMode=True)
    listed = owner.get(f"/sessions/{told['session']}/invoices")["invoices"][0]
    assert (listed["invoicingMode"], listed["invoiceFileName"]) == ("Offline", "1.xml")


BATCHES: dict[str, tuple[dict[str, bytes], int]] = {
    "three good ones": ({f"{place}.xml": invoice(f"B/{place}") for place in range(3)}, 200),
    "one of two good": ({"1.xml": invoice("B/1"), "2.xml": b"<x/>"}, 200),
    "none good": ({"1.xml": b"<x/>"}, 445),
    "empty": ({}, 440),
    "with a folder": ({"a/1.xml": invoice()}, 430),
}


@pytest.mark.parametrize("kind", ["Zip", "TarGz"])
@pytest.mark.parametrize("name", BATCHES)
def test_batches(name: str, kind: str, owner: Party) -> None:
    files, code = BATCHES[name]
    assert owner.batch(files, kind)["status"]["code"] == code


def test_batches_that_are_not_what_they_say(owner: Party) -> None:
    opened = owner.open_batch({"1.xml": invoice()})
    assert owner.upload(opened | {"content": b"x" * len(opened["content"])}).status_code == 201
    close = f"/sessions/batch/{opened['referenceNumber']}/close"
    assert owner.call("POST", close).status_code == 204
    assert owner.get(f"/sessions/{opened['referenceNumber']}")["status"]["code"] == 405
    zipped = packed({"1.xml": invoice()}, "Zip")
    for said, key, code in (("TarGz", KEY, 430), ("Zip", b"o" * 32, 435)):
        part = sealed(zipped, key, b"i" * 16)
        parts = [{"ordinalNumber": 1, "fileSize": part.encrypted_size, "fileHash": part.encrypted_hash}]
        package = {"fileSize": len(zipped), "fileHash": part.hash, "compressionType": said, "fileParts": parts}
        body = {"formCode": FORM, "batchFile": package, "encryption": owner.encryption()}
        begun = owner.post("/sessions/batch", body) | {"content": b64decode(part.encrypted)}
        owner.upload(begun)
        owner.call("POST", f"/sessions/batch/{begun['referenceNumber']}/close")
        assert owner.get(f"/sessions/{begun['referenceNumber']}")["status"]["code"] == code
    many = package | {"fileParts": [parts[0] | {"ordinalNumber": place} for place in range(1, 52)]}
    assert owner.refused("POST", "/sessions/batch", body | {"batchFile": many}) == 21161
    large = package | {"fileParts": [parts[0] | {"fileSize": 100_000_017}]}
    assert owner.refused("POST", "/sessions/batch", body | {"batchFile": large}) == 21157


def test_sessions_end_by_themselves(simulator: Running, owner: Party) -> None:
    full, empty, batch = owner.open(), owner.open(), owner.open_batch({"1.xml": invoice()})["referenceNumber"]
    owner.send(invoice(), full)
    simulator.store.clock.shift = timedelta(hours=12, minutes=1)
    told = [owner.get(f"/sessions/{ref}")["status"] for ref in (full, empty, batch)]
    assert [each["code"] for each in told] == [200, 440, 440]
    assert told[1]["details"] == ["Nie przesłano faktur"]
    assert told[2]["details"] == ["Przekroczono czas wysyłki"]


def test_lists_of_sessions_by_every_filter(simulator: Running, owner: Party) -> None:
    simulator.store.settings["limits"] = False
    simulator.store.clock.frozen = datetime(2026, 5, 11, 12, tzinfo=UTC)
    done = owner.send(invoice())["session"]
    owner.call("POST", f"/sessions/online/{done}/close")
    simulator.store.clock.frozen = datetime(2026, 5, 11, 13, tzinfo=UTC)
    failed = owner.send(b"<x/>")["session"]
    owner.call("POST", f"/sessions/online/{failed}/close")
    empty = owner.open()
    owner.call("POST", f"/sessions/online/{empty}/close")
    open_ = owner.open()

    def found(query: str) -> set[str]:
        return {each["referenceNumber"] for each in owner.get(f"/sessions?sessionType=Online{query}")["sessions"]}

    assert found("&statuses=InProgress") == {open_}
    assert found("&statuses=Succeeded&statuses=Failed") == {done, failed}
    assert found("&statuses=Cancelled") == {empty}
    assert found(f"&referenceNumber={failed}") == {failed}
    assert found("&dateCreatedTo=2026-05-11T12:30:00Z") == {done}
    assert found("&dateClosedFrom=2026-05-11T12:30:00Z") == {failed, empty}
    assert found("&dateModifiedFrom=2026-05-11T12:30:00Z") == {failed, empty, open_}
    assert owner.get("/sessions?sessionType=Batch")["sessions"] == []
    assert owner.call("GET", "/sessions?sessionType=Online&pageSize=5").status_code == 400
    wrong = owner.call("GET", "/sessions?sessionType=Online", x_continuation_token="abc-10")
    assert wrong.json()["errors"][0]["code"] == 21418


def test_pages_of_a_thousand(simulator: Running, owner: Party) -> None:
    simulator.store.settings["limits"] = False
    told = owner.batch({f"{place}.xml": invoice(f"K/{place}") for place in range(1010)}, "TarGz")
    first = owner.get(f"/sessions/{told['session']}/invoices?pageSize=1000")
    rest = owner.get(
        f"/sessions/{told['session']}/invoices?pageSize=1000", x_continuation_token=first["continuationToken"]
    )
    assert (len(first["invoices"]), len(rest["invoices"]), "continuationToken" in rest) == (1000, 10, False)


@pytest.mark.parametrize(
    ("code", "schema", "value"),
    [
        ("FA (2)", "1-0E", "FA"),
        ("PEF (3)", "2-1", "PEF"),
        ("PEF_KOR (3)", "2-1", "PEF"),
        ("FA_RR (1)", "1-1E", "FA_RR"),
    ],
)
def test_other_forms(code: str, schema: str, value: str, owner: Party) -> None:
    form = {"systemCode": code, "schemaVersion": schema, "value": value}
    session = owner.open(form)
    if code == "FA (2)":
        assert owner.send(invoice(), session)["status"]["code"] == 450  # the namespace is another form's
    body = {"formCode": form, "batchFile": {}, "encryption": owner.encryption()}
    package = {
        "fileSize": 1,
        "fileHash": hash_of(b""),
        "fileParts": [{"ordinalNumber": 1, "fileSize": 1, "fileHash": hash_of(b"")}],
    }
    answer = owner.call("POST", "/sessions/batch", body | {"batchFile": package})
    assert answer.is_success == (value != "PEF")


def test_check_digits_by_the_feature_header(owner: Party) -> None:
    wrong = invoice().replace(b"<NIP>2222222222", b"<NIP>2222222223")
    strict = owner.open(X_KSeF_Feature="subject-identifier-validation")
    assert (owner.send(wrong, strict)["status"]["code"], owner.send(wrong)["status"]["code"]) == (450, 200)


def test_limits_can_be_set_like_test_data(owner: Party) -> None:
    session = {"maxInvoiceSizeInMB": 0, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 1}
    body = {"onlineSession": session, "batchSession": session, "collectiveIdentifier": {"maxInvoices": 10}}
    good(owner.call("POST", "/testdata/limits/context/session", body))
    assert owner.get("/limits/context")["onlineSession"]["maxInvoices"] == 1
    opened = owner.open()
    assert owner.send(invoice(), opened)["status"]["code"] == 430
    assert owner.refused("POST", f"/sessions/online/{opened}/invoices", owner.body(invoice())) == 21155
    good(owner.call("DELETE", "/testdata/limits/context/session"))
    assert owner.get("/limits/context")["onlineSession"]["maxInvoices"] == 10000
    rates = owner.get("/rate-limits")
    changed = {
        "rateLimits": {
            name: each
            for name, each in rates.items()
            if not name.endswith("Close") and name not in ("anonymous", "global")
        }
    }
    changed["rateLimits"]["sessionList"] = {"perSecond": 1, "perMinute": 1, "perHour": 1}
    good(owner.call("POST", "/testdata/rate-limits", changed))
    answers = [owner.call("GET", "/sessions?sessionType=Online") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 429, 429]
    assert int(answers[2].headers["Retry-After"]) >= int(answers[1].headers["Retry-After"])
    good(owner.call("POST", "/testdata/rate-limits/production"))
    assert owner.get("/rate-limits") == rates


def test_windows_slide_with_the_clock(simulator: Running, owner: Party) -> None:
    assert [owner.call("GET", "/sessions?sessionType=Online").status_code for _ in range(6)] == [200] * 5 + [429]
    simulator.store.clock.shift = timedelta(seconds=70)
    assert owner.call("GET", "/sessions?sessionType=Online").status_code == 200


# --- UPO, collective identifiers, Peppol ------------------------------------------------------------------------------


def test_upo_signed_and_named_as_the_test_environments_do(simulator: Running, owner: Party) -> None:
    simulator.store.settings |= {"upo_signed": True, "upo_suffix": " - środowisko testowe (TE)"}
    told = owner.send(invoice())
    root = etree.fromstring(httpx.get(told["upoDownloadUrl"]).content)
    assert "środowisko testowe" in str(root.findtext("{*}NazwaPodmiotuPrzyjmujacego"))
    signature = root.find("{*}Signature")
    assert signature is not None
    wanted = signature.findtext("{*}SignedInfo/{*}Reference/{*}DigestValue")
    root.remove(signature)
    assert b64encode(hashlib.sha256(etree.tostring(root, method="c14n", exclusive=True)).digest()).decode() == wanted


def test_collective_identifiers(owner: Party, party: Callable[..., Party]) -> None:
    numbers = [owner.send(invoice(f"IZ/{place}"))["ksefNumber"] for place in range(2)]
    listed = [{"ksefNumber": number} for number in numbers]
    made = owner.post("/collective-identifiers", {"invoices": listed})["collectiveIdentifierNumber"]
    assert re.fullmatch(rf"{NIP}-IZ\d{{6}}-[0-9A-F]{{12}}-[0-9A-F]{{2}}", made)
    assert owner.refused("POST", "/collective-identifiers", {"invoices": [listed[0]] * 2}) == 71005
    missing = {"ksefNumber": f"{NIP}-20260511-000000000000-00"}
    assert owner.refused("POST", "/collective-identifiers", {"invoices": [listed[0], missing]}) == 71001
    now = datetime.now(UTC)
    span = {
        "dateCreatedFrom": (now - timedelta(days=1)).isoformat(),
        "dateCreatedTo": (now + timedelta(days=1)).isoformat(),
    }
    found = owner.post("/collective-identifiers/query", span)["collectiveIdentifiers"]
    assert [(each["collectiveIdentifierNumber"], each["invoiceCount"]) for each in found] == [(made, 2)]
    inside = owner.post("/collective-identifiers/invoices", {"collectiveIdentifierNumbers": [made]})["invoices"]
    assert [each["ksefNumber"] for each in inside] == numbers
    of_one = owner.get(f"/collective-identifiers/ksef/{numbers[0]}")["collectiveIdentifiers"]
    assert [each["collectiveIdentifierNumber"] for each in of_one] == [made]
    hidden = party(BUYER).post("/collective-identifiers/invoices", {"collectiveIdentifierNumbers": [made]})["invoices"]
    assert all(each["detailsHidden"] for each in hidden)


def test_peppol_providers(http: httpx.Client) -> None:
    assert len(good(http.get("/peppol/query")).json()["peppolProviders"]) == 2


# --- around the API --------------------------------------------------------------------------------------------------


def test_the_page_for_demonstrations(simulator: Running, owner: Party) -> None:
    number = owner.send(invoice("STRONA/1"))["ksefNumber"]
    shown = simulator.admin.get("/_sim").text
    assert "STRONA/1" in shown
    assert number in shown


def test_traffic_as_a_har(simulator: Running, owner: Party) -> None:
    simulator.admin.post("/_sim/settings", json={"record": True}).raise_for_status()
    owner.open()
    entry = simulator.admin.get("/_sim/har").json()["log"]["entries"][-1]
    assert (entry["request"]["method"], entry["response"]["status"]) == ("POST", 201)
    assert "formCode" in entry["request"]["postData"]["text"]
    assert owner.tokens["accessToken"]["token"] not in simulator.admin.get("/_sim/har").text


def test_a_har_is_replayed_call_by_call(simulator: Running, loose: httpx.Client) -> None:
    simulator.admin.post("/_sim/settings", json={"record": True}).raise_for_status()
    first, second = (loose.post("/auth/challenge").json()["challenge"] for _ in range(2))
    har = simulator.admin.get("/_sim/har").json()
    simulator.reset()
    simulator.admin.post("/_sim/replay", json=har).raise_for_status()
    told = [loose.post("/auth/challenge").json()["challenge"] for _ in range(3)]
    assert told[:2] == [first, second]
    assert told[2] not in (first, second)
    assert simulator.admin.post("/_sim/replay", json={"log": 1}).status_code == 400


def test_tls_with_an_authority_of_its_own_and_a_swap(tmp_path: Path) -> None:
    with Running(tls=tmp_path) as running:
        assert running.tls
        assert running.url.startswith("https://")
        port = int(running.url.rpartition(":")[2])
        before = ssl.get_server_certificate(("127.0.0.1", port))
        running.tls.swap()
        after = ssl.get_server_certificate(("127.0.0.1", port))
        with httpx.Client(verify=running.tls.trusting()) as client:
            assert client.post(f"{running.url}/v2/auth/challenge").status_code == 200
    assert before != after
    assert (
        x509.load_pem_x509_certificate(after.encode()).issuer
        == x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes()).subject
    )
