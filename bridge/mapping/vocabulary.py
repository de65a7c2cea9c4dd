"""The words of the mapping language: Polish key ↔ attribute of the model ↔ FA(3) element ↔ converter; the one table.

From it come the manual, the advice of messages and the way a problem of an element finds its column (design.md, 3.7).
"""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """One key of a section: `nabywca.nip`."""

    key: str
    attribute: str  # of bridge.model.invoice, below its section's noun: "address.line1"
    element: str  # FA(3) path below Faktura; "" when it is never printed
    takes: str  # a converter of bridge.mapping.convert
    limit: int  # longest text, or most decimals; 0 when the converter knows
    meaning: str

    @property
    def section(self) -> str:
        """The part before the dot."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The part behind the dot."""
        return self.key.partition(".")[2]


def _words(section: str, path: str, *rows: tuple[str, str, str, str, int, str]) -> list[Word]:
    return [
        Word(f"{section}.{name}", attribute, f"{path}{element}" if element else "", takes, limit, meaning)
        for name, attribute, element, takes, limit, meaning in rows
    ]


WORDS: tuple[Word, ...] = (
    *_words(
        "sprzedawca",
        "Podmiot1/",
        ("nip", "nip", "DaneIdentyfikacyjne/NIP", "nip", 10, "NIP sprzedawcy"),
        ("nazwa", "name", "DaneIdentyfikacyjne/Nazwa", "text", 512, "nazwa sprzedawcy"),
        ("adres_linia1", "address.line1", "Adres/AdresL1", "text", 512, "ulica i numer"),
        ("adres_linia2", "address.line2", "Adres/AdresL2", "text", 512, "kod i miejscowość"),
        ("kraj", "address.country", "Adres/KodKraju", "country", 2, "kod kraju, np. PL"),
        ("gln", "address.gln", "Adres/GLN", "text", 13, "numer GLN"),
        ("prefiks_ue", "eu_prefix", "PrefiksPodatnika", "text", 2, "prefiks VAT UE sprzedawcy: PL"),
        ("eori", "eori", "NrEORI", "text", 256, "numer EORI"),
        ("email", "contact.email", "DaneKontaktowe/Email", "text", 255, "e-mail"),
        ("telefon", "contact.phone", "DaneKontaktowe/Telefon", "text", 16, "telefon"),
        (
            "status",
            "status",
            "StatusInfoPodatnika",
            "status",
            1,
            "1 likwidacja, 2 restrukturyzacja, 3 upadłość, 4 spadek",
        ),
    ),
    *_words(
        "faktura",
        "Fa/",
        ("numer", "number", "P_2", "text", 256, "numer faktury"),
        ("rodzaj", "kind", "RodzajFaktury", "kind", 0, "VAT, KOR, ZAL, ROZ, UPR, KOR_ZAL albo KOR_ROZ"),
        ("data_wystawienia", "issued", "P_1", "date", 0, "data wystawienia"),
        ("miejsce", "place", "P_1M", "text", 256, "miejsce wystawienia"),
        ("data_sprzedazy", "sold", "P_6", "sale_date", 0, "data sprzedaży, gdy inna niż data wystawienia"),
        ("okres_od", "period_from", "OkresFa/P_6_Od", "date", 0, "początek okresu sprzedaży"),
        ("okres_do", "period_to", "OkresFa/P_6_Do", "date", 0, "koniec okresu sprzedaży"),
        ("waluta", "currency", "KodWaluty", "currency", 3, "kod waluty, np. PLN"),
        ("ceny", "prices", "", "prices", 0, "netto albo brutto: od czego liczy się faktura"),
        ("metoda_vat", "vat_method", "", "vat_method", 0, "od_sumy albo z_pozycji"),
        ("metoda_kasowa", "annotations.cash_method", "Adnotacje/P_16", "flag", 0, "metoda kasowa"),
        ("samofakturowanie", "annotations.self_billing", "Adnotacje/P_17", "flag", 0, "samofakturowanie"),
        ("odwrotne_obciazenie", "annotations.reverse_charge", "Adnotacje/P_18", "flag", 0, "odwrotne obciążenie"),
        (
            "podzielona_platnosc",
            "annotations.split_payment",
            "Adnotacje/P_18A",
            "flag",
            0,
            "mechanizm podzielonej płatności",
        ),
        (
            "zwolnienie_ustawa",
            "annotations.exempt_act",
            "Adnotacje/Zwolnienie/P_19A",
            "text",
            256,
            "przepis ustawy, na podstawie którego sprzedaż jest zwolniona",
        ),
        (
            "zwolnienie_dyrektywa",
            "annotations.exempt_directive",
            "Adnotacje/Zwolnienie/P_19B",
            "text",
            256,
            "przepis dyrektywy 2006/112/WE",
        ),
        (
            "zwolnienie_inne",
            "annotations.exempt_other",
            "Adnotacje/Zwolnienie/P_19C",
            "text",
            256,
            "inna podstawa zwolnienia",
        ),
        (
            "trojstronna",
            "annotations.triangulation",
            "Adnotacje/P_23",
            "flag",
            0,
            "procedura uproszczona, drugi w kolejności podatnik",
        ),
        ("do_paragonu", "to_receipt", "FP", "flag", 0, "faktura do paragonu"),
        ("powiazania", "related", "TP", "flag", 0, "powiązania między stronami"),
        ("wz", "warehouse_note", "WZ", "text", 256, "numer dokumentu WZ"),
        ("stopka", "footer", "Stopka/Informacje/StopkaFaktury", "long_text", 3500, "tekst w stopce"),
    ),
    *_words(
        "nabywca",
        "Podmiot2/",
        ("nip", "nip", "DaneIdentyfikacyjne/NIP", "nip", 10, "NIP nabywcy"),
        ("kod_ue", "eu_code", "DaneIdentyfikacyjne/KodUE", "text", 2, "prefiks VAT UE nabywcy (Grecja: EL)"),
        ("numer_vat_ue", "eu_vat", "DaneIdentyfikacyjne/NrVatUE", "eu_number", 12, "numer VAT UE bez prefiksu"),
        ("vat_ue", "eu_whole", "DaneIdentyfikacyjne/NrVatUE", "vat_ue", 14, "prefiks i numer VAT UE w jednym polu"),
        (
            "kraj_identyfikatora",
            "other_country",
            "DaneIdentyfikacyjne/KodKraju",
            "country",
            2,
            "kraj, który nadał inny identyfikator",
        ),
        ("inny_identyfikator", "other_id", "DaneIdentyfikacyjne/NrID", "text", 50, "inny identyfikator podatkowy"),
        (
            "bez_identyfikatora",
            "none_given",
            "DaneIdentyfikacyjne/BrakID",
            "flag",
            0,
            "nabywca bez identyfikatora, np. osoba prywatna",
        ),
        ("nazwa", "name", "DaneIdentyfikacyjne/Nazwa", "text", 512, "nazwa albo imię i nazwisko"),
        ("adres_linia1", "address.line1", "Adres/AdresL1", "text", 512, "ulica i numer"),
        ("adres_linia2", "address.line2", "Adres/AdresL2", "text", 512, "kod i miejscowość"),
        ("kraj", "address.country", "Adres/KodKraju", "country", 2, "kod kraju"),
        ("gln", "address.gln", "Adres/GLN", "text", 13, "numer GLN"),
        ("eori", "eori", "NrEORI", "text", 256, "numer EORI"),
        ("email", "contact.email", "DaneKontaktowe/Email", "text", 255, "e-mail"),
        ("telefon", "contact.phone", "DaneKontaktowe/Telefon", "text", 16, "telefon"),
        ("numer_klienta", "customer_number", "NrKlienta", "text", 256, "numer klienta"),
        ("klucz", "key", "IDNabywcy", "text", 32, "klucz wiążący nabywcę z korektą jego danych"),
        ("jst", "jst", "JST", "flag", 0, "jednostka podrzędna JST"),
        ("gv", "gv", "GV", "flag", 0, "członek grupy VAT"),
    ),
    *_words(
        "korekta",
        "Fa/",
        ("numer_faktury", "number", "DaneFaKorygowanej/NrFaKorygowanej", "text", 256, "numer faktury korygowanej"),
        ("data_faktury", "issued", "DaneFaKorygowanej/DataWystFaKorygowanej", "date", 0, "data faktury korygowanej"),
        (
            "numer_ksef",
            "ksef_number",
            "DaneFaKorygowanej/NrKSeFFaKorygowanej",
            "ksef",
            36,
            "numer KSeF faktury korygowanej; puste: z księgi mostka",
        ),
        (
            "poza_ksef",
            "outside_ksef",
            "DaneFaKorygowanej/NrKSeFN",
            "flag",
            0,
            "tak: faktura korygowana powstała poza KSeF",
        ),
        ("przyczyna", "reason", "PrzyczynaKorekty", "text", 256, "przyczyna korekty"),
        ("typ", "type", "TypKorekty", "correction_type", 1, "1 w dacie pierwotnej, 2 w dacie korekty, 3 inaczej"),
        ("okres", "period", "OkresFaKorygowanej", "text", 256, "okres, którego dotyczy rabat zbiorczy"),
        (
            "prawidlowy_numer",
            "right_number",
            "NrFaKorygowany",
            "text",
            256,
            "prawidłowy numer, gdy błędny był numer faktury",
        ),
    ),
    *_words(
        "platnosc",
        "Fa/Platnosc/",
        (
            "forma",
            "form",
            "FormaPlatnosci",
            "payment_form",
            0,
            "gotówka, karta, bon, czek, kredyt, przelew albo mobilna",
        ),
        ("forma_inna", "other_form", "OpisPlatnosci", "text", 256, "inna forma płatności, słowami"),
        ("termin", "due", "TerminPlatnosci/Termin", "date", 0, "termin płatności"),
        ("data_zaplaty", "paid_on", "DataZaplaty", "date", 0, "data zapłaty, gdy faktura jest zapłacona w całości"),
        ("rachunek", "account.number", "RachunekBankowy/NrRB", "account", 34, "numer rachunku"),
        ("swift", "account.swift", "RachunekBankowy/SWIFT", "text", 11, "kod SWIFT"),
        ("bank", "account.bank", "RachunekBankowy/NazwaBanku", "text", 256, "nazwa banku"),
        ("opis_rachunku", "account.description", "RachunekBankowy/OpisRachunku", "text", 256, "opis rachunku"),
    ),
    *_words(
        "pozycja",
        "Fa/FaWiersz/",
        ("numer_wiersza", "number", "NrWierszaFa", "count", 0, "numer pozycji; puste: numeruje mostek"),
        ("uu_id", "uid", "UU_ID", "text", 50, "niepowtarzalny identyfikator pozycji"),
        ("data_sprzedazy", "sale_date", "P_6A", "date", 0, "data sprzedaży tej pozycji"),
        ("nazwa", "name", "P_7", "text", 512, "nazwa towaru lub usługi"),
        ("indeks", "code", "Indeks", "text", 50, "kod towaru w programie ERP"),
        ("gtin", "gtin", "GTIN", "text", 20, "kod GTIN (EAN)"),
        ("pkwiu", "pkwiu", "PKWiU", "text", 50, "PKWiU"),
        ("cn", "cn", "CN", "text", 50, "kod CN"),
        ("pkob", "pkob", "PKOB", "text", 50, "PKOB"),
        ("jednostka", "unit", "P_8A", "text", 256, "jednostka miary"),
        ("ilosc", "quantity", "P_8B", "number", 6, "ilość"),
        ("cena_netto", "net_price", "P_9A", "number", 8, "cena jednostkowa netto"),
        ("cena_brutto", "gross_price", "P_9B", "number", 8, "cena jednostkowa brutto"),
        ("wartosc_netto", "net", "P_11", "number", 2, "wartość netto; puste: ilość × cena"),
        ("wartosc_brutto", "gross", "P_11A", "number", 2, "wartość brutto; puste: ilość × cena"),
        ("kwota_vat", "vat", "P_11Vat", "number", 2, "kwota VAT pozycji (przy metoda_vat: z_pozycji)"),
        ("stawka_vat", "rate", "P_12", "rate", 0, "23 22 8 7 5 4 3, 0 KR, 0 WDT, 0 EX, zw, oo, np I, np II"),
        ("zalacznik_15", "annex15", "P_12_Zal_15", "flag", 0, "towar z załącznika 15"),
        ("gtu", "gtu", "GTU", "gtu", 6, "GTU_01 … GTU_13"),
        (
            "procedura",
            "procedure",
            "Procedura",
            "procedure",
            0,
            "WSTO_EE IED TT_D I_42 I_63 B_SPV B_SPV_DOSTAWA B_MPV_PROWIZJA",
        ),
        ("kurs_waluty", "exchange_rate", "KursWaluty", "number", 6, "kurs waluty do przeliczenia VAT"),
        ("stan_przed", "before", "StanPrzed", "flag", 0, "tak: wiersz „przed” korekty"),
    ),
    *_words(
        "kontrola",
        "",
        ("faktura_netto", "net", "", "number", 2, "suma netto według programu ERP"),
        ("faktura_vat", "vat", "", "number", 2, "suma VAT według programu ERP"),
        ("faktura_brutto", "gross", "", "number", 2, "suma brutto według programu ERP"),
        ("sprzedawca_nip", "seller_nip", "", "nip", 10, "NIP sprzedawcy według pliku"),
        ("pozycja_vat", "erp_vat", "", "number", 2, "VAT pozycji według programu ERP"),
        ("pozycja_brutto", "erp_gross", "", "number", 2, "wartość brutto pozycji według programu ERP"),
    ),
    *_words(
        "plik",
        "",
        ("netto", "net", "", "number", 2, "suma netto całego pliku"),
        ("vat", "vat", "", "number", 2, "suma VAT całego pliku"),
        ("brutto", "gross", "", "number", 2, "suma brutto całego pliku"),
        ("liczba_faktur", "invoices", "", "count", 0, "ile faktur jest w pliku"),
        ("liczba_pozycji", "lines", "", "count", 0, "ile pozycji jest w pliku"),
    ),
    *_words(
        "dodatkowe_opisy",
        "Fa/DodatkowyOpis/",
        ("nazwa", "key", "Klucz", "text", 256, "nazwa dodatkowego opisu"),
        ("tresc", "value", "Wartosc", "text", 256, "treść dodatkowego opisu"),
    ),
)

BY_KEY: dict[str, Word] = {word.key: word for word in WORDS}
SECTIONS: tuple[str, ...] = tuple(dict.fromkeys(word.section for word in WORDS))
HEADER_SECTIONS = frozenset({"sprzedawca", "faktura", "nabywca", "korekta", "platnosc"})
# Of `kontrola`, these two stand in each line.
LINE_KEYS = frozenset(
    {word.key for word in WORDS if word.section == "pozycja"} | {"kontrola.pozycja_vat", "kontrola.pozycja_brutto"}
)
BY_ELEMENT: dict[str, str] = {word.element: word.key for word in reversed(WORDS) if word.element}
# Without these there is no invoice, whatever the file holds; a rule may set them too.
NEEDED = (
    "sprzedawca.nip",
    "sprzedawca.nazwa",
    "sprzedawca.adres_linia1",
    "sprzedawca.kraj",
    "faktura.numer",
    "faktura.rodzaj",
    "faktura.data_wystawienia",
    "faktura.waluta",
)
