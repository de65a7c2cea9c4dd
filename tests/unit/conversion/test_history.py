"""What a correction may say of its original, against everything the ledger or the same file can hold under that number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bridge.conversion.drop import batches
from bridge.ledger import decisions, drops
from bridge.ledger.store import Ledger, open_ledger
from bridge.ledger.tables import document, payload
from bridge.model.item import Batch, Item
from bridge.model.job import Job
from bridge.model.outcome import DocumentState, Verdict
from bridge.model.settings import Environment

NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
NIP = "1111111111"
KSEF = "1111111111-20260301-010020A0B1C2-ED"
DAY = date(2026, 3, 1)
MAPPING = """\
mapowanie: 1
zrodlo:
  separator: średnik
  znak_dziesietny: przecinek
  format_daty: RRRR-MM-DD
  jedna_faktura_to: [Nr]
sprzedawca:
  nip: 1111111111
  nazwa: Firma
  adres_linia1: ul. Próbna 1
  kraj: PL
faktura:
  numer: [Nr]
  rodzaj: [Rodzaj]
  data_wystawienia: [Dnia]
  waluta: PLN
nabywca:
  nip: 2222222222
  nazwa: Nabywca
  adres_linia1: ul. Druga 2, 00-001 Warszawa
  kraj: PL
pozycja:
  nazwa: [Towar]
  jednostka: szt.
  ilosc: [Ile]
  cena_netto: 10,00
  stawka_vat: [Stawka]
korekta:
  numer_faktury: [Korygowana]
  data_faktury: [Z dnia]
  przyczyna: zwrot
  typ: 2
  poza_ksef: [Poza]
"""
LIVING = ("DRAFT", "READY", "HELD", "SENDING", "ACCEPTED")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path / "data")
    with opened.begin() as transaction:
        owner = drops.company_id(transaction, NIP, "sandbox")
        drops.take(transaction, owner, "dawny.csv", drops.Copy("", "00", 1), NOW)
        transaction.connection.execute(payload.insert().values(sha256="ab", kind="xml", bytes=b""))
    yield opened
    opened.close()


def holds(ledger: Ledger, state: str, kind: str = "VAT", issued: date = DAY) -> None:
    """The ledger has FV/9 in that state."""
    with ledger.begin() as transaction:
        transaction.insert(
            document, company=1, seller_nip=NIP, kind=kind, number="FV/9", number_key="FV/9", issued=issued,
            business_hash="ff", hash_version=1, payload="ab", form_code="FA (3)", corrects=[], drop=1, state=state,
            ksef_number=KSEF if state in ("ACCEPTED", "CLASH") else None,
        )  # fmt: skip


def read(folder: Path, *rows: str, ledger: Ledger | None = None) -> dict[str, Item]:
    (folder / "m.yaml").write_text(MAPPING, "utf-8")
    file = folder / "f.csv"
    file.write_text("\n".join(["Nr;Rodzaj;Dnia;Towar;Ile;Stawka;Korygowana;Z dnia;Poza", *rows, ""]), "utf-8")
    url = str(ledger.engine.url) if ledger else ""
    job = Job({file.name: file}, NIP, Environment.SANDBOX, NOW, mapping=str(folder / "m.yaml"), ledger=url)
    return {item.number: item for batch in batches(job) if isinstance(batch, Batch) for item in batch.items}


def correction(number: str = "KOR/1", original: str = "FV/9", day: date = DAY, outside: str = "nie") -> str:
    return f"{number};KOR;2026-05-11;Śruba;-1;23;{original};{day};{outside}"


def said(item: Item) -> dict[str, str]:
    return {each.code: f"{each.message} {each.advice}" for each in item.problems if each.severity == "error"}


@pytest.mark.parametrize("issued", [DAY, date(2025, 12, 31)])
@pytest.mark.parametrize("kind", ["VAT", "ZAL", "ROZ", "UPR", "KOR"])
@pytest.mark.parametrize("state", [*LIVING, "CLASH"])
def test_never_outside_ksef_what_the_ledger_holds(
    state: str, kind: str, issued: date, ledger: Ledger, tmp_path: Path
) -> None:
    holds(ledger, state, kind, issued)
    item = read(tmp_path, correction(outside="tak"), ledger=ledger)["KOR/1"]
    assert item.verdict is Verdict.BAD
    assert "FV/9" in said(item)["RF05"]
    assert str(issued) in said(item)["RF05"]
    assert str(DAY) in said(item)["RF05"]


@pytest.mark.parametrize("state", ["", "REJECTED", "WITHDRAWN"])
def test_outside_ksef_what_never_was_in_it_is_the_firms_own_word(state: str, ledger: Ledger, tmp_path: Path) -> None:
    if state:
        holds(ledger, state)
    item = read(tmp_path, correction(outside="tak"), ledger=ledger)["KOR/1"]
    assert item.verdict is Verdict.GOOD, said(item)


def test_a_decision_of_a_person_is_for_one_correction_and_one_original(ledger: Ledger, tmp_path: Path) -> None:
    holds(ledger, "ACCEPTED", issued=date(2026, 4, 1))
    with ledger.begin() as transaction:
        decisions.decide(transaction, 1, "KOR/1", f"FV/9 z {DAY}", NOW)
    decided = read(tmp_path, correction(outside="tak"), ledger=ledger)["KOR/1"]
    assert decided.verdict is Verdict.GOOD, said(decided)
    assert b"<NrKSeFN>1</NrKSeFN>" in (decided.made.xml or b"" if decided.made else b"")
    assert any("Człowiek potwierdził" in each.message for each in decided.problems)
    for other in (correction("KOR/2", outside="tak"), correction(day=date(2026, 3, 2), outside="tak")):
        (item,) = read(tmp_path, other, ledger=ledger).values()
        assert "RF05" in said(item)


@pytest.mark.parametrize("first", [True, False])
def test_nor_what_stands_in_the_same_file(first: bool, tmp_path: Path) -> None:
    rows = ["FV/9;VAT;2026-05-11;Śruba;1;23;;;nie", correction(outside="tak")]
    found = read(tmp_path, *(rows if first else rows[::-1]))
    assert found["FV/9"].verdict is Verdict.GOOD, said(found["FV/9"])
    assert "RF05" in said(found["KOR/1"])


@pytest.mark.parametrize(
    ("state", "kind", "issued", "code", "words"),
    [
        *[(state, "VAT", date(2026, 4, 1), "L02", "2026-04-01") for state in LIVING],
        *[(state, "KOR", DAY, "RF09", "pierwotn") for state in LIVING],
        ("REJECTED", "VAT", DAY, "L02", "odrzucona przez KSeF"),
        ("WITHDRAWN", "VAT", DAY, "L02", "wycofana"),
        ("CLASH", "VAT", DAY, "L02", KSEF),
    ],
)
def test_what_the_ledger_does_know_is_told_and_nobody_is_led_to_lie(  # noqa: PLR0917 - a table
    state: str, kind: str, issued: date, code: str, words: str, ledger: Ledger, tmp_path: Path
) -> None:
    holds(ledger, state, kind, issued)
    told = said(read(tmp_path, correction(), ledger=ledger)["KOR/1"])
    assert words in told[code]
    assert "poza_ksef" not in " ".join(told.values())


@pytest.mark.parametrize("backwards", [False, True])
def test_a_correction_of_a_correction_in_one_file_waits_for_nothing(backwards: bool, tmp_path: Path) -> None:
    rows = ["FV/9;VAT;2026-05-11;Śruba;1;23;;;nie", correction("KOR/1", day=date(2026, 5, 11))]
    rows.append(correction("KOR/2", "KOR/1", date(2026, 5, 11)))
    found = read(tmp_path, *(rows[::-1] if backwards else rows))
    assert found["KOR/1"].verdict is Verdict.GOOD, said(found["KOR/1"])
    assert "pierwotn" in said(found["KOR/2"])["RF09"]


@pytest.mark.parametrize("bad", ["FV/9;VAT;2026-05-11;Śruba;dużo;23;;;nie", "FV/9;VAT;2026-05-11;Śruba;1;22;;;nie"])
def test_of_a_bad_invoice_of_the_same_file_it_is_told(bad: str, tmp_path: Path) -> None:
    found = read(tmp_path, correction(day=date(2026, 5, 11)), bad)
    if found["FV/9"].verdict is Verdict.BAD:
        assert "z błędem, w tym samym pliku" in said(found["KOR/1"])["L02"]
    else:  # rate 22 may be judged a warning
        assert found["KOR/1"].made is not None


def test_every_state_of_a_document_is_covered() -> None:
    assert {*LIVING, "CLASH", "REJECTED", "WITHDRAWN"} == set(DocumentState)
