"""The pages behind the QR codes: they find the invoice and really verify the signature of code II (protocol.md, 9.4, 9.5)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.sandbox.certificates import by_serial, status_of
from bridge.sandbox.rights import rights_of
from bridge.sandbox.store import Invoice, Store

PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


async def invoice(request: Request) -> Response:
    """GET /invoice/{nip}/{date}/{hash}: the invoice, when it is in KSeF."""
    store: Store = request.app.state.store
    path = request.path_params
    each = _found(store, path["hash"], path["nip"])
    if each is None or f"{datetime.fromisoformat(each.issued):%d-%m-%Y}" != path["date"]:
        return JSONResponse({"found": False, "label": "OFFLINE"}, 404)
    return JSONResponse(
        {"found": True, "ksefNumber": each.ksef_number, "invoiceNumber": each.number, "mode": each.mode}
    )


def _found(store: Store, code: str, seller: str) -> Invoice | None:
    """By hash; the code of an original of a technical correction leads to the correction."""
    wanted = b64encode(_unb64(code)).decode()
    own = (each for each in store.kept.invoices.values() if each.code == 200 and each.seller == seller)
    return next((each for each in own if wanted in (each.hash, each.corrects)), None)


async def certificate(request: Request) -> Response:
    """GET /certificate/{type}/{value}/{nip}/{serial}/{hash}/{signature}: whether code II holds, and if not, why."""
    store: Store = request.app.state.store
    path = request.path_params
    known = by_serial(store, path["serial"])
    context = (path["type"], path["value"])
    wrong = ""
    if known is None:
        wrong = "nieznany certyfikat"
    elif known.kind != "Offline":
        wrong = "to nie jest certyfikat typu Offline"
    elif status_of(store, known) != "Active":
        wrong = "certyfikat nie jest ważny"
    elif not rights_of(store, known.subject, context):
        wrong = "posiadacz certyfikatu nie ma uprawnień w tym kontekście"
    elif not _verifies(known.der, _signed(request), _unb64(path["signature"])):
        wrong = "podpis jest nieprawidłowy"
    return JSONResponse({"valid": not wrong, "reason": wrong}, 200 if not wrong else 400)


def _signed(request: Request) -> bytes:
    """The link up to the hash, without the scheme."""
    return f"{request.headers['host']}{request.url.path.rpartition('/')[0]}".encode("ascii")


def _verifies(der: bytes, signed: bytes, signature: bytes) -> bool:
    key: Any = x509.load_der_x509_certificate(der).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, PSS, hashes.SHA256())
        else:
            key.verify(_as_der(signature), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _as_der(signature: bytes) -> bytes:
    """R‖S of 64 bytes, or DER as it is."""
    if len(signature) != 64:
        return signature
    return encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))


def _unb64(text: str) -> bytes:
    return b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
