"""For every part that repeats: words that make one, with two texts each, so that laws are tried over all of them."""

from __future__ import annotations

from bridge.mapping.language.vocabulary import BY_KEY, REPEATED, Word

# takes → two texts as an export writes them
TEXTS = {
    "text": ("alfa", "beta"),
    "long_text": ("alfa", "beta"),
    "cell": ("alfa", "beta"),
    "number": ("5,00", "7,00"),
    "count": ("1", "2"),
    "whole": ("14", "30"),
    "date": ("2026-02-01", "2026-02-02"),
    "moment": ("2026-02-01T08:00:00", "2026-02-02T08:00:00"),
    "nip": ("2222222222", "3333333333"),
    "flag": ("tak", "nie"),
    "country": ("PL", "DE"),
    "currency": ("EUR", "USD"),
    "eu_number": ("123456789", "987654321"),
    "ksef": ("1111111111-20260302-010020A0B1C2-ED", "2222222222-20260302-010020A0B1C2-76"),
    "account": ("61109010140000071219812874", "27114020040000300201355387"),
    "krs": ("0000123456", "0000654321"),
    "regon": ("123456785", "12345678512347"),
    "internal_id": ("1111111111-00013", "1111111111-00013"),
    "rate": ("23", "8"),
    "gtu": ("GTU_01", "GTU_02"),
    "procedure": ("TT_D", "I_42"),
    "order_procedure": ("TT_D", "IED"),
    "own_bank": ("1", "2"),
    "status": ("1", "2"),
    "correction_type": ("1", "2"),
    "column_type": ("date", "dec"),
    "margin": ("biuro podróży", "antyki"),
    "payment_form": ("gotówka", "przelew"),
    "parts_marker": ("częściowo", "w całości"),
    "third_role": ("odbiorca", "płatnik"),
    "authorised_role": ("komornik", "organ egzekucyjny"),
    "transport": ("drogowy", "morski"),
    "cargo": ("paleta", "karton"),
}
# Words without which the part is none, of parts whose words may all be left out, or of which one must be chosen.
CHOSEN = {
    "podmioty_trzecie": ("rola", "nip", "nazwa"),
    "nabywcy_przed": ("nip", "nazwa"),
    "zaliczki": ("numer_ksef",),
    "terminy": ("termin",),
    "warunki.umowy": ("numer",),
    "warunki.zamowienia": ("numer",),
    "warunki.transporty": ("rodzaj", "ladunek"),
    "rejestry": ("krs",),
    "pozycja_zamowienia": ("nazwa", "cena_netto"),
    "faktury_korygowane": ("numer_faktury", "data_faktury"),
    "nowe_srodki_transportu": ("data_dopuszczenia", "numer_wiersza"),
    "zaliczki_czesciowe": ("data", "kwota"),
    "dodatkowe_opisy": ("nazwa", "tresc"),
    "rozliczenie.obciazenia": ("kwota", "powod"),
    "rozliczenie.odliczenia": ("kwota", "powod"),
    "zaplaty_czesciowe": ("kwota", "data"),
    "rachunki": ("numer",),
    "rachunki_faktora": ("numer",),
}
TOP = tuple(section for section, part in REPEATED.items() if part.around not in REPEATED and section != "zalaczniki")


def needed(section: str) -> list[Word]:
    """The words that make one part."""
    words = [word for word in BY_KEY.values() if word.section == section]
    return [word for word in words if word.name in CHOSEN[section]] if section in CHOSEN else words[:1]


def optional(section: str) -> list[Word]:
    """The others; not the second spelling of one thing."""
    mine = {word.key for word in needed(section)}
    return [w for w in BY_KEY.values() if w.section == section and w.key not in mine and w.takes != "vat_ue"]


def yaml(section: str, fields: dict[str, str], *more: str, dash: bool = True) -> str:
    """A section of a mapping with these words, below the section around it."""
    around, _, name = section.rpartition(".")
    lines = [*more, *(f"{key}: {value}" for key, value in fields.items())]
    pad = "  " if around else ""
    body = [f"{pad}  {'- ' if dash and not count else '  '}{line}" for count, line in enumerate(lines)]
    return "\n".join([*([f"{around}:"] if around else []), f"{pad}{name}:", *body]) + "\n"


def field(word: Word, column: str) -> str:
    """A column; an empty flag says no."""
    return f"\n        wartosc: [{column}]\n        gdy_puste: nie" if word.takes == "flag" else f"[{column}]"
