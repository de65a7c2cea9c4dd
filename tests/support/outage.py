"""Days on which KSeF does not answer, for the tests of this folder: Latarnia's word, a dead API, an Offline certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bridge.ksef.latarnia import Announced
from bridge.model.offline import Beacon, Outage
from bridge.model.settings import Certificate
from tests.support.world import World

SERIAL = 0x01F20A5D352AE590
FOREVER = 10**9


class Lighthouse:
    """Latarnia as a test sets it: events by their moments, or a fixed word."""

    def __init__(self, world: World) -> None:
        self.world, self.events, self.word = world, [], None  # type: ignore[var-annotated]
        world.tools.latarnia = self.look

    def announce(self, category: Beacon, began: datetime, ended: datetime | None = None) -> None:
        self.events.append(Outage(len(self.events) + 1, category, "Komunikat", began, ended))

    def end(self, ended: datetime) -> None:
        self.events[-1] = replace(self.events[-1], ended=ended)

    def look(self) -> Announced:
        if self.word is not None:
            return Announced(self.word)
        told = tuple(each for each in self.events if each.began <= self.world.moment)
        open_ = [each.category for each in told if each.open_at(self.world.moment)]
        return Announced(open_[0] if open_ else Beacon.AVAILABLE, told)


def silence(world: World) -> None:
    """From now on every call meets a gateway's 503."""
    world.simulator.fault(path=".*", do="status", code=503, html=True, count=FOREVER)


def speak(world: World) -> None:
    """KSeF answers again."""
    world.simulator.store.faults.clear()


def with_certificate(world: World, folder: Path) -> ec.EllipticCurvePublicKey:
    """Give the company an Offline certificate; its public key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Firma Testowa")])
    usage = dict.fromkeys(
        [
            "digital_signature",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(SERIAL)
        .not_valid_before(datetime.now(UTC) - timedelta(days=400))
        .not_valid_after(datetime.now(UTC) + timedelta(days=400))
        .add_extension(x509.KeyUsage(content_commitment=True, **usage), critical=True)
        .sign(key, SHA256())
    )
    path = folder / "offline.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    path.chmod(0o600)
    set_offline(world, certificate=Certificate(path))
    return key.public_key()


def set_offline(world: World, **changes: Any) -> None:
    """Settings of `offline`."""
    company = world.tools.company
    world.tools.company = replace(company, offline=replace(company.offline, **changes))


def minutes(world: World, count: float, step: float = 1) -> None:
    """Let time pass, with a step of the bridge every so many minutes."""
    end = world.moment + timedelta(minutes=count)
    while world.moment < end:
        world.step()
        world.pass_time(timedelta(minutes=step))
