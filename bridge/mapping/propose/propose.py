"""An opened sample → the text of a mapping to start from; what cannot be known is marked, nothing is decided for anybody.

`SPRAWDŹ` marks what was told by a usual name or by what stands in the cells, `UZUPEŁNIJ` what only a person knows. The
proposal is loaded like any other mapping, so that what is missing in it is said by the usual messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.mapping.converters.named import NAMED
from bridge.mapping.language.vocabulary import BY_KEY
from bridge.mapping.language.yamltext import Entry, bracketed, scalar, written
from bridge.mapping.propose import contents, headings, shapes
from bridge.mapping.propose.sample_tables import (
    SampleColumn,
    SampleTable,
    header_and_lines,
    level,
    priced,
    sheet_of,
    text_at,
    unused,
)
from bridge.model.table import rows_text
from bridge.model.text import collapsed, folded
from bridge.model.vat import RATES

if TYPE_CHECKING:
    from bridge.model.table import Layout, Row, Source

PAYMENT_FORMS = NAMED["payment_form"]
OFFERED, SAMPLES, LONGEST = 8, 2, 24  # free columns beside a field, their texts, letters of a text
CHECK, FILL = "SPRAWDŹ", "UZUPEŁNIJ"
SEPARATORS = {";": "średnik", ",": "przecinek", "\t": "tab", "|": "kreska"}
KINDS = {"FS": "VAT", "FV": "VAT", "FA": "VAT", "F": "VAT", "VAT": "VAT", "KFS": "KOR", "FK": "KOR", "KOR": "KOR"}
LINE = ("pozycja.nazwa", "pozycja.jednostka", "pozycja.ilosc", "pozycja.stawka_vat")  # art. 106e(1)(7)-(12)
OF_LINES = ("pozycja.ilosc", "pozycja.stawka_vat", "pozycja.cena_netto", "pozycja.cena_brutto", "pozycja.jednostka")
SELLER = ("nip", "nazwa", "adres_linia1", "adres_linia2", "kraj")
SURE_RATES = {f"{rate}{sign}": rate for rate in ("23", "8", "5") for sign in ("", "%", " %", ",00", ",00%")}
_BEGINNING = re.compile(r"[^\d]{4,}")  # of a footer: dates and page numbers in it change from file to file
TOTAL = re.compile(r"(razem|suma|ogółem|łącznie|podsumowanie)\b.*", re.IGNORECASE)


def propose(source: Source, layout: Layout, pattern: str, seller: Mapping[str, str] | None = None) -> str:
    """The text of a mapping for files like this one; of the seller what the settings know."""
    sheets = [sheet_of(table) for table in source.tables.values()]
    header, lines = header_and_lines(sheets)
    for sheet in (header, lines) if header is not lines else (header,):
        priced(sheet)
        level(sheet, sheet.has("pozycja.ilosc", "pozycja.cena_netto", "pozycja.cena_brutto", "pozycja.stawka_vat"))
    draft = _Draft(header, lines, layout, seller or {})
    return written(draft.head(source, pattern), draft.sections(pattern))


# --- the text ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Draft:
    header: SampleTable
    lines: SampleTable
    layout: Layout
    seller: Mapping[str, str]

    @property
    def joined(self) -> bool:
        return self.header is not self.lines

    @property
    def pairs(self) -> list[tuple[str, SampleColumn]]:
        """Columns of net values, one per rate, of a register that has no lines."""
        if self.joined or self.header.has("pozycja.ilosc", "pozycja.stawka_vat"):
            return []
        found = ((headings.rate_pair(column.heading), column) for column in self.header.columns)
        return [(pair[1], column) for pair, column in found if pair and pair[0] == "netto"]

    @property
    def has_lines(self) -> bool:
        return self.lines.has(*OF_LINES) or self.joined

    def head(self, source: Source, pattern: str) -> list[str]:
        """What a person reads first."""
        said = [
            f"Propozycja mapowania dla plików {pattern}, zrobiona z {source.file}.",
            f"Przejrzyj każdy wiersz ze słowem {CHECK} i wpisz to, przy czym stoi {FILL}; potem usuń te uwagi.",
            f"Sprawdzenie: ksef-bridge check {source.file} --mapping TEN_PLIK",
        ]
        for sheet in self._sheets():
            unknown = [row.number for row in sheet.loose if not self._is_explained(row)]
            if unknown:
                said.append(
                    f"{FILL}: bez numeru faktury są wiersze {rows_text(unknown)}; bez numeru albo reguły są błędem (D12)."
                )
        return [*said, *(f"{sheet.table.sheet or sheet.table.file}: {_listed(sheet)}" for sheet in self._sheets())]

    def _sheets(self) -> list[SampleTable]:
        return [self.header, self.lines] if self.joined else [self.header]

    def sections(self, pattern: str) -> Iterator[Entry]:
        """Section by section, as mapping.md lists them."""
        yield Entry("mapowanie", "1")
        yield Entry("zrodlo", entries=tuple(self._source(pattern)))
        dictionaries = tuple(self._dictionaries())
        if dictionaries:
            yield Entry("slowniki", entries=dictionaries)
        own = tuple(self._own(key) for key in SELLER)
        yield Entry("sprzedawca", note="dane swojej firmy", entries=own)
        yield Entry("faktura", entries=tuple(self._invoice()))
        yield Entry("nabywca", entries=tuple(self._buyer()))
        for section in ("korekta", "platnosc"):
            fields = tuple(self._fields(self.header, section))
            if fields:
                yield Entry(section, entries=fields)
        yield from self._goods()
        control = tuple(each for sheet in self._sheets() for each in self._fields(sheet, "kontrola"))
        if control:
            yield Entry("kontrola", entries=tuple({each.key: each for each in control}.values()))
        rules = tuple(self._rules())
        if rules:
            yield Entry("reguly", items=rules)

    def _own(self, key: str) -> Entry:
        """The seller's own data, from the settings where they stand there."""
        known = self.seller.get(key, "")
        return Entry(key, scalar(known)) if known else Entry(key, note=FILL)

    def _asked(self, sheet: SampleTable, key: str, meaning: str = "") -> Entry:
        """A field that every invoice has and no column fits: what is free in the file stands beside it."""
        return Entry(key.rpartition(".")[2], note=f"{FILL}: {meaning or BY_KEY[key].label}; {free(sheet, key)}")

    def _source(self, pattern: str) -> Iterator[Entry]:
        layout = self.layout
        yield Entry("pliki", scalar(pattern), f"{CHECK}: * zastępuje zmienną część nazwy")
        if layout.encoding:
            yield Entry("kodowanie", layout.encoding)
        if layout.separator:
            yield Entry("separator", SEPARATORS[layout.separator])
        if layout.heading_rows != (1,):
            yield Entry("wiersze_naglowka", "-".join(map(str, layout.heading_rows)) or "brak")
        own = [each for table in layout.tables for each in table.columns if each.index]
        if own:
            yield Entry("kolumny", entries=tuple(Entry(each.name, str(each.index)) for each in own))
        if not self.joined and self.header.table.sheet:
            yield Entry("arkusz", scalar(self.header.table.sheet))
        yield from shapes.formats(self._dates(), self._amounts())
        used = [column for sheet in self._sheets() for column in sheet.words.values()]
        if any(text.startswith("'") for column in used for text in column.seen):
            yield Entry("apostrof_na_poczatku", "usun", f"{CHECK}: czy apostrof nie należy do tekstu")
        number = self.header.words.get("faktura.numer")
        if number is None:
            yield self._asked(self.header, "jedna_faktura_to", "kolumna z numerem faktury")
            return
        yield Entry("jedna_faktura_to", bracketed(number.heading), _doubt(number))
        if self._first_row_only(number):
            yield Entry(
                "naglowek_w_pierwszym_wierszu", "tak", f"{CHECK}: dalsze wiersze faktury nie powtarzają jej danych"
            )
        if self.joined:
            key = self.lines.words["faktura.numer"].heading
            named = ("naglowki", self.header, ()), ("pozycje", self.lines, (Entry("klucz", bracketed(key)),))
            yield Entry(
                "tabele", entries=tuple(Entry(name, entries=(self._where(sheet), *more)) for name, sheet, more in named)
            )

    def _where(self, sheet: SampleTable) -> Entry:
        return (
            Entry("arkusz", scalar(sheet.table.sheet))
            if sheet.table.sheet
            else Entry("pliki", scalar(sheet.table.file))
        )

    def _dates(self) -> list[SampleColumn]:
        return [
            column
            for sheet in self._sheets()
            for word, column in sheet.words.items()
            if "data_" in word or word.endswith("termin")
        ]

    def _amounts(self) -> list[SampleColumn]:
        words = ("pozycja.cena", "pozycja.wartosc", "pozycja.ilosc", "kontrola.")
        named = [column for sheet in self._sheets() for word, column in sheet.words.items() if word.startswith(words)]
        return [*named, *(column for _, column in self.pairs)]

    def _first_row_only(self, number: SampleColumn) -> bool:
        """Whether rows after the first of an invoice leave the buyer out."""
        buyer = self.header.words.get("nabywca.nazwa")
        repeated = [at for at, text in enumerate(number.texts) if text in number.texts[:at]]
        return buyer is not None and bool(repeated) and not any(buyer.texts[at] for at in repeated)

    # --- fields --------------------------------------------------------------------------------------------------

    def _fields(self, sheet: SampleTable, section: str, *left_out: str) -> Iterator[Entry]:
        for word, column in sheet.words.items():
            own, _, name = word.partition(".")
            if own == section and word not in left_out:
                yield self._field(name, word, column)

    def _field(self, name: str, word: str, column: SampleColumn) -> Entry:
        dictionary = self._dictionary_of(word, column)
        if dictionary:
            value = (Entry("wartosc", bracketed(column.heading), _doubt(column)), Entry("slownik", dictionary))
            return Entry(name, entries=value)
        return Entry(name, bracketed(column.heading), _doubt(column))

    def _dictionary_of(self, word: str, column: SampleColumn) -> str:
        if word == "pozycja.stawka_vat":
            return "stawki_vat"
        if word == "faktura.rodzaj":
            return "rodzaje"
        known = all(folded(text) in PAYMENT_FORMS for text in column.seen)
        return "formy_platnosci" if word == "platnosc.forma" and not known else ""

    def _dictionaries(self) -> Iterator[Entry]:
        for sheet in self._sheets():
            for word, column in sheet.words.items():
                name = self._dictionary_of(word, column)
                if name:
                    yield Entry(name, entries=tuple(_translated(word, text) for text in column.seen))
        if self._exempt():
            yield Entry(
                "podstawy_zwolnienia",
                note=f"{FILL}: przepis, np. art. 43 ust. 1 pkt 29 ustawy o VAT",
                entries=tuple(Entry(scalar(text), "", FILL) for text in self._exempt()),
            )

    def _exempt(self) -> list[str]:
        """How this program writes an exempt rate."""
        rate = self.lines.words.get("pozycja.stawka_vat")
        if rate:
            return [text for text in rate.seen if folded(text).strip(".") == "zw"]
        return ["zw"] if any(rate == "zw" for rate, _ in self.pairs) else []

    def _invoice(self) -> Iterator[Entry]:
        for key in ("faktura.numer", "faktura.data_wystawienia"):
            if not self.header.has(key):
                yield self._asked(self.header, key)
        yield from self._fields(self.header, "faktura")
        if not self.header.has("faktura.rodzaj"):
            yield Entry(
                "rodzaj", "VAT", f"{CHECK}: plik nie podaje rodzaju; {FILL}, jeśli są w nim korekty albo zaliczki"
            )
        if not self.header.has("faktura.waluta"):
            yield Entry("waluta", "PLN", f"{CHECK}: plik nie podaje waluty; {FILL}, jeśli bywają inne")
        if self.lines.has("pozycja.cena_brutto") and not self.lines.has("pozycja.cena_netto"):
            yield Entry("ceny", "brutto", f"{CHECK}: plik podaje ceny brutto")

    def _buyer(self) -> Iterator[Entry]:
        words = self.header.words
        place = [words[word].heading for word in ("nabywca.kod", "nabywca.miejscowosc") if word in words]
        yield from self._fields(self.header, "nabywca", "nabywca.kod", "nabywca.miejscowosc")
        if place:
            doubts = {_doubt(words[word]) for word in ("nabywca.kod", "nabywca.miejscowosc") if word in words} - {""}
            if "nabywca.adres_linia1" in words:
                yield Entry("adres_linia2", bracketed(*place), next(iter(doubts), ""))
            else:
                note = f"{CHECK}: nie widać kolumny z ulicą; {FILL}, jeśli plik ją ma; {free(self.header, 'nabywca.adres_linia1')}"
                yield Entry("adres_linia1", bracketed(*place), note)
        for key in ("nabywca.nip", "nabywca.nazwa", *(() if place else ("nabywca.adres_linia1",))):
            if key not in words:
                yield self._asked(self.header, key)
        if "nabywca.kraj" not in words:
            yield Entry("kraj", "PL", f"{CHECK}: plik nie podaje kraju nabywcy; {FILL}, jeśli bywają zagraniczni")

    def _goods(self) -> Iterator[Entry]:
        if self.has_lines:
            fields = tuple(self._fields(self.lines, "pozycja"))
            lacking = [self._asked(self.lines, key) for key in LINE if not self.lines.has(key)]
            if not self.lines.has("pozycja.cena_netto", "pozycja.cena_brutto"):
                lacking.append(self._asked(self.lines, "cena_netto", "cena jednostkowa netto (brutto: cena_brutto)"))
            yield Entry("pozycja", entries=(*fields, *lacking))
            return
        yield Entry(
            "pozycja_zbiorcza",
            "tak" if self.pairs else "nie",
            f"{CHECK}: plik nie ma pozycji (ilości i cen). Lepszy jest eksport z pozycjami; tak: jedna pozycja na stawkę",
        )
        name = self.header.words.get("pozycja.nazwa")
        named = bracketed(name.heading) if name else ""
        if self.pairs:
            yield Entry("pozycje_z_kolumn", items=tuple(_pair(rate, column, named) for rate, column in self.pairs))
        else:
            yield Entry("pozycja", entries=tuple(_lump(named, self.header.words.get("kontrola.faktura_netto"))))

    # --- rules ---------------------------------------------------------------------------------------------------

    def _rules(self) -> Iterator[tuple[Entry, ...]]:
        yield from self._footers()
        nip, number = self.header.words.get("nabywca.nip"), self.header.words.get("faktura.numer")
        if nip and not all(nip.texts) and not (number and self._first_row_only(number)):
            tests = ((Entry("kolumna", bracketed(nip.heading)), Entry("jest_puste", "tak")),)
            setting = (Entry("nabywca.bez_identyfikatora", "tak"),)
            title = Entry("opis", "Nabywca bez NIP to osoba prywatna", f"{CHECK}: czy zawsze")
            yield title, Entry("gdy", items=tests), Entry("ustaw", entries=setting)
        yield from self._exemptions()

    def _exemptions(self) -> Iterator[tuple[Entry, ...]]:
        rate = self.lines.words.get("pozycja.stawka_vat")
        pair = next((column for rate, column in self.pairs if rate == "zw"), None)
        if not self._exempt():
            return
        test: tuple[Entry, ...] = _not_zero(pair) if pair else ()
        value = "zw"
        if rate:
            test = (Entry("kolumna", bracketed(rate.heading)), _values("jest", self._exempt()))
            value = bracketed(rate.heading)
        basis = Entry(
            "faktura.zwolnienie_ustawa", entries=(Entry("wartosc", value), Entry("slownik", "podstawy_zwolnienia"))
        )
        where = (Entry("tabela", "pozycje"),) if self.joined and rate else ()
        yield (
            Entry("opis", "Sprzedaż zwolniona z VAT"),
            *where,
            Entry("gdy", items=(test,)),
            Entry("ustaw", entries=(basis,)),
        )

    def _footers(self) -> Iterator[tuple[Entry, ...]]:
        """Rows without an invoice number: a rule for each, known by the first text in them."""
        told: set[tuple[int, str]] = set()
        for row in self.header.loose:
            at, text, start, whole = _first_text(row)
            heading = self.header.table.heading[at] if 0 <= at < len(self.header.table.heading) else ""
            if not heading or (at, start) in told or self._is_of_invoices(at, start, whole=whole):
                continue
            told.add((at, start))
            test = (
                Entry("kolumna", bracketed(heading)),
                Entry("jest" if whole else "zaczyna_sie_od", scalar(start)),
            )
            totals = tuple(self._totals(row)) if TOTAL.fullmatch(text) else ()
            setting = (Entry("ustaw", entries=totals),) if totals else ()
            title = Entry("opis", scalar(f"Wiersz „{start}” to nie faktura"), CHECK)
            yield title, Entry("gdy", items=(test,)), *setting, Entry("pomin", "tak")

    def _is_explained(self, row: Row) -> bool:
        """Whether a rule is proposed for a row without an invoice number."""
        at, _, start, whole = _first_text(row)
        named = 0 <= at < len(self.header.table.heading) and bool(self.header.table.heading[at])
        return row in self.header.loose and named and not self._is_of_invoices(at, start, whole=whole)

    def _is_of_invoices(self, at: int, start: str, *, whole: bool) -> bool:
        """Whether a rule on this text would also leave out rows that have an invoice number."""
        cells = (folded(text_at(row, at)) for row in self.header.rows)
        wanted = folded(start)
        return any(cell == wanted if whole else cell.startswith(wanted) for cell in cells)

    def _totals(self, row: Row) -> Iterator[Entry]:
        words = {"pozycja.wartosc_netto": "netto", "kontrola.pozycja_vat": "vat", "kontrola.pozycja_brutto": "brutto"}
        words |= {f"kontrola.faktura_{amount}": amount for amount in ("netto", "vat", "brutto")}
        for word, amount in words.items():
            column = self.header.words.get(word)
            if column and (text_at(row, column.index) or column.index in row.values):
                yield Entry(f"plik.{amount}", bracketed(column.heading))


def _first_text(row: Row) -> tuple[int, str, str, bool]:
    """Where a row's first text stands, the text, what of it stays from file to file, and whether that is all of it."""
    at, text = next(((at, collapsed(cell)) for at, cell in enumerate(row.cells) if cell.strip()), (-1, ""))
    begins = _BEGINNING.match(text[:40])
    start = begins[0].rstrip() if begins else text[:40].rstrip()
    return at, text, start, start == text


def _listed(sheet: SampleTable) -> str:
    """What was not used, so that nothing is passed over in silence."""
    pairs = {id(column) for column in sheet.columns if headings.rate_pair(column.heading)}
    rest = [column.heading for column in unused(sheet) if id(column) not in pairs]
    return f"kolumn nie użyto: {', '.join(rest)}" if rest else "użyto wszystkich kolumn"


def free(sheet: SampleTable, key: str) -> str:
    """Columns that are not used, with what stands in them: one of them may be the one that is asked for."""
    left = unused(sheet)
    likely = [column for column in left if contents.likely(key, column.seen)] or left
    shown = [
        f"[{column.heading}] {', '.join(f'„{_short(text)}”' for text in column.seen[:SAMPLES])}".rstrip()
        for column in likely[:OFFERED]
    ]
    return f"wolne kolumny: {'; '.join(shown)}" if shown else "w pliku nie ma wolnej kolumny"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _doubt(column: SampleColumn) -> str:
    return CHECK if column.guessed or headings.is_ambiguous(column.heading) else ""


def _translated(word: str, text: str) -> Entry:
    """A dictionary entry: filled in where there is only one thing it can be."""
    right = ""
    if word == "pozycja.stawka_vat":
        right = SURE_RATES.get(text, text if text in RATES and text != "0" else "")
        found = contents.rate(text)
        if not right and found:
            return Entry(scalar(text), f"{found:.0f}", CHECK)
    elif word == "faktura.rodzaj":
        right = KINDS.get(text.upper(), "")
    elif word == "platnosc.forma":
        right = next((form for form in PAYMENT_FORMS if folded(text).startswith(form)), "")
    return Entry(scalar(text), right, "" if right and word == "pozycja.stawka_vat" else (CHECK if right else FILL))


def _not_zero(column: SampleColumn) -> tuple[Entry, ...]:
    zeros = [text for text in column.seen if re.fullmatch(r"0([.,]0+)?", text)] or ["0,00"]
    return Entry("kolumna", bracketed(column.heading)), _values("nie_jest", ["", *zeros])


def _values(key: str, texts: Iterable[str]) -> Entry:
    return Entry(key, values=tuple(scalar(text) for text in texts))


def _pair(rate: str, column: SampleColumn, named: str) -> tuple[Entry, ...]:
    fields = (*_lump(named, column, column), Entry("stawka_vat", rate))
    sign = "%" if rate.isdecimal() else ""
    title = Entry("opis", f"Sprzedaż {rate}{sign}")
    return title, Entry("gdy", items=(_not_zero(column),)), Entry("pozycja", entries=fields)


def _lump(named: str, price: SampleColumn | None, net: SampleColumn | None = None) -> Iterator[Entry]:
    yield Entry("nazwa", named, "" if named else f"{FILL}: nazwa towaru lub usługi")
    yield Entry("jednostka", "usł.", f"{CHECK}: plik nie podaje jednostki; {FILL}, jeśli jest inna")
    yield Entry("ilosc", "1", f"{CHECK}: plik nie podaje ilości; {FILL}, jeśli jest inna")
    yield Entry("cena_netto", bracketed(price.heading)) if price else Entry("cena_netto", note=f"{FILL}: kwota netto")
    if net:
        yield Entry("wartosc_netto", bracketed(net.heading))
    else:
        yield Entry("stawka_vat", "", f"{FILL}: plik nie podaje stawki")
