"""A seed → invoice exports as Polish ERPs write them, with few or many diacritics: what the recogniser is measured on.

`python -m tests.support.polish` prints how many of 200 files per encoding are recognised, refused and wrong.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

from bridge.reading.encoding import CODECS, look, settle

HEADINGS = (
    "Nr faktury;Data wystawienia;Nabywca;NIP;Nazwa towaru;Ilość;Jm;Wartość netto;Kwota VAT",
    "Numer;Data sprzedaży;Kontrahent;NIP;Towar;Ilosc;J.m.;Netto;VAT",
    "nr;data;firma;nip;opis;ile;jm;netto;vat",
    "Dokument;Termin płatności;Płatnik;NIP;Usługa;Liczba;Jednostka;Należność;Podatek",
)
FIRMS = (
    "Hurtownia Łożysk ŹDŹBŁO Sp. z o.o.",
    "Piekarnia U Jędrusia",
    "Przedsiębiorstwo Usługowe ŚWIĄTEK s.c.",
    "Zakład Ślusarski J. Wójcik",
    "Gminna Spółdzielnia w Żółwinie",
    "Müller & Söhne Polska",
    "Grażyna Zażółcka",
    "TŁOCZNIA METALI ĆWIEK S.A.",
    "Stacja Paliw Dębno",
)
GOODS = (
    "Łożysko kulkowe 6204-2RS",
    "Śruba M8×40 ocynkowana",
    'Wąż ogrodowy ½"',
    "Usługa księgowa – luty",
    "Gwoździe 3,5×80",
    "Mąka pszenna typ 500",
    "Żarówka „Ćma” 60 W",
    "Koźlarz suszony",
    "Montaż 1/2 dnia",
    "Źródło zasilania",
    "Pręt żebrowany ø12",
)
PLAIN_FIRMS = ("ABC Sp. z o.o.", "Jan Nowak", "Hurt-Detal Poznan", "Firma Handlowa Bartek")
PLAIN_GOODS = ("Papier A4", "Blacha T18", "Monitor 24 cale", "Transport", "Rabat")


def export(seed: int) -> str:
    """One file: 1-200 rows, 0-100 % of them without diacritics."""
    dice = random.Random(seed)
    plain = dice.random()
    rows = [dice.choice(HEADINGS)]
    for number in range(1, dice.choice((1, 2, 3, 5, 10, 50, 200)) + 1):
        bare = dice.random() < plain
        firm = dice.choice(PLAIN_FIRMS if bare else FIRMS)
        goods = dice.choice(PLAIN_GOODS if bare else GOODS)
        unit = dice.choice(("szt.", "kg", "m", "godz.") if bare else ("usł.", "szt.", "m³", "kpl."))
        rows.append(f"F/{number}/2026;2026-02-03;{firm};2222222222;{goods};{dice.randint(1, 99)};{unit};100,00;23,00")
    return "\r\n".join(rows) + "\r\n"


def written(text: str, encoding: str) -> bytes:
    """As an ERP writes it: what the code page lacks becomes a question mark."""
    return text.encode("utf-8" if encoding == "utf-8" else CODECS[encoding], "replace")


def recognised(data: bytes, folder: Path) -> str:
    """The name of the recognised encoding, "" for a refusal."""
    path = folder / "export.csv"
    path.write_bytes(data)
    encoding, _ = settle(look(path), "", "export.csv")
    return encoding.name if encoding else ""


def verdict(data: bytes, encoding: str, folder: Path) -> str:
    """right · refused · wrong; another name that decodes to the same text is right."""
    name = recognised(data, folder)
    if not name:
        return "refused"
    same = data.decode(CODECS[name], "replace") == data.decode(CODECS[encoding], "replace")
    return "right" if same else "wrong"


def table(count: int, folder: Path) -> dict[str, Counter[str]]:
    """Encoding → how many of `count` files are right, refused and wrong."""
    return {
        encoding: Counter(verdict(written(export(seed), encoding), encoding, folder) for seed in range(count))
        for encoding in ("utf-8", "cp1250", "iso-8859-2", "cp852")
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(
            "encodings recognised, of 200 generated Polish files each (1-200 rows, 0-100 % of rows without Polish letters)"
        )
        for name, counts in table(200, Path(place)).items():
            print(f"{name:12} right {counts['right']:3}  wrong {counts['wrong']:3}  refused {counts['refused']:3}")
