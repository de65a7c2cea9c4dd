from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bridge.ksef.credentials import Signer
from bridge.ksef.crypto import base64
from bridge.ksef.keys import FOR_SESSIONS, FOR_TOKENS, Keys
from bridge.model.errors import TryLater

DAY = timedelta(days=1)
Listed = Callable[..., dict[str, object]]


@pytest.fixture
def listed(make: Callable[..., Signer], noon: datetime) -> Listed:
    def entry(name: str, start: timedelta, usage: str = FOR_SESSIONS, kind: str = "RSA") -> dict[str, object]:
        certificate = base64(make(kind).certificate.public_bytes(Encoding.DER))
        validity = {"validFrom": (noon + start).isoformat(), "validTo": (noon + 9 * DAY).isoformat()}
        return {"certificate": certificate, "publicKeyId": name, "usage": [usage], **validity}

    return entry


def test_the_latest_valid_key_of_the_usage_is_chosen_whatever_the_order(listed: Listed, noon: datetime) -> None:
    entries = [
        listed("new", -DAY),
        listed("old", -2 * DAY),
        listed("future", DAY),
        listed("other", -DAY / 2, FOR_TOKENS),
    ]
    keys = Keys()
    keys.learn(entries, noon)
    assert keys.best(FOR_SESSIONS, noon).id == "new"
    keys.learn(entries[::-1], noon)
    assert keys.best(FOR_SESSIONS, noon).id == "new"


def test_keys_of_another_kind_are_passed_over(listed: Listed, noon: datetime) -> None:
    keys = Keys()
    keys.learn([listed("rsa", -2 * DAY), listed("ec", -DAY, kind="EC")], noon)
    assert keys.best(FOR_SESSIONS, noon).id == "rsa"


def test_a_list_lives_for_a_day_or_until_it_is_forgotten(listed: Listed, noon: datetime) -> None:
    keys = Keys()
    assert keys.stale(noon)
    keys.learn([listed("a", -DAY)], noon)
    assert not keys.stale(noon + timedelta(hours=23))
    assert keys.stale(noon + timedelta(hours=24))
    keys.forget()
    assert keys.stale(noon)


def test_a_list_without_a_fitting_key_is_asked_for_again_later(listed: Listed, noon: datetime) -> None:
    keys = Keys()
    keys.learn([listed("a", -DAY, FOR_TOKENS)], noon)
    with pytest.raises(TryLater, match="SymmetricKeyEncryption"):
        keys.best(FOR_SESSIONS, noon)
    assert keys.stale(noon)
