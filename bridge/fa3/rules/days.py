"""Sections C, F and H beyond fa3.md: all other days of an invoice, and parts that stand twice → what cannot be or looks wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, Found, Rule, W, rule
from bridge.model.identifiers import ksef_date
from bridge.model.invoice import Invoice, Kind

YEAR = timedelta(days=366)
EARLY = timedelta(days=60)  # how long before the supply an invoice may be issued (VAT Act art. 106i(7))
LATE_NUMBER = timedelta(days=60)  # after which a number of KSeF is no number of that invoice
LONGEST_PERIOD = timedelta(days=3 * 366)
BARRED = timedelta(days=6 * 366)  # tax of older years is barred (Ordynacja podatkowa art. 70)


@rule(
    "C14",
    W,
    "Fa/FaWiersz/P_6A",
    "Daty pozycji, zapłat zaliczki i okresu leżą blisko faktury.",
    "BR",
    field="pozycja.data_sprzedazy",
    advice="Sprawdź tę datę w programie ERP.",
)
def days_of_parts(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.sale_date and not f.kind.corrects and not -YEAR <= line.sale_date - f.issued <= EARLY:
            yield Found(
                f"Pozycja „{line.called}” ma datę sprzedaży {line.sale_date}, daleką od wystawienia {f.issued}.",
                str(line.sale_date),
                (line.row,) if line.row else (),
            )
    for part in f.part_advances:
        if part.paid > f.issued or f.issued - part.paid > YEAR:
            when = "po wystawieniu" if part.paid > f.issued else "ponad rok przed wystawieniem"
            yield Found(
                f"Zapłatę {part.amount} otrzymano {part.paid}, {when}.", str(part.paid), field="zaliczki_czesciowe.data"
            )
    if f.period and f.period[1] - f.period[0] > LONGEST_PERIOD:
        yield Found(
            f"Okres od {f.period[0]} do {f.period[1]} ma ponad trzy lata.", str(f.period[0]), field="faktura.okres_od"
        )
    if f.kind is Kind.ZAL and f.sold and f.issued - f.sold > YEAR:
        yield Found(
            f"Zapłatę zaliczki otrzymano {f.sold}, ponad rok przed wystawieniem.",
            str(f.sold),
            field="faktura.data_sprzedazy",
        )


@rule(
    "F41",
    W,
    "Fa/DaneFaKorygowanej/DataWystFaKorygowanej",
    "Faktura korygowana nie jest przedawniona, jej numer KSeF jest z jej dni, a data sprzedaży do niej pasuje.",
    "BR",
    field="korekta.data_faktury",
    advice="Sprawdź datę i numer faktury korygowanej.",
    about=subjects.correction,
)
def days_of_originals(f: Invoice, _c: Context) -> Iterator[Found]:
    originals = f.correction.originals if f.correction else ()
    for original in originals:
        if f.issued - original.issued > BARRED:
            yield Found(
                f"Faktura korygowana {original.number} ma datę {original.issued}: podatek z niej jest przedawniony.",
                str(original.issued),
            )
        numbered = ksef_date(original.ksef_number) if original.ksef_number else ""
        if numbered and date.fromisoformat(numbered) - original.issued > LATE_NUMBER:
            yield Found(
                f"Faktura {original.number} ma datę {original.issued}, a numer KSeF nadano dopiero {numbered}.",
                str(original.issued),
                field="korekta.numer_ksef",
            )
        if numbered and date.fromisoformat(numbered) - f.issued > timedelta(days=7):
            yield Found(
                f"Numer KSeF faktury {original.number} nadano {numbered}, po wystawieniu korekty.",
                numbered,
                field="korekta.numer_ksef",
            )
    supply = f.period[1] if f.period else f.sold
    if originals and supply and f.kind.corrects:
        first, last = min(each.issued for each in originals), max(each.issued for each in originals)
        if first - supply > YEAR or (supply - last > YEAR and supply > f.issued):
            yield Found(
                f"Data sprzedaży {supply} nie pasuje do faktury korygowanej z {first}.",
                str(supply),
                field="faktura.data_sprzedazy",
            )


@rule(
    "H18",
    W,
    "Fa/Platnosc/DataZaplaty",
    "Zapłata nie jest starsza niż rok przed fakturą, a zapłaty częściowe nie są z przyszłości.",
    "BR",
    field="platnosc.data_zaplaty",
    advice="Sprawdź datę zapłaty.",
)
def not_paid_long_ago(f: Invoice, c: Context) -> Iterator[Found]:
    p = f.payment
    if p is None:
        return
    earliest = min([f.issued, *(each.issued for each in (f.correction.originals if f.correction else ()))])
    for key, day in (
        ("platnosc.data_zaplaty", p.paid_on),
        *(("zaplaty_czesciowe.data", part.paid) for part in p.parts),
    ):
        if day and earliest - day > YEAR:
            yield Found(f"Zapłata z {day} jest ponad rok starsza niż faktura.", str(day), field=key)
        elif day and key == "zaplaty_czesciowe.data" and day > max(f.issued, c.today):
            yield Found(f"Zapłata częściowa {day} jest w przyszłości.", str(day), field=key)


@rule(
    "H19",
    W,
    "Fa/Platnosc",
    "Rachunek, termin i zapłata częściowa nie powtarzają się co do joty.",
    "BR",
    field="rachunki.numer",
    advice="Usuń powtórzenie.",
)
def once(f: Invoice, _c: Context) -> Iterator[Found]:
    p = f.payment
    if p is None:
        return
    repeated: tuple[tuple[str, str, Sequence[object]], ...] = (
        ("Rachunek", "rachunki.numer", [each.number for each in (*p.accounts, *p.factor_accounts)]),
        ("Termin płatności", "terminy.termin", p.terms),
        ("Zapłata częściowa", "zaplaty_czesciowe.kwota", p.parts),
    )
    for what, key, parts in repeated:
        if len(parts) < 2:
            continue
        for part, count in Counter(parts).items():
            if count > 1:
                yield Found(
                    f"{what} {part} jest na fakturze {count} razy."
                    if isinstance(part, str)
                    else f"{what} jest na fakturze {count} razy.",
                    field=key,
                )


@rule(
    "H20",
    W,
    "Fa/Rozliczenie",
    "Rozliczenie ma sumy swoich kwot i wynik.",
    "XSD note",
    field="rozliczenie.do_zaplaty",
    advice="Uzupełnij sumę obciążeń albo odliczeń i kwotę do zapłaty albo do rozliczenia.",
    about=subjects.settlement,
)
def settlement_is_whole(f: Invoice, _c: Context) -> Iterator[Found]:
    s = f.settlement
    if s is None:
        return
    lacks = [
        what
        for what, missing in (
            ("sumy obciążeń", s.charges and s.charges_total is None),
            ("sumy odliczeń", s.deductions and s.deductions_total is None),
            ("kwoty do zapłaty albo do rozliczenia", s.to_pay is None and s.to_settle is None),
        )
        if missing
    ]
    if lacks:
        yield Found(f"Rozliczenie nie ma: {', '.join(lacks)}.")


@rule(
    "H21",
    W,
    "Zalacznik/BlokDanych",
    "Blok, tabela i dana załącznika nie powtarzają się co do joty.",
    "BR",
    field="zalaczniki.naglowek",
    advice="Usuń powtórzenie.",
    about=subjects.attachment,
)
def attached_once(f: Invoice, _c: Context) -> Iterator[Found]:
    repeated: tuple[tuple[str, Sequence[object]], ...] = (
        ("Blok danych", f.attachment),
        ("Tabela", [table for block in f.attachment for table in block.tables]),
        *(("Dana", block.metadata) for block in f.attachment),
    )
    for what, parts in repeated:
        if len(set(parts)) < len(parts):
            yield Found(f"{what} załącznika powtarza się.")


@rule(
    "H22",
    W,
    "Fa/WarunkiTransakcji",
    "Umowa i zamówienie są sprzed faktury, transport jest jej bliski, a termin płatności słowami nie jest dłuższy niż rok.",
    "BR",
    field="warunki.umowy.data",
    advice="Sprawdź tę datę w programie ERP.",
)
def days_of_terms(f: Invoice, _c: Context) -> Iterator[Found]:
    for term in f.payment.terms if f.payment else ():
        days = term.rule and term.rule.count * (30 if term.rule.unit.casefold().startswith("mies") else 1)
        if term.rule and days and days > YEAR.days:
            said = f"Termin płatności to {term.rule.count} {term.rule.unit} od „{term.rule.event}”: ponad rok."
            yield Found(said, str(term.rule.count), field="terminy.ilosc")
    if f.terms is None:
        return
    for what, key, references in (
        ("Umowa", "warunki.umowy.data", f.terms.contracts),
        ("Zamówienie", "warunki.zamowienia.data", f.terms.orders),
    ):
        for each in references:
            if each.day and each.day > f.issued:
                yield Found(
                    f"{what} {each.number or ''} ma datę {each.day}, późniejszą niż faktura.", str(each.day), field=key
                )
    for transport in f.terms.transports:
        for moment in (transport.starts, transport.ends):
            if moment and abs(moment.date() - f.issued) > YEAR:
                yield Found(
                    f"Transport {moment:%Y-%m-%d} jest odległy od faktury.",
                    str(moment.date()),
                    field="warunki.transporty.rozpoczecie",
                )


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
