"""Parts that repeat: by dashes from columns, from tables, inside each other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bridge.model.invoice import Account, Charge, Contact, Description, Original, Pair, Term, ThirdParty
from bridge.model.problem import problem
from tests.support.telling import HEAD, PLAIN, SELLER, Tell, tables

ONE = "Nr;Towar;Netto;A;B;C\nFV/1;Śruba;10,00;x;;z\n"


def test_a_part_whose_columns_are_all_empty_is_left_out(tell: Tell) -> None:
    told = tell(
        HEAD + SELLER + PLAIN + "dodatkowe_opisy:\n"
        "  - nazwa: Pierwszy\n    tresc: [A]\n"
        "  - nazwa: Drugi\n    tresc: [B]\n"
        "  - nazwa: Trzeci\n    tresc: [C]\n",
        ONE,
    )
    assert told.invoice.descriptions == (Description("Pierwszy", "x"), Description("Trzeci", "z"))


def test_a_part_of_constants_stands_on_every_invoice(tell: Tell) -> None:
    told = tell(HEAD + SELLER + PLAIN + "rejestry:\n  krs: 0000123456\n  regon: 123456785\n", ONE)
    assert told.invoice.registers[0].krs == "0000123456"


def test_words_of_a_section_and_parts_of_it_come_together(tell: Tell) -> None:
    told = tell(
        HEAD + SELLER + PLAIN + "platnosc:\n  termin: 2026-03-01\n  rachunek: 61109010140000071219812874\n"
        "terminy:\n  - termin: 2026-04-01\n"
        "rachunki:\n  - numer: 27114020040000300201355387\n    bank: [A]\n",
        ONE,
    )
    payment = told.invoice.payment
    assert payment
    assert payment.terms == (Term(date(2026, 3, 1)), Term(date(2026, 4, 1)))
    assert payment.accounts == (Account("61109010140000071219812874"), Account("27114020040000300201355387", bank="x"))


def test_every_row_of_a_table_is_a_part(tell: Tell) -> None:
    told = tell(
        tables(naglowki="", pozycje="[Nr]", Strony="[Nr]") + SELLER + PLAIN + "podmioty_trzecie:\n"
        "  z_tabeli: Strony\n  rola: [Rola]\n  nip: [NIP]\n  nazwa: [Nazwa]\n  kontakty:\n    - email: [Mail]\n",
        naglowki="Nr\nFV/1\nFV/2\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\nFV/2;Śruba;10,00\n",
        Strony="Nr;Rola;NIP;Nazwa;Mail\nFV/2;płatnik;3333333333;Trzeci;a@b.pl\nFV/1;faktor;4444444444;Czwarty;\n",
    )
    assert told.codes == []
    first, second = [each.invoice for each in told.mapped]
    assert first.third_parties == (ThirdParty("Czwarty", "4444444444", role="1"),)
    assert second.third_parties[0].contacts == (Contact("a@b.pl"),)


def test_a_row_of_a_table_that_no_invoice_has_is_told(tell: Tell) -> None:
    told = tell(
        tables(naglowki="", pozycje="[Nr]", Opisy="[Nr]") + SELLER + PLAIN + "dodatkowe_opisy:\n"
        "  z_tabeli: Opisy\n  nazwa: Uwaga\n  tresc: [Tekst]\n",
        naglowki="Nr\nFV/1\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\n",
        Opisy="Nr;Tekst\nFV/9;sierota\n;bez numeru\nFV/1;dobra\n",
    )
    assert told.invoice.descriptions == (Description("Uwaga", "dobra"),)
    assert [(each.code, each.rows) for each in told.closing.problems] == [("D12", (3,)), ("D10", (2,))]


def test_parts_stand_inside_parts(tell: Tell) -> None:
    told = tell(
        tables(naglowki="", pozycje="[Nr]", Bloki="[Nr]", Dane="[Nr, Blok]", Tabele="[Nr, Blok]")
        + '    Kolumny:\n      pliki: "*_Kolumny.csv"\n      klucz: [Nr, Blok, Tabela]\n'
        + '    Wiersze:\n      pliki: "*_Wiersze.csv"\n      klucz: [Nr, Blok, Tabela]\n'
        + SELLER
        + PLAIN
        + """\
zalaczniki:
  z_tabeli: Bloki
  naglowek: [Naglowek]
  metadane:
    z_tabeli: Dane
    nazwa: [Nazwa]
    tresc: [Tresc]
  tabele:
    z_tabeli: Tabele
    opis: [Opis]
    suma_2: [Razem]
    kolumny:
      z_tabeli: Kolumny
      nazwa: [Nazwa]
      typ: [Typ]
    wiersze:
      z_tabeli: Wiersze
      komorka_1: [K1]
      komorka_2: [K2]
""",
        naglowki="Nr\nFV/1\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\n",
        Bloki="Nr;Blok;Naglowek\nFV/1;1;Licznik A\nFV/1;2;Licznik B\n",
        Dane="Nr;Blok;Nazwa;Tresc\nFV/1;2;numer;B-7\nFV/1;1;numer;A-7\n",
        Tabele="Nr;Blok;Tabela;Opis;Razem\nFV/1;1;t;Odczyty;5\n",
        Kolumny="Nr;Blok;Tabela;Nazwa;Typ\nFV/1;1;t;Dzień;date\nFV/1;1;t;Stan;dec\n",
        Wiersze="Nr;Blok;Tabela;K1;K2\nFV/1;1;t;2026-02-01;2\nFV/1;1;t;2026-02-02;\n",
    )
    assert told.codes == []
    first, second = told.invoice.attachment
    assert (first.heading, second.heading) == ("Licznik A", "Licznik B")
    assert (first.metadata, second.metadata) == ((Pair("numer", "A-7"),), (Pair("numer", "B-7"),))
    (table,) = first.tables
    assert [each.name for each in table.columns] == ["Dzień", "Stan"]
    assert [each.cells for each in table.rows] == [("2026-02-01", "2"), ("2026-02-02", "")]
    assert table.totals
    assert table.totals.cells == ("", "5")


def test_a_correction_of_several_invoices_is_a_list_by_dashes(tell: Tell) -> None:
    told = tell(
        HEAD + SELLER + PLAIN.replace("VAT\n", "KOR\n", 1) + "korekta:\n"
        "  - numer_faktury: [A]\n    data_faktury: 2026-01-01\n    przyczyna: Rabat\n"
        "  - numer_faktury: [B]\n    data_faktury: 2026-01-02\n"
        "  - numer_faktury: [C]\n    data_faktury: 2026-01-03\n    poza_ksef: tak\n",
        ONE.replace(";x;;z", ";FV/7;;FV/9"),
    )
    correction = told.invoice.correction
    assert correction
    assert correction.reason == "Rabat"
    assert correction.originals == (
        Original("FV/7", date(2026, 1, 1)),
        Original("FV/9", date(2026, 1, 3), None, outside_ksef=True),
    )


def test_what_a_part_needs_and_lacks_is_told_with_its_row(tell: Tell) -> None:
    told = tell(
        tables(naglowki="", pozycje="[Nr]", Kwoty="[Nr]") + SELLER + PLAIN + "rozliczenie:\n  obciazenia:\n"
        "    z_tabeli: Kwoty\n    kwota: [Kwota]\n    powod: [Za co]\n",
        naglowki="Nr\nFV/1\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\n",
        Kwoty="Nr;Kwota;Za co\nFV/1;5,00;Kaucja\nFV/1;6,00;\nFV/1;siedem;Paleta\n",
    )
    assert [(each.code, each.rows, each.field) for each in told.problems] == [
        ("D01", (3,), "rozliczenie.obciazenia.powod"),
        ("D02", (4,), "rozliczenie.obciazenia.kwota"),
    ]


def test_a_settlement_by_dashes(tell: Tell) -> None:
    told = tell(
        HEAD + SELLER + PLAIN + "rozliczenie:\n  odliczenia:\n    - kwota: [Netto]\n      powod: Zaliczka\n", ONE
    )
    assert told.invoice.settlement
    assert told.invoice.settlement.deductions == (Charge(Decimal("10.00"), "Zaliczka"),)


def test_an_unknown_table_and_an_inner_table_without_an_outer_one_are_mistakes(tell: Tell) -> None:
    unknown = tell(HEAD + SELLER + PLAIN + "rachunki:\n  z_tabeli: Konta\n  numer: [A]\n", ONE)
    assert unknown.codes == ["M22"]
    inner = tell(
        tables(naglowki="", pozycje="[Nr]", T="[Nr]")
        + SELLER
        + PLAIN
        + "zalaczniki:\n  naglowek: X\n  metadane:\n    z_tabeli: T\n    nazwa: A\n    tresc: B\n",
        ONE,
    )
    assert inner.codes == ["M18"]


def test_two_rows_where_one_belongs_are_told(tell: Tell) -> None:
    told = tell(
        tables(naglowki="", pozycje="[Nr]", U="[Nr]")
        + SELLER
        + PLAIN.replace("[Nr]\n", "[Nr]\n  miejsce: [U!tekst]\n", 1),
        naglowki="Nr\nFV/1\nFV/2\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\nFV/2;Śruba;10,00\n",
        U="Nr;tekst\nFV/1;raz\nFV/2;Gniezno\nFV/1;dwa\n",
    )
    assert [(each.code, each.rows) for each in told.problems] == [("D03", (2, 4))]
    assert told.mapped[1].invoice
    assert told.mapped[1].invoice.place == "Gniezno"


def test_what_rules_and_the_schema_say_of_a_part_points_at_its_rows(tell: Tell) -> None:
    yaml = tables(naglowki="", pozycje="[Nr]", Strony="[Nr]") + SELLER + PLAIN
    yaml += "podmioty_trzecie:\n  z_tabeli: Strony\n  rola: [Rola]\n  nip: [NIP]\n"
    told = tell(
        yaml,
        naglowki="Nr\nFV/1\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\n",
        Strony="Nr;Rola;NIP\nFV/1;płatnik;3333333333\n;;\nFV/1;faktor;2222222222\n",
    )
    assert told.places
    second = problem("D15", element="Podmiot3[2]/Rola")
    every = problem("D15", element="Podmiot3/DaneIdentyfikacyjne/NIP", field="podmioty_trzecie.nip")
    first, both = told.places.located(told.mapped[0], [second, every])
    assert (first.rows, first.letter, first.file, first.field) == ((4,), "B", "Strony.csv", "podmioty_trzecie.rola")
    assert (both.rows, both.letter) == ((2, 4), "C")


def test_rows_of_other_tables_go_with_a_skipped_invoice_and_are_told_when_nobody_has_them(tell: Tell) -> None:
    yaml = tables(naglowki="", pozycje="[Nr]", Opisy="[Nr]", U="[Nr]") + SELLER
    yaml += PLAIN.replace("[Nr]\n", "[Nr]\n  miejsce: [U!tekst]\n", 1)
    yaml += "dodatkowe_opisy:\n  z_tabeli: Opisy\n  nazwa: Uwaga\n  tresc: [Tekst]\nreguly:\n"
    yaml += "  - opis: Paragony zostają\n    gdy:\n      - kolumna: [Nr]\n        zaczyna_sie_od: PA\n    pomin: tak\n"
    told = tell(
        yaml,
        naglowki="Nr\nFV/1\nPA/1\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\nPA/1;Guma;1,00\n",
        Opisy="Nr;Tekst\nPA/1;x\nFV/1;y\n",
        U="Nr;tekst\nPA/1;Gniezno\nFV/1;Łódź\nFV/9;Nikt\n",
    )
    assert [(each.code, each.file, each.rows) for each in told.closing.problems] == [("D10", "U.csv", (4,))]
