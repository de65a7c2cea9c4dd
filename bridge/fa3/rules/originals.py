"""Section F of fa3.md: the invoices that a correction names → what contradicts their numbers or the own ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from bridge.fa3.rules import ledger_originals as originals
from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, held, rule
from bridge.model.identifiers import ksef_crc_is_right, ksef_date
from bridge.model.invoice import Invoice, Kind, Original
from bridge.model.text import xml_collapsed

NUMBER = "korekta.numer_faktury"
KSEF = "korekta.numer_ksef"
OUTSIDE = "korekta.poza_ksef"
MANDATE = date(2026, 4, 1)  # from here on everyone who is not exempted issues in KSeF
PREDECESSOR = "3"
CORRECTED_BY = {
    Kind.KOR: (Kind.VAT, Kind.UPR),
    Kind.KOR_ZAL: (Kind.ZAL,),
    Kind.KOR_ROZ: (Kind.ROZ,),
}


def _originals(f: Invoice) -> tuple[Original, ...]:
    return f.correction.originals if f.correction else ()


@rule(
    "F02",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    "Numer KSeF faktury korygowanej ma prawidłową sumę kontrolną.",
    "section 6.1",
    field=KSEF,
    advice="Przepisz numer KSeF jeszcze raz.",
    keeps=True,
    about=subjects.correction,
)
def ksef_crc(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _originals(f):
        if original.ksef_number and not ksef_crc_is_right(original.ksef_number):
            yield Found(f"Numer KSeF „{original.ksef_number}” ma błędną sumę kontrolną.", original.ksef_number)


@rule(
    "F03",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    "Numer KSeF faktury korygowanej zaczyna się od NIP-u sprzedawcy albo tego, po kim przejął firmę (Podmiot1K, rola 3).",
    "BR",
    field=KSEF,
    advice="Sprawdź, czyj to numer.",
    keeps=True,
    about=subjects.correction,
)
def ksef_of_seller(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _originals(f):
        if original.ksef_number and original.ksef_number.partition("-")[0] not in issuers(f):
            yield Found(
                f"Numer KSeF „{original.ksef_number}” nie należy do sprzedawcy {f.seller.nip}.", original.ksef_number
            )


@rule(
    "F04",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFN",
    "Faktura korygowana albo ma numer KSeF, albo powstała poza KSeF.",
    "KU KOR_NRKSEF_CONSISTENCY",
    field=OUTSIDE,
    advice="Ustaw `korekta.poza_ksef: tak` tylko dla faktur bez numeru KSeF.",
    keeps=True,
    about=subjects.correction,
)
def number_or_outside(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _originals(f):
        if original.ksef_number and original.outside_ksef:
            yield Found(
                f"Faktura {original.number} ma numer KSeF {original.ksef_number} i jednocześnie oznaczenie „poza KSeF”.",
                original.ksef_number,
            )


@rule(
    "F05",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFN",
    "Faktura „poza KSeF” nie ma numeru w księdze mostka i nie jest w drodze do KSeF, niezależnie od jej daty i rodzaju.",
    "BR",
    field=OUTSIDE,
    advice=f"Usuń oznaczenie „poza KSeF”: numer weźmie mostek. Sprawdź też numer i datę faktury. {originals.DECISION}",
    keeps=True,
    about=subjects.correction,
)
def outside_but_known(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _originals(f):
        known = originals.in_ksef(c.named(f.seller.nip, original.number)) if original.outside_ksef else []
        if known:
            named = originals.key_of(original)
            said = f"Faktura {named} jest oznaczona „poza KSeF”, a mostek zna {originals.described(known[0])}."
            decided = c.is_another(f.number, named)
            yield Found(f"{said} {originals.DECIDED}" if decided else said, named, severity=W if decided else None)


@rule(
    "F06",
    W,
    "Fa/DaneFaKorygowanej/NrKSeFN",
    "Faktura sprzed obowiązku może być poza KSeF; późniejsza wymaga powodu.",
    "BR",
    field=OUTSIDE,
    advice="Sprawdź, dlaczego ta faktura nie trafiła do KSeF.",
    about=subjects.correction,
)
def outside_after_mandate(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _originals(f):
        if original.outside_ksef and original.issued >= MANDATE:
            yield Found(
                f"Faktura {original.number} z {original.issued} powstała po starcie obowiązku KSeF, a jest oznaczona „poza KSeF”.",
                original.number,
            )


@rule(
    "F07",
    E,
    "Fa/DaneFaKorygowanej/DataWystFaKorygowanej",
    "Faktura korygowana nie jest późniejsza niż korekta ani niż jej numer KSeF.",
    "BR",
    field="korekta.data_faktury",
    advice="Sprawdź datę faktury korygowanej.",
    about=subjects.correction,
    otherwise="ostrzeżenie, gdy późniejsza jest tylko od swojego numeru KSeF",
)
def original_before(f: Invoice, _c: Context) -> Iterator[Found]:
    for original in _originals(f):
        if original.issued > f.issued:
            yield Found(
                f"Faktura korygowana {original.number} ma datę {original.issued}, późniejszą niż korekta {f.issued}.",
                str(original.issued),
            )
        elif original.ksef_number and ksef_date(original.ksef_number) < str(original.issued):
            yield Found(
                f"Faktura {original.number} ma datę {original.issued}, a numer KSeF nadano {ksef_date(original.ksef_number)}.",
                str(original.issued),
                severity=W,
            )


@rule(
    "F09",
    E,
    "Fa/DaneFaKorygowanej",
    "Korekta wskazuje fakturę pierwotną, nie wcześniejszą korektę.",
    "LAW*, POD",
    field=NUMBER,
    advice="Podaj numer faktury pierwotnej, także w drugiej i dalszej korekcie.",
    about=subjects.correction,
)
def original_is_first(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _originals(f):
        known = c.accepted(original.ksef_number) if original.ksef_number else None
        if known and known.kind.corrects:
            yield Found(f"Faktura {original.number} jest korektą, a nie fakturą pierwotną.", original.number)


@rule(
    "F10",
    E,
    "Fa/DaneFaKorygowanej",
    "Faktury korygowane nie powtarzają się i są rodzaju, który ta korekta koryguje.",
    "XSD enum",
    field=NUMBER,
    advice="Usuń powtórzony wiersz albo popraw `faktura.rodzaj`.",
    about=subjects.correction,
)
def no_repeats(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _originals(f):
        known = c.accepted(original.ksef_number) if original.ksef_number else None
        if known and not known.kind.corrects and known.kind not in CORRECTED_BY.get(f.kind, ()):
            yield Found(f"Faktura {original.number} jest rodzaju {known.kind}, a koryguje ją {f.kind}.", f.kind)
    named = Counter((each.number, each.issued, each.ksef_number) for each in _originals(f))
    for (number, issued, _), count in named.items():
        if count > 1:
            yield Found(f"Faktura korygowana {number} z {issued} jest wymieniona {count} razy.", number)


F11 = held(
    "F11",
    E,
    "Fa/DaneFaKorygowanej",
    "Faktura korygowana ma numer KSeF, zanim korekta zostanie wysłana.",
    "DOC offline",
    "pipeline: numer z księgi, DRAFT albo L02",
)


@rule(
    "F12",
    E,
    "Podmiot2/DaneIdentyfikacyjne/NIP",
    "Korekta ma identyfikator nabywcy z faktury pierwotnej.",
    "XSD note",
    field="nabywca.nip",
    advice="Błędnego NIP-u nie zmienia się korektą: skoryguj fakturę do zera (z tym NIP-em) i wystaw nową.",
    about=subjects.correction,
    otherwise="ostrzeżenie, gdy firmę nabywcy przejęto (podmiot trzeci w roli 3)",
)
def same_buyer(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _originals(f):
        known = c.accepted(original.ksef_number) if original.ksef_number else None
        if known and _who(known) != _who(f):
            taken_over = any(each.role == PREDECESSOR and each.nip == known.buyer.nip for each in f.third_parties)
            said = f"Faktura {original.number} ma nabywcę {_who(known)}, a jej korekta {_who(f)}."
            yield Found(said, f.buyer.nip or "", severity=W if taken_over else None)


@rule(
    "F35",
    E,
    "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    "Numer KSeF faktury korygowanej zgadza się z księgą mostka.",
    "BR",
    field=KSEF,
    advice="Usuń numer z pliku (mostek weźmie swój) albo go popraw.",
    keeps=True,
    about=subjects.correction,
)
def number_of_ledger(f: Invoice, c: Context) -> Iterator[Found]:
    for original in _originals(f):
        known = c.number_of(original.number, original.issued) if original.ksef_number else None
        own = c.accepted(original.ksef_number) if original.ksef_number else None
        same = own is not None and xml_collapsed(own.number) == xml_collapsed(original.number)
        if known and known != original.ksef_number and not same:  # two kinds may share a number
            yield Found(
                f"Plik podaje dla faktury {original.number} numer KSeF {original.ksef_number}, a mostek zna {known}.",
                original.ksef_number or "",
            )
        elif own and not same:
            yield Found(
                f"Numer KSeF {original.ksef_number} ma faktura {own.number}, a nie {original.number}.",
                original.ksef_number or "",
            )


def issuers(f: Invoice) -> set[str]:
    """Whose invoices it may correct or settle: the seller's, and those of whom he has taken over."""
    before = f.correction.seller_before if f.correction else None
    taken_over = {each.nip for each in f.third_parties if each.role == PREDECESSOR and each.nip}
    return {f.seller.nip, *([before.nip] if before else []), *taken_over}


def _who(f: Invoice) -> str:
    """The buyer's identifier, "" for a buyer without one."""
    return f.buyer.nip or f"{f.buyer.eu_code or ''}{f.buyer.eu_vat or ''}" or f.buyer.other_id or ""


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
