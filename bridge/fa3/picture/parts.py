"""The other parts of a document → blocks: correction, settlement, payment, terms, footer, attachment."""

from __future__ import annotations

from typing import Any

from bridge.fa3.picture.blocks import Attachment, FactList, PictureCell, PictureColumn, PictureRow, PictureTable, Texts
from bridge.fa3.picture.labels import LABELS
from bridge.fa3.picture.leaves import Fact, Leaves
from bridge.fa3.picture.parties import address

WIDE_TABLE = 9  # columns; from here on the attachment lies across
_RIGHT = frozenset({"dec", "int"})


def correction(leaves: Leaves, fa: Any) -> list[PictureTable | FactList | None]:
    """Why and what is corrected."""
    facts = leaves.facts(
        fa, "PrzyczynaKorekty", "TypKorekty", "OkresFaKorygowanej", "NrFaKorygowany", "P_15ZK", "KursWalutyZK"
    )
    rows = tuple(_original(leaves, each) for each in leaves.all(fa, "DaneFaKorygowanej"))
    columns = (PictureColumn("Numer", wide=True), PictureColumn("Data wystawienia"), PictureColumn("Numer KSeF"))
    return [
        FactList("Korekta", tuple(facts)) if facts else None,
        PictureTable("Faktury korygowane", columns, rows) if rows else None,
    ]


def _original(leaves: Leaves, element: Any) -> PictureRow:
    leaves.raw(element, "NrKSeF")  # the number itself follows
    outside = leaves.raw(element, "NrKSeFN")
    ksef = leaves.raw(element, "NrKSeFFaKorygowanej") or ("wystawiona poza KSeF" if outside else "")
    number, day = (leaves.text(element, name) for name in ("NrFaKorygowanej", "DataWystFaKorygowanej"))
    return PictureRow((PictureCell(number), PictureCell(day), PictureCell(ksef)))


def vehicles(leaves: Leaves, fa: Any) -> list[FactList]:
    """New means of transport (art. 42)."""
    found = leaves.one(fa, "Adnotacje/NoweSrodkiTransportu")
    if found is None:
        return []
    duty = leaves.facts(found, "P_42_5")
    each = [
        FactList("Nowy środek transportu", tuple(leaves.left(one))) for one in leaves.all(found, "NowySrodekTransportu")
    ]
    return [*([FactList("", tuple(duty))] if duty else []), *each]


def settlement(leaves: Leaves, fa: Any) -> list[PictureTable | FactList | None]:
    """Rozliczenie: what is added to the due amount and taken from it."""
    found = leaves.one(fa, "Rozliczenie")
    if found is None:
        return []
    columns = (PictureColumn("Rodzaj"), PictureColumn("Powód", wide=True), PictureColumn("Kwota", right=True))
    rows = [
        PictureRow(
            (PictureCell(word), PictureCell(leaves.text(each, "Powod")), PictureCell(leaves.text(each, "Kwota")))
        )
        for word, name in (("obciążenie", "Obciazenia"), ("odliczenie", "Odliczenia"))
        for each in leaves.all(found, name)
    ]
    facts = leaves.left(found)
    table = PictureTable("Rozliczenie", columns, tuple(rows)) if rows else None
    return [table, FactList("" if rows else "Rozliczenie", tuple(facts)) if facts else None]


def payment(leaves: Leaves, fa: Any) -> list[PictureTable | FactList | None]:
    """Platnosc: what is paid, when and how the rest is to be paid, and to which account."""
    found = leaves.one(fa, "Platnosc")
    if found is None:
        return []
    parts = [_part_paid(leaves, each) for each in leaves.all(found, "ZaplataCzesciowa")]
    facts = leaves.facts(found, "Zaplacono", "DataZaplaty", "ZnacznikZaplatyCzesciowej")
    facts += [Fact(LABELS["Termin"], _due(leaves, each)) for each in leaves.all(found, "TerminPlatnosci")]
    leaves.raw(found, "PlatnoscInna")
    facts += leaves.facts(found, "FormaPlatnosci", "OpisPlatnosci")
    facts += [Fact(LABELS["WarunkiSkonta"], text) for text in [_discount(leaves, found)] if text]
    facts += leaves.facts(found, "LinkDoPlatnosci", "IPKSeF")
    accounts = [
        FactList(title, tuple(leaves.left(each)))
        for name, title in (
            ("RachunekBankowy", "Rachunek bankowy"),
            ("RachunekBankowyFaktora", "Rachunek bankowy faktora"),
        )
        for each in leaves.all(found, name)
    ]
    columns = (
        PictureColumn("Data zapłaty", wide=True),
        PictureColumn("Forma"),
        PictureColumn("Zapłacona kwota", right=True),
    )
    return [
        FactList("Płatność", (*facts, *leaves.left(found))) if facts or not (parts or accounts) else None,
        PictureTable("Zapłacono częściowo", columns, tuple(parts)) if parts else None,
        *accounts,
    ]


def _part_paid(leaves: Leaves, element: Any) -> PictureRow:
    leaves.raw(element, "PlatnoscInna")
    form = leaves.text(element, "FormaPlatnosci") or leaves.text(element, "OpisPlatnosci")
    day, paid = leaves.text(element, "DataZaplatyCzesciowej"), leaves.text(element, "KwotaZaplatyCzesciowej")
    return PictureRow((PictureCell(day), PictureCell(form), PictureCell(paid)))


def _due(leaves: Leaves, element: Any) -> str:
    words = leaves.one(element, "TerminOpis")
    count, unit, since = (leaves.text(words, name) for name in ("Ilosc", "Jednostka", "ZdarzeniePoczatkowe"))
    told = f"{count} {unit}, licząc od: {since}" if words is not None else ""
    return ", ".join(filter(None, (leaves.text(element, "Termin"), told)))


def _discount(leaves: Leaves, found: Any) -> str:
    terms, size = leaves.text(found, "Skonto/WarunkiSkonta"), leaves.text(found, "Skonto/WysokoscSkonta")
    return f"{terms}; wysokość: {size}" if terms or size else ""


def terms(leaves: Leaves, fa: Any) -> list[FactList]:
    """WarunkiTransakcji: contracts, orders, batches, delivery, transport."""
    found = leaves.one(fa, "WarunkiTransakcji")
    if found is None:
        return []
    facts = [
        Fact(word, " z ".join(filter(None, (leaves.text(each, number), leaves.text(each, day)))))
        for word, name, number, day in (
            ("Umowa", "Umowy", "NrUmowy", "DataUmowy"),
            ("Zamówienie", "Zamowienia", "NrZamowienia", "DataZamowienia"),
        )
        for each in leaves.all(found, name)
    ]
    moves = [FactList("Transport", tuple(_transport(leaves, each))) for each in leaves.all(found, "Transport")]
    facts += leaves.left(found)
    return [*([FactList("Warunki transakcji", tuple(facts))] if facts else []), *moves]


def _transport(leaves: Leaves, element: Any) -> list[Fact]:
    leaves.raw(element, "TransportInny")
    leaves.raw(element, "LadunekInny")
    facts = leaves.facts(element, "RodzajTransportu", "OpisInnegoTransportu")
    carrier = leaves.one(element, "Przewoznik")
    if carrier is not None:
        place = address(leaves, leaves.one(carrier, "AdresPrzewoznika"))
        name = leaves.text(carrier, "DaneIdentyfikacyjne/Nazwa")
        numbers = [f"{each.label} {each.value}" for each in leaves.left(carrier)]
        facts.append(Fact("Przewoźnik", ", ".join(filter(None, (name, *numbers, *place)))))
    for name, word in (("WysylkaZ", "Wysyłka z"), ("WysylkaPrzez", "Wysyłka przez"), ("WysylkaDo", "Wysyłka do")):
        facts += [Fact(word, ", ".join(address(leaves, each))) for each in leaves.all(element, name)]
    return [*facts, *leaves.left(element)]


def descriptions(leaves: Leaves, fa: Any) -> PictureTable | None:
    """DodatkowyOpis: keys and values, of the invoice or of one line."""
    found = leaves.all(fa, "DodatkowyOpis")
    of_lines = any(leaves.one(each, "NrWiersza") is not None for each in found)
    names = [*(["NrWiersza"] if of_lines else []), "Klucz", "Wartosc"]
    columns = tuple(PictureColumn(LABELS[name], right=name == "NrWiersza", wide=name == "Wartosc") for name in names)
    rows = tuple(PictureRow(tuple(PictureCell(leaves.text(each, name)) for name in names)) for each in found)
    return PictureTable("Dodatkowy opis", columns, rows) if rows else None


def footer(leaves: Leaves) -> list[FactList | Texts]:
    """Stopka: what the seller adds, and the registers that know him."""
    found = leaves.one(leaves.root, "Stopka")
    if found is None:
        return []
    said = [leaves.own(text) for each in leaves.all(found, "Informacje") for text in leaves.all(each, "StopkaFaktury")]
    registers = leaves.left(found)
    told: list[FactList | Texts] = [Texts("Informacje", tuple(said))] if said else []
    return [*told, *([FactList("Rejestry", tuple(registers))] if registers else [])]


def attachment(leaves: Leaves) -> list[Attachment]:
    """Zalacznik: blocks of keys, paragraphs and tables."""
    found = leaves.one(leaves.root, "Zalacznik")
    blocks: list[FactList | Texts | PictureTable] = []
    for number, each in enumerate(leaves.all(found, "BlokDanych"), 1):
        title = leaves.text(each, "ZNaglowek") or f"Blok {number}"
        known = [Fact(leaves.text(one, "ZKlucz"), leaves.text(one, "ZWartosc")) for one in leaves.all(each, "MetaDane")]
        texts = [leaves.own(one) for part in leaves.all(each, "Tekst") for one in leaves.all(part, "Akapit")]
        blocks.append(FactList(title, tuple(known)))
        blocks += [Texts("", tuple(texts))] if texts else []
        blocks += [_attached(leaves, one) for one in leaves.all(each, "Tabela")]
    widest = max((len(block.columns) for block in blocks if isinstance(block, PictureTable)), default=0)
    return [Attachment(tuple(blocks), widest >= WIDE_TABLE)] if blocks else []


def _attached(leaves: Leaves, table: Any) -> PictureTable:
    """A table as the invoice has it: the schema counts neither its columns nor its cells, so the longest row does."""
    facts = [Fact(leaves.text(one, "TKlucz"), leaves.text(one, "TWartosc")) for one in leaves.all(table, "TMetaDane")]
    heads = [
        (leaves.text(each, "NKom"), each.get("Typ", "")) for each in leaves.all(leaves.one(table, "TNaglowek"), "Kol")
    ]
    rows = [[leaves.own(cell) for cell in leaves.all(row, "WKom")] for row in leaves.all(table, "Wiersz")]
    total = [[leaves.own(cell) for cell in leaves.all(row, "SKom")] for row in leaves.all(table, "Suma")]
    width = max(len(heads), *(len(row) for row in [*rows, *total]))
    heads += [("", "")] * (width - len(heads))
    columns = tuple(
        PictureColumn(name, right=kind in _RIGHT, wide=kind not in _RIGHT and not at)
        for at, (name, kind) in enumerate(heads)
    )
    made = [PictureRow(_cells(row, width)) for row in rows] + [PictureRow(_cells(row, width), "sum") for row in total]
    return PictureTable(leaves.text(table, "Opis"), columns, tuple(made), tuple(facts))


def _cells(texts: list[str], width: int) -> tuple[PictureCell, ...]:
    """One cell alone is a heading over the whole width."""
    padded = texts if len(texts) == 1 else texts + [""] * (width - len(texts))
    return tuple(PictureCell(text) for text in padded)
