"""`reguly` and the laws of evaluation: where every row ends, who wins, what is refused."""

from __future__ import annotations

from bridge.model.problem import Severity
from tests.support.telling import HEAD, PLAIN, SELLER, Tell, tables

BASE = HEAD + SELLER + PLAIN
ROWS = "Nr;Towar;Netto;Typ\nFV/1;Śruba;10,00;FS\nPA/1;Guma;1,00;PA\nFV/2;Nit;5,00;FS\n"


def _rule(title: str, column: str, test: str, *done: str) -> str:
    lines = [f"  - opis: {title}", "    gdy:", f"      - kolumna: [{column}]", f"        {test}", *done]
    return "\n".join([*lines[:4], *(f"    {each}" for each in done)]) + "\n"


def test_skipped_rows_carry_the_title_of_their_rule(tell: Tell) -> None:
    told = tell(BASE + "reguly:\n" + _rule("Paragony zostają", "Typ", "jest: PA", "pomin: tak"), ROWS)
    assert [(each.number, each.skipped) for each in told.mapped] == [
        ("FV/1", ""),
        ("PA/1", "Paragony zostają"),
        ("FV/2", ""),
    ]


def test_after_the_end_a_row_with_a_number_is_an_error_and_its_totals_are_taken(tell: Tell) -> None:
    yaml = BASE + "reguly:\n" + _rule("Koniec", "Typ", "jest: RAZEM", "ustaw:", "  plik.netto: [Netto]", "koniec: tak")
    told = tell(yaml, "Nr;Towar;Netto;Typ\nFV/1;Śruba;10,00;FS\n;;10,00;RAZEM\nFV/9;X;1,00;FS\n;;;stopka\n")
    assert str(told.closing.control.net) == "10.00"
    wrong = [each for each in told.closing.problems if each.severity is Severity.ERROR]
    assert [(each.code, each.rows) for each in wrong] == [("D12", (4,))]


def test_a_refused_invoice_says_the_title(tell: Tell) -> None:
    told = tell(BASE + "reguly:\n" + _rule("Tego nie obsługujemy", "Typ", "zaczyna_sie_od: P", "odrzuc: tak"), ROWS)
    refused = told.mapped[1]
    assert [(each.code, each.message) for each in refused.problems] == [("D17", "Tego nie obsługujemy.")]
    assert refused.invoice is None


def test_a_header_only_row_may_not_hold_a_line(tell: Tell) -> None:
    kor = BASE.replace("rodzaj:            VAT", "rodzaj:            KOR")
    yaml = kor + "reguly:\n" + _rule("Bez pozycji", "Typ", "jest: K", "bez_pozycji: tak")
    told = tell(yaml, "Nr;Towar;Netto;Typ\nFK/1;;;K\nFK/2;Śruba;;K\n")
    assert [each.code for each in told.mapped[0].problems] == []
    assert told.mapped[0].invoice
    assert told.mapped[0].invoice.lines == ()
    assert [(each.code, each.rows) for each in told.mapped[1].problems] == [("D07", (3,))]


def test_the_later_rule_wins_field_by_field_and_rules_win_over_columns(tell: Tell) -> None:
    yaml = BASE.replace("rodzaj:            VAT\n", "rodzaj:            VAT\n  miejsce: [Typ]\n") + "reguly:\n"
    yaml += _rule(
        "Wszędzie", "Nr", "jest_puste: nie", "ustaw:", "  faktura.miejsce: Gniezno", "  faktura.powiazania: tak"
    )
    yaml += _rule("Druga", "Typ", "nie_jest: FS", "ustaw:", "  faktura.miejsce: Łódź")
    told = tell(yaml, ROWS)
    made = [each.invoice for each in told.mapped if each.invoice]
    assert [(each.place, each.related) for each in made] == [("Gniezno", True), ("Łódź", True), ("Gniezno", True)]


def test_rows_of_one_invoice_must_agree_and_rules_too(tell: Tell) -> None:
    yaml = BASE.replace("rodzaj:            VAT\n", "rodzaj:            VAT\n  miejsce: [Typ]\n")
    told = tell(yaml, "Nr;Towar;Netto;Typ\nFV/1;A;1,00;Gniezno\nFV/1;B;2,00;Gniezno\nFV/1;C;3,00;Łódź\n")
    assert [(each.code, each.rows, each.field) for each in told.problems] == [("D03", (2, 4), "faktura.miejsce")]
    quarrel = BASE + "reguly:\n" + _rule("A", "Typ", "jest: A", "ustaw:", "  faktura.miejsce: Gniezno")
    quarrel += _rule("B", "Typ", "jest: B", "ustaw:", "  faktura.miejsce: Łódź")
    told = tell(quarrel, "Nr;Towar;Netto;Typ\nFV/1;A;1,00;A\nFV/1;B;2,00;B\n")
    assert [(each.code, each.field) for each in told.problems] == [("D03", "faktura.miejsce")]


def test_an_empty_value_of_a_rule_takes_the_columns_away(tell: Tell) -> None:
    yaml = (
        BASE
        + "reguly:\n"
        + _rule("Bez NIP", "Typ", "jest: FS", "ustaw:", '  nabywca.nip: ""', "  nabywca.bez_identyfikatora: tak")
    )
    made = tell(yaml, ROWS).mapped[0].invoice
    assert made
    assert (made.buyer.nip, made.buyer.none_given) == (None, True)


def test_rules_of_a_table_of_parts_leave_its_rows_out(tell: Tell) -> None:
    yaml = tables(naglowki="", pozycje="[Nr]", Opisy="[Nr]") + SELLER + PLAIN
    yaml += "dodatkowe_opisy:\n  z_tabeli: Opisy\n  nazwa: Uwaga\n  tresc: [Tekst]\nreguly:\n"
    yaml += '  - opis: Wewnętrzne zostają\n    tabela: Opisy\n    gdy:\n      - kolumna: [Tekst]\n        zaczyna_sie_od: "!"\n    pomin: tak\n'
    told = tell(
        yaml,
        naglowki="Nr\nFV/1\n",
        pozycje="Nr;Towar;Netto\nFV/1;Śruba;10,00\n",
        Opisy="Nr;Tekst\nFV/1;!tajne\nFV/1;jawne\n",
    )
    assert [each.value for each in told.invoice.descriptions] == ["jawne"]
    assert [(each.code, each.rows) for each in told.closing.problems] == [("D20", (2,))]


def test_a_rule_that_would_never_be_asked_is_a_mistake(tell: Tell) -> None:
    unknown = (
        BASE
        + "reguly:\n  - opis: X\n    tabela: Strony\n    gdy:\n      - kolumna: [Typ]\n        jest: A\n    pomin: tak\n"
    )
    assert tell(unknown, ROWS).codes == ["M22"]
    yaml = tables(naglowki="", pozycje="[Nr]", Opisy="[Nr]") + SELLER + PLAIN
    yaml += "dodatkowe_opisy:\n  z_tabeli: Opisy\n  nazwa: Uwaga\n  tresc: [Tekst]\nreguly:\n"
    yaml += "  - opis: X\n    tabela: Opisy\n    gdy:\n      - kolumna: [Tekst]\n        jest: A\n    ustaw:\n      faktura.miejsce: Y\n"
    assert tell(yaml, ROWS).codes == ["M18"]
