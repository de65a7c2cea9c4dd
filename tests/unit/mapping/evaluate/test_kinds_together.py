"""One export with invoices and advances: the kind says whether its rows are lines or lines of an order."""

from __future__ import annotations

import pytest

from bridge.fa3.totals.totals import totalled
from bridge.model.problem import errors
from tests.support.telling import HEAD, SELLER, Tell, tables

REST = """\
faktura:
  numer:             [Nr]
  rodzaj:            [Rodzaj]
  data_wystawienia:  2026-02-03
  waluta:            PLN
nabywca:
  nip:               2222222222
  nazwa:             Nabywca
  adres_linia1:      ul. Druga 2
  kraj:              PL
sumy:
  do_zaplaty:        [Kwota]
pozycja:
  nazwa:             [Towar]
  wartosc_netto:     [Netto]
  stawka_vat:        23
pozycja_zamowienia:
  z_tabeli:          pozycje
  nazwa:             [Towar]
  wartosc_netto:     [Netto]
  stawka_vat:        23
"""
SPLIT = tables(naglowki="", pozycje="[Nr]") + SELLER + REST
HEADERS = "Nr;Rodzaj;Kwota\nFV/1;VAT;{}\nZAL/1;ZAL;61,50\nKZ/1;KOR_ZAL;-1,23\n"
LINES = (
    "Nr;Towar;Netto\nFV/1;Śruba;10,00\nFV/1;Młot;20,00\nZAL/1;Maszyna;100,00\nZAL/1;Montaż;50,00\nKZ/1;Maszyna;99,00\n"
)


@pytest.mark.parametrize("due", ["", "36,90"])
def test_the_kind_says_what_the_rows_are(tell: Tell, due: str) -> None:
    told = tell(SPLIT, naglowki=HEADERS.format(due), pozycje=LINES)
    assert told.problems == []
    made = {each.number: each.invoice for each in told.mapped}
    counts = {
        number: (len(each.lines), len(each.order.lines) if each.order else 0) for number, each in made.items() if each
    }
    assert counts == {"FV/1": (2, 0), "ZAL/1": (0, 2), "KZ/1": (0, 1)}


def test_the_amount_of_an_invoice_with_lines_is_compared_and_never_copied(tell: Tell) -> None:
    for due, codes in (("36,90", []), ("36,91", ["RG20"])):
        told = tell(SPLIT, naglowki=HEADERS.format(due), pozycje=LINES)
        invoice = next(each.invoice for each in told.mapped if each.number == "FV/1")
        assert invoice
        counted, found = totalled(invoice)
        assert [each.code for each in errors(found)] == codes
        assert counted.totals is None or str(counted.totals.due) == "36.90"


def test_tables_of_their_own_stay_what_they_are(tell: Tell) -> None:
    """Order lines that an invoice has beside its lines are no mistake of reading: a rule says what is wrong with them."""
    own = (
        tables(naglowki="", pozycje="[Nr]", zamowienia="[Nr]")
        + SELLER
        + REST.replace("z_tabeli:          pozycje", "z_tabeli:          zamowienia")
    )
    told = tell(
        own,
        naglowki="Nr;Rodzaj;Kwota\nFV/1;VAT;\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\n",
        zamowienia="Nr;Towar;Netto\nFV/1;Maszyna;5,00\n",
    )
    assert told.invoice.order
    assert len(told.invoice.lines) == len(told.invoice.order.lines) == 1


def test_one_flat_file_too(tell: Tell) -> None:
    flat = HEAD + SELLER + REST.replace("  z_tabeli:          pozycje\n", "")
    told = tell(flat, "Nr;Rodzaj;Kwota;Towar;Netto\nFV/1;VAT;;Śruba;10,00\nZAL/1;ZAL;61,50;Maszyna;100,00\n")
    assert told.problems == []
    made = [each.invoice for each in told.mapped if each.invoice]
    assert [(len(each.lines), each.order is not None) for each in made] == [(1, False), (0, True)]
