from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.ksef.crypto import digest
from bridge.ksef.upo import NAMESPACE, Confirmed, checked, confirmed, differences
from bridge.model.errors import TryLater

OURS = Confirmed("1111111111", "1111111111-20261124-0100001AF629-AF", "FV/1", "q" * 43 + "=")
UPO = f"""<?xml version="1.0" encoding="UTF-8"?>
<Potwierdzenie xmlns="{NAMESPACE}"><KodFormularza>FA (3)</KodFormularza><Dokument>
<NipSprzedawcy>{OURS.seller_nip}</NipSprzedawcy><NumerKSeFDokumentu>{OURS.ksef_number}</NumerKSeFDokumentu>
<NumerFaktury>{OURS.number}</NumerFaktury><SkrotDokumentu>{OURS.hash}</SkrotDokumentu></Dokument></Potwierdzenie>""".encode()


def test_a_whole_upo_comes_back_as_the_same_bytes() -> None:
    assert checked(UPO, digest(UPO)) is UPO
    assert list(confirmed(UPO)) == [OURS]
    assert differences(UPO, OURS) == []


def test_what_differs_is_named_as_in_the_upo() -> None:
    assert differences(UPO, replace(OURS, number="FV/2", hash="z")) == ["NumerFaktury", "SkrotDokumentu"]


def test_a_upo_of_several_documents_confirms_no_single_one() -> None:
    start, end = UPO.index(b"<Dokument>"), UPO.index(b"</Potwierdzenie>")
    assert differences(UPO[:end] + UPO[start:end] + UPO[end:], OURS) == ["Dokument"]


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"<html><body>Request blocked</body></html>",
        UPO.replace(b"KSeF/v4-3", b"KSeF/v4-2"),
        UPO.replace(b"Potwierdzenie", b"Zaprzeczenie"),
        UPO[:200],
    ],
)
def test_what_is_no_upo_is_asked_for_again(spoiled: bytes) -> None:
    with pytest.raises(TryLater, match="Zamiast UPO"):
        checked(spoiled, digest(spoiled))


def test_another_hash_than_announced_is_asked_for_again() -> None:
    with pytest.raises(TryLater, match="uszkodzone"):
        checked(UPO, digest(b"x"))


def test_entities_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("tajne")
    bomb = UPO.replace(b"?>", f'?><!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()).replace(
        b"FV/1", b"&x;"
    )
    assert all("tajne" not in each.number for each in confirmed(bomb))


@pytest.mark.shared
def test_the_ministrys_examples_are_read(shared: Path) -> None:
    examples = sorted((shared / "ksef/upo-examples").glob("*.xml"))
    assert examples
    for path in examples:
        assert all(each.ksef_number and len(each.hash) == 44 for each in confirmed(path.read_bytes())), path.name
