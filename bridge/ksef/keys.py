"""The Ministry's list of public key certificates → the key to encrypt for (protocol.md, section 3). No I/O."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bridge.ksef.answers import moment
from bridge.model.errors import TryLater

FOR_TOKENS = "KsefTokenEncryption"
FOR_SESSIONS = "SymmetricKeyEncryption"
FRESH = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of the Ministry."""

    id: str
    usage: frozenset[str]
    valid_from: datetime
    valid_to: datetime
    key: RSAPublicKey


class Keys:
    """The list, remembered for a day at most; forgotten when KSeF says that a key is not its own any more."""

    def __init__(self) -> None:
        self._known: tuple[PublicKey, ...] = ()
        self._learnt: datetime | None = None

    def stale(self, now: datetime) -> bool:
        """Whether the list must be asked for."""
        return self._learnt is None or now - self._learnt >= FRESH

    def learn(self, listed: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Remember an answer of `GET /security/public-key-certificates`."""
        read = (_public_key(each) for each in listed)
        self._known = tuple(each for each in read if each is not None)
        self._learnt = now

    def forget(self) -> None:
        """Ask anew before the next use."""
        self._known, self._learnt = (), None

    def best(self, usage: str, now: datetime) -> PublicKey:
        """The valid key of that usage with the latest start; TryLater when the list has none."""
        fit = [each for each in self._known if usage in each.usage and each.valid_from <= now < each.valid_to]
        if not fit:
            self.forget()
            raise TryLater(
                f"KSeF nie podał ważnego klucza publicznego ({usage}). Sprawdź zegar komputera; mostek spróbuje ponownie.",
                timedelta(minutes=5),
            )
        return max(fit, key=lambda each: each.valid_from)


def _public_key(listed: Mapping[str, Any]) -> PublicKey | None:
    """None for a kind of key that the bridge does not use: KSeF announces EC keys beside RSA."""
    key = x509.load_der_x509_certificate(b64decode(listed["certificate"])).public_key()
    if not isinstance(key, RSAPublicKey):
        return None
    usage = frozenset(listed["usage"])
    return PublicKey(listed["publicKeyId"], usage, moment(listed["validFrom"]), moment(listed["validTo"]), key)
