"""Several rows of one invoice: what they mean for every part that repeats (mapping.md, "Several rows, one part")."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.mapping.language.vocabulary import PARTS
from bridge.mapping.universal.rows import rows as sheet_rows
from bridge.model.invoice import Charge, Invoice
from bridge.model.problem import errors
from tests.support.sections import TEXTS, TOP, needed, yaml
from tests.support.telling import HEAD, PLAIN, SELLER, Tell, Told, tables

# The contract, part by part.
LISTS = {"pozycja_zamowienia", "rozliczenie.obciazenia", "rozliczenie.odliczenia"}
ASKED = {"zaplaty_czesciowe", "zaliczki_czesciowe"}
SETS = set(TOP) - LISTS - ASKED
AUTHORISED = "  rola: komornik\n  nip: 2222222222\n  nazwa: Komornik\n  adres_linia1: ul. Trzecia 3\n  kraj: PL\n"
KOR = PLAIN.replace("VAT\n", "KOR\n", 1)
ZAL = PLAIN.replace("VAT\n", "ZAL\n", 1)


def parts(invoice: Invoice, section: str) -> list[Any]:
    """The parts of a section, by the attributes that the vocabulary names."""
    part = PARTS[section]
    noun: Any = invoice
    for step in f"{PARTS[part.around].attribute + '.' if part.around else ''}{part.attribute}".split("."):
        noun = getattr(noun, step) if noun is not None else None
    return list(noun or ())


def told(tell: Tell, section: str, chosen: str, *more: str) -> Told:
    """An invoice of as many rows as letters: a and b are texts of the part's words, - is an empty cell."""
    words = needed(section)
    rows = [["" if letter == "-" else TEXTS[word.takes]["ab".index(letter)] for word in words] for letter in chosen]
    return tell(written(section, *more), file(section, rows))


def file(section: str, rows: list[list[str]]) -> str:
    """A row of the invoice for each part."""
    heading = ";".join(word.name for word in needed(section))
    return "\n".join([f"Nr;Towar;Netto;{heading}", *(f"FV/1;Śruba;10,00;{';'.join(row)}" for row in rows), ""])


def written(section: str, *more: str) -> str:
    """A mapping with that part from columns, below whatever section is around it."""
    header = {"faktury_korygowane": KOR, "nabywcy_przed": KOR, "pozycja_zamowienia": ZAL}.get(section, PLAIN)
    part = yaml(section, {word.name: f"[{word.name}]" for word in needed(section)}, *more)
    whole, around = HEAD + SELLER + header, section.rpartition(".")[0]
    if around and f"\n{around}:\n" in whole:
        return whole.replace(f"\n{around}:\n", f"\n{part}", 1)
    if around == "podmiot_upowazniony":
        part = part.replace(f"{around}:\n", f"{around}:\n{AUTHORISED}", 1)
    return whole + part


@pytest.mark.parametrize("section", TOP)
def test_different_rows_are_different_parts(tell: Tell, section: str) -> None:
    assert len(parts(told(tell, section, "ab").invoice, section)) == 2
    assert len(parts(told(tell, section, "ab-").invoice, section)) == 2


@pytest.mark.parametrize("section", TOP)
def test_rows_without_a_part_are_silent(tell: Tell, section: str) -> None:
    assert len(parts(told(tell, section, "-a").invoice, section)) == 1
    assert parts(told(tell, section, "--").invoice, section) == []


@pytest.mark.parametrize("section", sorted(SETS))
def test_equal_rows_of_a_set_are_one_part(tell: Tell, section: str) -> None:
    assert len(parts(told(tell, section, "aba").invoice, section)) == 2
    assert len(parts(told(tell, section, "aa").invoice, section)) == 1


@pytest.mark.parametrize("section", sorted(LISTS | ASKED))
def test_equal_rows_of_a_list_may_be_a_repeated_header_and_are_not_guessed(tell: Tell, section: str) -> None:
    made = told(tell, section, "aa")
    (found,) = made.problems
    assert (found.code, found.rows) == ("D22", (2, 3))
    assert "raz_na: faktura" in found.advice
    assert "raz_na: wiersz" in found.advice


@pytest.mark.parametrize("section", sorted(LISTS))
def test_rows_of_a_list_are_a_part_each_where_they_do_not_all_say_the_same(tell: Tell, section: str) -> None:
    assert len(parts(told(tell, section, "aab").invoice, section)) == 3


@pytest.mark.parametrize("section", sorted(ASKED))
def test_payments_that_are_equal_in_some_rows_are_not_guessed(tell: Tell, section: str) -> None:
    assert told(tell, section, "aab").codes == ["D22"]


@pytest.mark.parametrize("section", TOP)
def test_once_per_row_is_a_part_of_every_row(tell: Tell, section: str) -> None:
    made = told(tell, section, "aab", "raz_na: wiersz")
    found = [each.code for each in made.problems]
    assert found in ([], ["D14"])  # more than FA(3) lets stand
    if not found:
        assert len(parts(made.invoice, section)) == 3


@pytest.mark.parametrize("section", TOP)
def test_once_per_invoice_means_that_rows_agree(tell: Tell, section: str) -> None:
    assert len(parts(told(tell, section, "aa", "raz_na: faktura").invoice, section)) == 1
    for rows in ("ab", "a-"):
        made = told(tell, section, rows, "raz_na: faktura")
        assert [each.code for each in errors(made.problems)] == ["D03"]


@pytest.mark.parametrize(
    "section", [each for each in TOP if {"number", "date", "nip"} & {w.takes for w in needed(each)}]
)
def test_what_is_unreadable_in_any_row_is_told_with_its_row(tell: Tell, section: str) -> None:
    words = needed(section)
    bad = next(word for word in words if word.takes in ("number", "date", "nip"))
    first = [TEXTS[word.takes][0] for word in words]
    second = ["1?0" if word is bad else TEXTS[word.takes][1] for word in words]
    made = tell(written(section), file(section, [first, second]))
    assert [(each.rows, each.field) for each in made.problems] == [((3,), bad.key)]


def test_one_amount_on_all_rows_may_be_a_repeated_header_whatever_stands_beside_it(tell: Tell) -> None:
    yaml_ = HEAD + SELLER + PLAIN + "rozliczenie:\n  obciazenia:\n    - kwota: [Kaucja]\n      powod: [Towar]\n"
    file = "Nr;Towar;Netto;Kaucja\nFV/1;Woda;10,00;12,00\nFV/1;Sok;5,00;12,00\n"
    assert tell(yaml_, file).codes == ["D22"]
    per_row = tell(yaml_.replace("- kwota", "- raz_na: wiersz\n      kwota"), file)
    assert [str(each.amount) for each in parts(per_row.invoice, "rozliczenie.obciazenia")] == ["12.00", "12.00"]
    other = tell(yaml_, file.replace("Sok;5,00;12,00", "Sok;5,00;6,00"))
    assert parts(other.invoice, "rozliczenie.obciazenia")[1] == Charge(
        parts(other.invoice, "rozliczenie.obciazenia")[1].amount, "Sok"
    )


SAME = [
    ("faktury_korygowane", "numer_faktury: [A]\n    data_faktury: [B]\n    poza_ksef: tak", "FV/7;2026-01-02", "FV/7;2026-01-03"),
    ("zaliczki", "numer_faktury: [A]\n    numer_ksef: [B]", "FZ/1;1111111111-20260302-010020A0B1C2-ED", "FZ/1;"),
    ("rachunki", "numer: [A]\n    bank: [B]", "61109010140000071219812874;mBank", "61109010140000071219812874;PKO"),
    ("podmioty_trzecie", "rola: odbiorca\n    nip: [A]\n    nazwa: Oddział\n    email: [B]", "3333333333;a@b.pl", "3333333333;c@d.pl"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "fields", "first", "second"), SAME, ids=[each[0] for each in SAME])
def test_one_part_of_a_set_cannot_be_two_things(tell: Tell, section: str, fields: str, first: str, second: str) -> None:
    header = KOR if section == "faktury_korygowane" else PLAIN
    made = tell(
        HEAD + SELLER + header + f"{section}:\n  - " + fields + "\n",
        f"Nr;Towar;Netto;A;B\nFV/1;Śruba;10,00;{first}\nFV/1;Śruba;10,00;{second}\n",
    )
    assert [each.code for each in made.problems] == ["D03"]
    assert made.problems[0].rows == (2, 3)


def test_parts_inside_a_part_come_from_the_rows_that_made_it(tell: Tell) -> None:
    made = tell(
        HEAD + SELLER + PLAIN + "zalaczniki:\n  - naglowek: [Licznik]\n    metadane:\n      - nazwa: Numer\n"
        "        tresc: [Licznik]\n    tabele:\n      - opis: Odczyty\n        kolumny:\n          - nazwa: Data odczytu\n"
        "          - nazwa: Zużycie\n        wiersze:\n          - komorka_1: [Dzień]\n            komorka_2: [kWh]\n",
        "Nr;Towar;Netto;Licznik;Dzień;kWh\nFV/1;Prąd;10,00;A;1.02;5\nFV/1;Prąd;10,00;B;1.02;7\nFV/1;Prąd;10,00;A;2.02;5\n",
    )
    first, second = made.invoice.attachment
    assert [each.cells for each in first.tables[0].rows] == [("1.02", "5"), ("2.02", "5")]
    assert [each.cells for each in second.tables[0].rows] == [("1.02", "7")]
    assert (first.metadata[0].value, second.metadata[0].value) == ("A", "B")


def test_order_lines_are_numbered_over_all_entries_of_the_mapping(tell: Tell) -> None:
    made = tell(
        HEAD + SELLER + ZAL + "pozycja_zamowienia:\n  - nazwa: [Towar]\n    cena_netto: [Netto]\n"
        "  - nazwa: Dostawa\n    cena_netto: 5,00\n",
        "Nr;Towar;Netto\nFV/1;Śruba;10,00\nFV/1;Nakrętka;2,00\n",
    )
    assert [(each.name, each.number) for each in parts(made.invoice, "pozycja_zamowienia")] == [
        ("Śruba", 1),
        ("Nakrętka", 2),
        ("Dostawa", 3),
    ]


DELIVERY = """\
pozycje_z_kolumn:
  - opis: dostawa
    raz_na: faktura
    gdy:
      - kolumna: [Dostawa]
        nie_jest: ""
    pozycja:
      nazwa:         Transport
      wartosc_netto: [Dostawa]
      stawka_vat:    23
"""


@pytest.mark.parametrize(
    ("first", "second", "codes", "count"),
    [
        ("15,00", "15,00", [], 3),
        ("", "20,00", [], 3),
        ("20,00", "", [], 3),
        ("", "", [], 2),
        ("15,00", "20,00", ["D03"], 0),
        ("15,00", "2?", ["D02"], 0),
        ("2?", "15,00", ["D02"], 0),
    ],
)
def test_a_line_once_per_invoice_looks_at_every_row(
    tell: Tell, first: str, second: str, codes: list[str], count: int
) -> None:
    made = tell(
        HEAD + SELLER + PLAIN + DELIVERY, f"Nr;Towar;Netto;Dostawa\nFV/1;Woda;1,00;{first}\nFV/1;Sok;2,00;{second}\n"
    )
    assert [each.code for each in errors(made.problems)] == codes
    assert made.mapped[0].invoice is None or len(made.invoice.lines) == count


def test_what_is_mapped_row_by_row_stands_in_the_universal_workbook_too(tell: Tell) -> None:
    made = told(tell, "wz", "ab")
    assert [row[-1] for row in sheet_rows([made.invoice])["Dokumenty WZ"]] == ["alfa", "beta"]


def test_a_table_with_its_parts_needs_no_word_on_rows(tell: Tell) -> None:
    made = tell(
        tables(naglowki="", pozycje="[Nr]", T="[Nr]")
        + SELLER
        + PLAIN
        + "wz:\n  z_tabeli: T\n  raz_na: wiersz\n  numer: [WZ]\n",
        "Nr\n",
    )
    assert made.codes == ["M18"]


def test_advice_of_a_single_word_names_the_section_for_several(tell: Tell) -> None:
    made = tell(
        HEAD + SELLER + KOR + "korekta:\n  numer_faktury: [A]\n  data_faktury: 2026-01-02\n  poza_ksef: tak\n",
        "Nr;Towar;Netto;A\nFV/1;Śruba;1,00;FV/7\nFV/1;Śruba;1,00;FV/8\n",
    )
    assert made.codes == ["D03"]
    assert "`faktury_korygowane`" in made.problems[0].advice
