"""Whatever is spoiled in a right invoice is told, but for the list of what the invoice alone cannot show; with reasons."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path

import pytest

from bridge.conversion.drop import schema
from bridge.fa3.rules.rule import Context
from bridge.fa3.rules.table import check, parsed
from bridge.fa3.xml.read import read
from bridge.model.problem import Severity
from tests.support.mutated import mutations

MINIMAL = Path(__file__).resolve().parents[3] / "data" / "fa3" / "minimal"
BASES = sorted(path.name for path in MINIMAL.glob("*.xml"))
ANY = ""
# Path of an element → what of its mutations → why nobody can tell from the invoice alone.
STATUS = "only the seller knows whether it is so"
OPTIONAL = "a lawful invoice may do without it"
ANOTHER = "it would be as right as the other; only the goods, the contract or the register tell"
EARLIER = "only the corrected invoice tells; rules F12 and F35 ask the ledger"
CANNOT_BE_TOLD: dict[str, dict[str, str]] = {
    "Fa/Adnotacje/NoweSrodkiTransportu/P_42_5": {ANY: STATUS},
    "Fa/Adnotacje/P_16": {ANY: STATUS + "; rule E07 asks where the settings say"},
    "Fa/Adnotacje/P_17": {ANY: "rule B03 tells it: the issuer is then another company"},
    "Fa/Adnotacje/P_18": {ANY: "np I may have it or not; a correction of names has no lines"},
    "Fa/Adnotacje/P_18A": {"flipped": EARLIER + "; a correction repeats what its original says"},
    "Fa/DaneFaKorygowanej": {"left out": "the others of a collective correction remain"},
    "Fa/FaWiersz": {"left out": "a line of zero: after a correction to zero"},
    "Fa/FaWiersz/GTU": {"left out": OPTIONAL},
    "Fa/FaWiersz/NrWierszaFa": {ANY: "numbers need not follow one another"},
    "Fa/FaWiersz/P_12": {ANY: "a simplified invoice by rates tells no amounts of its lines"},
    "Fa/FaWiersz/P_8A": {"left out": OPTIONAL + ": a correction names what has changed"},
    "Fa/FaWiersz/P_8B": {"left out": OPTIONAL + ": a correction names what has changed"},
    "Fa/FaWiersz/P_9A": {
        "left out": OPTIONAL + ": a correction or a final invoice",
        ANY: "the price of a quantity of zero",
    },
    "Fa/FaWiersz/KursWaluty": {"left out": OPTIONAL + " where VAT stands in PLN (D21 judges it)"},
    "Fa/KodWaluty": {ANY: "without VAT there is neither a rate of exchange nor an amount in PLN"},
    "Fa/OkresFa": {"left out": OPTIONAL},
    "Fa/OkresFa/P_6_Do": {"next year": "a subscription may be sold for a year and longer"},
    "Fa/P_15": {"/ 10": "a simplified invoice by rates tells no amounts of its lines"},
    "Fa/P_15ZK": {ANY: EARLIER},
    "Fa/P_6": {"left out": "then it is the day of issue"},
    "Fa/Platnosc": {"left out": OPTIONAL},
    "Fa/Platnosc/FormaPlatnosci": {ANY: ANOTHER},
    "Fa/Platnosc/RachunekBankowy/NazwaBanku": {"left out": OPTIONAL},
    "Fa/Platnosc/TerminPlatnosci/Termin": {"left out": "the other term remains"},
    "Fa/Podmiot2K/Adres/KodKraju": {ANY: EARLIER},
    "Fa/RodzajFaktury": {"-> UPR": "up to 450 PLN both kinds are right"},
    "Fa/Rozliczenie": {"left out": OPTIONAL},
    "Fa/TypKorekty": {ANY: "when a correction counts is decided by its cause"},
    "Fa/Zamowienie": {"left out": OPTIONAL + ": of a correction"},
    "Fa/Zamowienie/ZamowienieWiersz": {"left out": OPTIONAL + ": a correction may show the difference"},
    "Fa/Zamowienie/ZamowienieWiersz/NrWierszaZam": {ANY: "numbers need not follow one another"},
    "Fa/Zamowienie/ZamowienieWiersz/P_8AZ": {"left out": OPTIONAL + ": works are ordered by value"},
    "Fa/Zamowienie/ZamowienieWiersz/P_8BZ": {"left out": OPTIONAL + ": works are ordered by value"},
    "Fa/Zamowienie/ZamowienieWiersz/P_9AZ": {"left out": OPTIONAL + ": works are ordered by value"},
    "Podmiot1/Adres/AdresL2": {
        "left out": "the seller's address is one constant of the mapping, read once by a person"
    },
    "Podmiot2/Adres/AdresL2": {"left out": "an address abroad has no form of its own"},
    "Podmiot2/Adres/KodKraju": {ANY: "a foreign firm may have a Polish NIP; a Polish postcode is told (B35)"},
    "Podmiot2/DaneIdentyfikacyjne/KodKraju": {ANY: ANOTHER},
    "Podmiot2/DaneIdentyfikacyjne/NrID": {ANY: "identifiers of the world have no common check digit"},
    "Podmiot2/DaneIdentyfikacyjne/NrVatUE": {ANY: "the examples of the Ministry fail their check digits: VIES tells"},
    "Podmiot3/Adres": {"left out": OPTIONAL},
    "Podmiot3/Adres/KodKraju": {ANY: ANOTHER},
    "Zalacznik": {"left out": OPTIONAL},
    "Zalacznik/BlokDanych/MetaDane/ZWartosc": {ANY: ANOTHER},
    "Zalacznik/BlokDanych/Tabela": {"left out": OPTIONAL},
    "Zalacznik/BlokDanych/Tabela/Wiersz": {"twice": "two readings may be equal"},
    "Zalacznik/BlokDanych/Tabela/Wiersz/WKom": {ANY: ANOTHER + "; one cell alone is a heading"},
}


def told(xml: bytes, base: bytes) -> set[tuple[str, str]] | None:
    """Errors and warnings on the day of issue; None when the schema refuses it."""
    root, found = parsed(xml)
    if root is None or schema(None).judge(root):
        return None
    made, right = read(xml), read(base)
    issuer = right.buyer.nip if right.annotations.self_billing else right.seller.nip
    now = datetime.combine(right.issued, time(10), UTC)
    found = [*found, *check(made, Context(today=right.issued, now=now, own_nip=issuer or ""))]
    return {(each.severity, each.code) for each in found if each.severity is not Severity.INFO and each.code != "RB03"}


@cache
def missed(name: str) -> dict[str, set[str]]:
    """Path → mutations of a right invoice that nothing is said of."""
    base = (MINIMAL / name).read_bytes()
    before = told(base, base) or set()
    silent: dict[str, set[str]] = defaultdict(set)
    for each in mutations(base):
        after = told(each.xml, base)
        if after is not None and not after - before:
            silent[each.path].add(each.what)
    return silent


@pytest.mark.parametrize("name", BASES)
def test_what_is_spoiled_is_told(name: str) -> None:
    unexplained = {
        f"{path}: {what}"
        for path, mutated in missed(name).items()
        for what in mutated
        if not {what, ANY} & set(CANNOT_BE_TOLD.get(path, {}))
    }
    assert unexplained == set()


def test_the_list_holds_nothing_that_can_be_told() -> None:
    silent: dict[str, set[str]] = defaultdict(set)
    for name in BASES:
        for path, mutated in missed(name).items():
            silent[path] |= mutated
    told_now = {
        f"{path}: {what or 'anything'}"
        for path, reasons in CANNOT_BE_TOLD.items()
        for what in reasons
        if not (what in silent[path] if what else silent[path])
    }
    assert told_now == set()
