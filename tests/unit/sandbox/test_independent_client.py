"""An independent client, the SDK `ksef-client`, runs the main road against the simulator."""

from __future__ import annotations

import io
import socket
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from ksef_client.client import KsefClient
from ksef_client.config import KsefClientOptions
from ksef_client.models import (
    EnrollCertificateRequest,
    FormCode,
    InvoiceExportRequest,
    InvoiceQueryDateRange,
    InvoiceQueryFilters,
    RetrieveCertificatesRequest,
)
from ksef_client.services import (
    AuthCoordinator,
    BatchSessionWorkflow,
    ExportWorkflow,
    OnlineSessionWorkflow,
    XadesKeyPair,
)
from ksef_client.services.crypto import build_encryption_data
from ksef_client.services.csr import generate_csr_ec

from bridge.sandbox import Running
from bridge.sandbox.identity import packed, seal

NIP, HOST = "1111111111", "ksef-sim.test"
FORM = FormCode(system_code="FA (3)", schema_version="1-0E", value="FA")
INVOICE = (Path(__file__).parents[1] / "fa3" / "xml" / "golden" / "vat.xml").read_bytes()


def invoice(number: str) -> bytes:
    return INVOICE.replace(b"FV/1/05/2026", number.encode())


@pytest.fixture
def client(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[KsefClient]:
    """The SDK refuses loopback hosts, so the simulator gets a name within this process."""
    real = socket.getaddrinfo

    def named(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", named)
    port = simulator.url.rpartition(":")[2]
    base = f"http://{HOST}:{port}"
    options = KsefClientOptions(
        base_url=base,
        base_qr_url=base,
        base_lighthouse_url=f"{base}/latarnia",
        strict_presigned_url_validation=False,
        allow_private_network_presigned_urls=True,
    )
    with KsefClient(options) as made:
        yield made


@pytest.fixture(params=["ec", "rsa"])
def signed_in(request: pytest.FixtureRequest, client: KsefClient) -> str:
    pair = XadesKeyPair.from_pkcs12_bytes(
        pkcs12_bytes=packed(*seal(NIP, "Firma Testowa", datetime.now(UTC), key=request.param), "haslo"),
        pkcs12_password="haslo",
    )
    done = AuthCoordinator(client.auth).authenticate_with_xades_key_pair(
        key_pair=pair,
        context_identifier_type="nip",
        context_identifier_value=NIP,
        subject_identifier_type="certificateSubject",
        poll_interval_seconds=0.1,
    )
    return done.access_token


def key(client: KsefClient, usage: str) -> tuple[str, str]:
    found = next(each for each in client.security.get_public_key_certificates() if usage in str(each.usage))
    return found.certificate, found.public_key_id


def test_interactive_session_with_its_three_fates_and_upo(client: KsefClient, signed_in: str) -> None:
    certificate, key_id = key(client, "SymmetricKeyEncryption")
    work = OnlineSessionWorkflow(client.sessions)
    session = work.open_session(
        form_code=FORM, public_certificate=certificate, public_key_id=key_id, access_token=signed_in
    )
    codes = []
    for xml in (invoice("SDK/1"), invoice("SDK/1"), invoice("SDK/2").replace(b"<P_12>23", b"<P_12>24")):
        sent = work.send_invoice(
            session_reference_number=session.reference_number,
            invoice_xml=xml,
            encryption_data=session.encryption_data,
            access_token=signed_in,
        )
        told = client.sessions.get_session_invoice_status(
            session.reference_number, sent.reference_number, access_token=signed_in
        )
        codes.append(told.status.code)
        if told.status.code == 200:
            upo = client.sessions.get_session_invoice_upo_by_ref(
                session.reference_number, sent.reference_number, access_token=signed_in
            )
            assert b"SDK/1" in (upo if isinstance(upo, bytes) else upo.content)
    work.close_session(session.reference_number, signed_in)
    assert codes == [200, 440, 450]
    assert client.sessions.get_session_status(session.reference_number, access_token=signed_in).status.code == 200


def test_sign_in_by_token(client: KsefClient, simulator: Running, access: dict[str, str]) -> None:
    body = {"permissions": ["InvoiceWrite"], "description": "token do testu"}
    made = httpx.post(f"{simulator.url}/v2/tokens", json=body, headers=access).json()
    certificate, key_id = key(client, "KsefTokenEncryption")
    done = AuthCoordinator(client.auth).authenticate_with_ksef_token(
        token=made["token"],
        public_certificate=certificate,
        public_key_id=key_id,
        context_identifier_type="nip",
        context_identifier_value=NIP,
        poll_interval_seconds=0.1,
    )
    assert done.access_token


@pytest.mark.parametrize("signed_in", ["ec"], indirect=True)
def test_batch_session(client: KsefClient, signed_in: str, simulator: Running) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for number in range(3):
            out.writestr(f"{number}.xml", invoice(f"SDK/B/{number}"))
    certificate, key_id = key(client, "SymmetricKeyEncryption")
    ref = BatchSessionWorkflow(client.sessions, client.http_client).open_upload_and_close(
        form_code=FORM,
        zip_bytes=archive.getvalue(),
        public_certificate=certificate,
        public_key_id=key_id,
        access_token=signed_in,
    )
    told = client.sessions.get_session_status(ref, access_token=signed_in)
    assert (told.status.code, told.successful_invoice_count) == (200, 3)
    assert sorted(each["number"] for each in simulator.accepted()) == ["SDK/B/0", "SDK/B/1", "SDK/B/2"]


@pytest.mark.parametrize("signed_in", ["ec"], indirect=True)
def test_metadata_download_and_export_in_two_parts(client: KsefClient, signed_in: str, simulator: Running) -> None:
    certificate, key_id = key(client, "SymmetricKeyEncryption")
    work = OnlineSessionWorkflow(client.sessions)
    session = work.open_session(
        form_code=FORM, public_certificate=certificate, public_key_id=key_id, access_token=signed_in
    )
    for number in range(3):
        work.send_invoice(
            session_reference_number=session.reference_number,
            invoice_xml=invoice(f"SDK/E/{number}"),
            encryption_data=session.encryption_data,
            access_token=signed_in,
        )
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    span = InvoiceQueryDateRange(date_type="PermanentStorage", from_=since)
    filters = InvoiceQueryFilters(subject_type="Subject1", date_range=span)
    listed = client.invoices.query_invoice_metadata(filters, access_token=signed_in, page_size=10).invoices
    assert [each.invoice_number for each in listed] == ["SDK/E/0", "SDK/E/1", "SDK/E/2"]
    assert client.invoices.get_invoice_bytes(listed[0].ksef_number, access_token=signed_in).content == invoice(
        "SDK/E/0"
    )
    simulator.store.settings["export_part_bytes"] = 2000
    sealed = build_encryption_data(certificate, public_key_id=key_id)
    request = InvoiceExportRequest(encryption=sealed.encryption_info, filters=filters)
    ref = client.invoices.export_invoices(request, access_token=signed_in).reference_number
    package = client.invoices.get_export_status(ref, access_token=signed_in).package
    assert len(package.parts) >= 2
    got = ExportWorkflow(client.invoices, client.http_client).download_and_process_package(package, sealed)
    assert {each["invoiceNumber"] for each in got.metadata_summaries} == {"SDK/E/0", "SDK/E/1", "SDK/E/2"}
    assert len(got.invoice_xml_files) == 3


@pytest.mark.parametrize("signed_in", ["ec"], indirect=True)
def test_certificates_limits_and_latarnia(client: KsefClient, signed_in: str, simulator: Running) -> None:
    data = client.certificates.get_enrollment_data(signed_in)
    csr = generate_csr_ec(data.to_dict())
    begun = client.certificates.send_enrollment(
        EnrollCertificateRequest(certificate_name="mostek", certificate_type="Offline", csr=csr.csr_base64),
        access_token=signed_in,
    )
    told = client.certificates.get_enrollment_status(begun.reference_number, access_token=signed_in)
    assert told.status.code == 200
    wanted = RetrieveCertificatesRequest(certificate_serial_numbers=[told.certificate_serial_number])
    assert len(client.certificates.retrieve_certificate(wanted, access_token=signed_in).certificates) == 1
    now = datetime.now(UTC).isoformat()
    simulator.admin.post(
        "/_sim/latarnia", json={"messages": [{"category": "FAILURE", "start": now}]}
    ).raise_for_status()
    assert str(client.lighthouse.get_status().status).endswith("FAILURE")
    assert client.lighthouse.get_messages()[0].event_id == 1
