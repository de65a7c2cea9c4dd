"""From one table to another: every rule, field, test and part × table works or is refused when the mapping is loaded."""

from __future__ import annotations

import pytest

from bridge.model.problem import errors
from tests.support.telling import HEAD, PLAIN, SELLER, Tell, Told, tables

# naglowki and pozycje, a table of one row per invoice, two of parts (one inside the other), one row for the whole file.
KEYS = {"naglowki": "", "pozycje": "[Nr]", "U": "[Nr]", "Opisy": "[Nr]", "Wewn": "[Nr, Opis]", "Z": ""}


def read(*names: str) -> str:
    """A mapping of those tables that something reads, with lines and parts."""
    used = {name: key for name, key in KEYS.items() if name not in ("U", "Z") or name in names}
    return tables(**used) + SELLER + PLAIN + PARTS


def files(*names: str) -> dict[str, str]:
    """The files of those tables."""
    return {name: text for name, text in FILES.items() if name not in ("U", "Z") or name in names}


PARTS = """\
dodatkowe_opisy:
  z_tabeli: Opisy
  nazwa:    [Nazwa]
  tresc:    [Tresc]
zalaczniki:
  z_tabeli: Opisy
  naglowek: [Nazwa]
  metadane:
    z_tabeli: Wewn
    nazwa:    [Klucz]
    tresc:    [Wartosc]
"""
FILES = {
    "naglowki": "Nr;Kolumna\nFV/1;tak\nFV/2;nie\n",
    "pozycje": "Nr;Towar;Netto;Kolumna\nFV/1;Śruba;10,00;tak\nFV/1;Nit;1,00;nie\nFV/2;Śruba;10,00;nie\n",
    "U": "Nr;Kolumna\nFV/1;tak\nFV/2;nie\n",
    "Opisy": "Nr;Opis;Nazwa;Tresc;Kolumna\nFV/1;1;a;b;tak\nFV/1;2;c;d;nie\nFV/2;1;e;f;nie\n",
    "Wewn": "Nr;Opis;Klucz;Wartosc;Kolumna\nFV/1;1;k;w;tak\nFV/1;2;k;w;nie\nFV/2;1;k;w;nie\n",
    "Z": "Kolumna\ntak\n",
}
NAMES = ("", "naglowki", "pozycje", "U", "Opisy", "Wewn", "Z")
ACTIONS = ("pomin: tak", "odrzuc: tak", "bez_pozycji: tak", "koniec: tak", "ustaw:\n      faktura.miejsce: Gniezno",
           "ustaw:\n      pozycja.nazwa: Inna", "ustaw:\n      plik.liczba_faktur: 2")  # fmt: skip


def rule(table: str, column: str, action: str) -> str:
    named = f"[{column}!Kolumna]" if column else "[Kolumna]"
    own = f"    tabela: {table}\n" if table else ""
    return f"reguly:\n  - opis: Próba\n{own}    gdy:\n      - kolumna: {named}\n        jest: tak\n    {action}\n"


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("column", NAMES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_rule_of_every_table_works_or_is_refused(tell: Tell, table: str, column: str, action: str) -> None:
    told = tell(read(table, column) + rule(table, column, action), **files(table, column))
    if works(table or "naglowki", column or table or "naglowki", action):
        assert does(told, action), told
    else:
        assert {each.code for each in told.problems} & {"M18", "M22"}
        assert all(each.advice for each in told.problems)


def works(table: str, column: str, action: str) -> bool:
    """What the language promises: a rule sees its own row, the header's, and those of which there is one per invoice."""
    seen = column in (table, "naglowki", "U", "Z")
    if table in ("Opisy", "Wewn"):
        return seen and action.startswith("pomin")
    return seen and (table == "pozycje" or (table == "naglowki" and "pozycja." not in action))


def does(told: Told, action: str) -> bool:
    """Whether the rule had its effect, on the first invoice or its rows (Kolumna says „tak” there)."""
    first = told.mapped[0].invoice if told.mapped else None
    by_rule = {each.code for each in told.problems if "Próba" in each.message}
    effects = {
        "pomin": "D20" in by_rule or any(each.skipped == "Próba" for each in told.mapped),
        "odrzuc": "D17" in by_rule,
        "bez_pozycji": "D07" in by_rule,  # there are lines, so it is wrong
        "koniec": "D20" in by_rule and "D12" in told.codes,  # what comes behind has a number
        "faktura.miejsce": first is not None and first.place == "Gniezno",
        "pozycja.nazwa": first is not None and any(line.name == "Inna" for line in first.lines),
        "plik.liczba_faktur": told.closing.control.invoices == 2,
    }
    (effect,) = [each for name, each in effects.items() if name in action]
    return effect


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize(
    "place",
    [
        "faktura.miejsce",
        "pozycja.indeks",
        "nabywca.eori",
        "reguła",
        "reguła pozycji",
        "część",
        "z kolumn",
        "z kolumn raz",
    ],
)
def test_every_field_sees_the_right_row_or_is_refused(tell: Tell, place: str, table: str) -> None:
    column = f"[{table}!Kolumna]" if table else "[Kolumna]"
    yaml = read(table)
    if place == "faktura.miejsce":
        yaml = yaml.replace("faktura:\n", f"faktura:\n  miejsce: {column}\n", 1)
    elif place == "pozycja.indeks":
        yaml = yaml.replace("pozycja:\n", f"pozycja:\n  indeks: {column}\n", 1)
    elif place == "nabywca.eori":
        yaml = yaml.replace("nabywca:\n", f"nabywca:\n  eori: {column}\n", 1)
    elif place.startswith("reguła"):
        own = "pozycje" if "pozycji" in place else "naglowki"
        yaml += f"reguly:\n  - opis: R\n    tabela: {own}\n    gdy:\n      - kolumna: [Nr]\n        jest_puste: nie\n"
        yaml += f"    ustaw:\n      faktura.miejsce: {column}\n"
    elif place == "część":
        yaml += f"wz:\n  - numer: {column}\n"
    else:
        once = "raz_na: faktura\n    " if "raz" in place else ""
        yaml += f"pozycje_z_kolumn:\n  - {once}pozycja:\n      nazwa: X\n      wartosc_netto: 1,00\n"
        yaml += f"      stawka_vat: 23\n      indeks: {column}\n"
    told = tell(yaml, **files(table))
    if table == "Wewn":  # its key says more than the invoice's
        assert {each.code for each in told.problems} == {"M18"}
        return
    assert told.mapped, told.problems
    lines = table == "pozycje" or (not table and place in ("pozycja.indeks", "z kolumn", "reguła pozycji"))
    for mapped, own in zip(told.mapped, ("tak", "nie"), strict=True):
        if mapped.invoice is None:
            assert {each.code for each in errors(mapped.problems)} == {"D03"}
            continue
        invoice = mapped.invoice
        seen = [invoice.place, invoice.buyer.eori, *invoice.warehouse_notes, *(line.code for line in invoice.lines)]
        wanted = {"tak"} if table == "Z" else {"tak", "nie"} if own == "tak" and lines else {own}
        assert {each for each in seen if each} <= wanted
        assert any(seen)


def test_a_line_takes_what_its_header_says(tell: Tell) -> None:
    yaml = tables(naglowki="", pozycje="[Nr]") + SELLER + PLAIN
    told = tell(
        yaml.replace("pozycja:\n", "pozycja:\n  kurs_waluty: [naglowki!Kurs]\n", 1),
        naglowki="Kurs;Nr\n4,25;FV/1\n4,30;FV/2\n",
        pozycje="Nr;Towar;Netto\nFV/2;Śruba;1,00\nFV/1;Nit;2,00\n",
    )
    rates = [str(each.invoice.lines[0].exchange_rate) for each in told.mapped if each.invoice]
    assert rates == ["4.25", "4.30"]


@pytest.mark.parametrize(
    "line", ["  miejsce: [Kolumna, U!Kolumna]", "  miejsce:\n    wartosc: [Kolumna]\n    gdy_puste: [U!Kolumna]"]
)
def test_columns_of_two_tables_in_one_field_are_a_mistake(tell: Tell, line: str) -> None:
    told = tell(read("U").replace("faktura:\n", f"faktura:\n{line}\n", 1), **files("U"))
    assert told.codes == ["M18"], told.problems


def test_two_header_rows_of_one_number_are_two_invoices(tell: Tell) -> None:
    for second in ("FV/1;tak", "FV/1;inne"):
        told = tell(
            read().replace("faktura:\n", "faktura:\n  miejsce: [Kolumna]\n", 1),
            **{**files(), "naglowki": f"Nr;Kolumna\nFV/1;tak\n{second}\nFV/2;nie\n"},
        )
        assert [(each.code, each.rows) for each in told.problems] == [("D06", (2, 3))]


def test_the_end_of_invoices_among_lines_ends_them_all(tell: Tell) -> None:
    told = tell(
        tables(naglowki="", pozycje="[Nr]")
        + SELLER
        + PLAIN
        + rule("pozycje", "", "koniec: tak").replace("tak\n    koniec", "koniec\n    koniec"),
        naglowki="Nr\nFV/1\n",
        pozycje="Nr;Towar;Netto;Kolumna\nFV/1;Śruba;10,00;\n;Razem;10,00;koniec\nFV/1;Nit;1,00;\n",
    )
    assert [(each.code, each.rows) for each in told.problems] == [("D12", (4,)), ("D20", (3,))]


ONE_FAULT = {
    "faktura.data_wystawienia": ("2026-02-30", "2026-02-03"),
    "faktura.kurs_zaliczki": ("4,2x", "4,25"),
    "faktura.rodzaj": ("FAKTURA", "VAT"),
    "faktura.waluta": ("zł", "PLN"),
    "faktura.metoda_kasowa": ("może", "nie"),
    "faktura.zwolnienie_ustawa": ("x" * 300, "art. 43"),
    "nabywca.nip": ("2222222223", "2222222222"),
    "nabywca.gln": ("x" * 20, "590"),
    "platnosc.termin": ("jutro", "2026-03-01"),
    "platnosc.forma": ("weksel", "przelew"),
    "platnosc.rachunek": ("12", "61109010140000071219812874"),
    "sumy.do_zaplaty": ("1?", "1,00"),
    "kontrola.faktura_brutto": ("#REF!", "12,30"),
    "faktura.podzielona_platnosc": ("", "nie"),
}


@pytest.mark.parametrize("key", ONE_FAULT)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_unreadable_cell_is_one_problem(tell: Tell, key: str, place: int) -> None:
    bad, good = ONE_FAULT[key]
    section, _, word = key.partition(".")
    yaml = HEAD + SELLER + PLAIN
    yaml = (
        "\n".join(
            line for line in yaml.splitlines() if not line.startswith(f"  {word}:") or line.endswith("1111111111")
        )
        + "\n"
    )
    line = f"{section}:\n  {word}: [K]\n"
    yaml = yaml.replace(f"{section}:\n", line, 1) if f"\n{section}:\n" in yaml else yaml + line
    cells = [good, good, good]
    cells[place] = bad
    told = tell(yaml, "Nr;Towar;Netto;K\n" + "".join(f"FV/1;Śruba;10,00;{cell}\n" for cell in cells))
    (found,) = errors(told.mapped[0].problems)
    assert found.code != "D03"
    assert (found.field, found.rows) == (key, (place + 2,))
