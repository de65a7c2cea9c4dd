"""The environment of the settings → the addresses of its API, QR codes and Latarnia (protocol.md, section 1.1)."""

from __future__ import annotations

from typing import NamedTuple

from bridge.model.errors import FixSetup
from bridge.model.settings import Environment, Settings


class Addresses(NamedTuple):
    """Where one environment listens."""

    api: str
    qr: str
    latarnia: str = ""  # of production only: DEMO has none, and that of TEST is a dummy that always cries failure


ADDRESSES: dict[Environment, Addresses] = {
    Environment.TEST: Addresses("https://api-test.ksef.mf.gov.pl/v2", "https://qr-test.ksef.mf.gov.pl"),
    Environment.DEMO: Addresses("https://api-demo.ksef.mf.gov.pl/v2", "https://qr-demo.ksef.mf.gov.pl"),
    Environment.PRODUCTION: Addresses(
        "https://api.ksef.mf.gov.pl/v2", "https://qr.ksef.mf.gov.pl", "https://api-latarnia.ksef.mf.gov.pl"
    ),
}


def addresses(settings: Settings) -> Addresses:
    """Built in for the Ministry's environments, from the settings for the simulator; FixSetup when it has none."""
    if settings.environment is not Environment.SANDBOX:
        return ADDRESSES[settings.environment]
    if not settings.api_url:
        raise FixSetup(
            "Środowisko „sandbox” nie ma adresu symulatora. Uruchom `ksef-bridge sandbox` i podaj `api_url`."
        )
    base = settings.api_url.rstrip("/").removesuffix("/v2")
    return Addresses(f"{base}/v2", base, f"{base}/latarnia")
