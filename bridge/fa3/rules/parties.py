"""Section B of fa3.md: seller and buyer → what is wrong with who they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bridge.fa3.rules import subjects
from bridge.fa3.rules.rule import Context, E, Found, Rule, W, rule
from bridge.fa3.totals.values import standing
from bridge.model.identifiers import EU_VAT, gtin_is_right, nip_is_right
from bridge.model.invoice import Invoice, Kind
from bridge.model.problem import Severity

COMPANY = re.compile(
    r"\b(sp\. ?z ?o\. ?o|spółka|s\.a\.|s\.c\.|sp\. ?j|sp\. ?k|gmbh|ltd|inc\.|llc|s\.r\.o|b\.v\.)", re.IGNORECASE
)
POSTCODE = re.compile(r"\d\d-\d{3}")
ONLY_PLACE = re.compile(r"\s*\d\d-\d{3}(\s+[^\d]*)?\s*")
NIP_ADVICE = "Sprawdź NIP w programie ERP: jedna cyfra jest inna."
OF_SIMPLIFIED = "ostrzeżenie, gdy to korekta (KOR) dla nabywcy z NIP-em: może dotyczyć faktury uproszczonej"
AS_ISSUED = "ostrzeżenie, gdy to korekta: powtarza błędny numer faktury, którą zeruje"


@rule("B01", W, "Naglowek/DataWytworzeniaFa", "Data wytworzenia ma strefę i nie jest z przyszłości.", "XSD-run")
def created_not_in_future(_f: Invoice, c: Context) -> Iterator[Found]:
    if c.now.tzinfo is None:
        yield Found("Data wytworzenia faktury nie ma strefy czasowej.")


@rule(
    "B02",
    E,
    "Podmiot1/DaneIdentyfikacyjne/NIP",
    "NIP sprzedawcy ma prawidłową cyfrę kontrolną.",
    "VER",
    field="sprzedawca.nip",
    advice=NIP_ADVICE,
    keeps=True,
)
def seller_nip_is_right(f: Invoice, _c: Context) -> Iterator[Found]:
    if not nip_is_right(f.seller.nip):
        yield Found(f"NIP sprzedawcy „{f.seller.nip}” jest nieprawidłowy.", f.seller.nip)


@rule(
    "B03",
    E,
    "Podmiot1/DaneIdentyfikacyjne/NIP",
    "Sprzedawcą jest firma, która wysyła (przy samofakturowaniu: nabywcą; może nią być podmiot upoważniony).",
    "VER",
    field="sprzedawca.nip",
    advice="Popraw `sprzedawca.nip` albo wyślij tę fakturę z folderu właściwej firmy.",
    keeps=True,
)
def seller_is_own_company(f: Invoice, c: Context) -> Iterator[Found]:
    issuer = f.buyer.nip if f.annotations.self_billing else f.seller.nip
    authorised = f.authorised.nip if f.authorised else None  # a bailiff or a tax representative issues for the seller
    if c.own_nip and c.own_nip not in (issuer, authorised):
        yield Found(f"Fakturę wystawia NIP {issuer}, a firma ma NIP {c.own_nip}.", issuer or "")
    if f.control.seller_nip and f.control.seller_nip != f.seller.nip:
        yield Found(
            f"Plik pochodzi od NIP {f.control.seller_nip}, a mapowanie wystawia faktury NIP {f.seller.nip}.",
            f.control.seller_nip,
        )


@rule(
    "B04",
    W,
    "Podmiot1/PrefiksPodatnika",
    "Przy 0 WDT, np II i procedurze trójstronnej jest prefiks PL.",
    "INFO",
    field="sprzedawca.prefiks_ue",
    advice="Dopisz w mapowaniu `sprzedawca.prefiks_ue: PL`.",
    about=subjects.special_rates,
)
def seller_prefix(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.seller.eu_prefix and (
        f.annotations.triangulation or any(line.rate in ("0 WDT", "np II") for line in f.lines)
    ):
        yield Found("Przy sprzedaży do Unii (0 WDT, np II) sprzedawca podaje prefiks PL, a tu go nie ma.")


@rule(
    "B05",
    E,
    "Podmiot2/DaneIdentyfikacyjne",
    "Nabywca ma dokładnie jeden identyfikator.",
    "XSD",
    field="nabywca.nip",
    keeps=True,
    advice="Wskaż w mapowaniu dokładnie jedno z: nip, kod_ue + numer_vat_ue, inny_identyfikator, bez_identyfikatora (np. regułą dla pustego NIP).",
)
def one_identifier(f: Invoice, _c: Context) -> Iterator[Found]:
    b = f.buyer
    given = [
        name
        for name, value in (
            ("NIP", b.nip),
            ("VAT UE", b.eu_vat or b.eu_code),
            ("inny identyfikator", b.other_id),
            ("brak identyfikatora", b.none_given),
        )
        if value
    ]
    if len(given) != 1:
        said = (
            f"Nabywca {b.name or ''} ma identyfikatory: {', '.join(given)}."
            if given
            else f"Nabywca {b.name or ''} nie ma żadnego identyfikatora."
        )
        yield Found(said)
    elif bool(b.eu_code) != bool(b.eu_vat):
        yield Found(
            "Numer VAT UE nabywcy wymaga i prefiksu (kod_ue), i numeru (numer_vat_ue).",
            b.eu_vat or b.eu_code or "",
            field="nabywca.numer_vat_ue",
        )


@rule(
    "B06",
    E,
    "Podmiot2/DaneIdentyfikacyjne/NIP",
    "NIP nabywcy ma prawidłową cyfrę kontrolną.",
    "VER",
    field="nabywca.nip",
    advice=NIP_ADVICE,
    keeps=True,
)
def buyer_nip_is_right(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.nip and not nip_is_right(f.buyer.nip):
        yield Found(f"NIP nabywcy „{f.buyer.nip}” jest nieprawidłowy.", f.buyer.nip)


@rule(
    "B07",
    E,
    "Podmiot2/DaneIdentyfikacyjne/NrID",
    "Polski NIP stoi w polu NIP, nie w innym identyfikatorze.",
    "KU NIP_IN_WRONG_FIELD",
    field="nabywca.inny_identyfikator",
    keeps=True,
    advice="Wpisz go w `nabywca.nip`: inaczej nabywca nie zobaczy faktury w KSeF.",
    about=subjects.buyer_without_nip,
    otherwise=AS_ISSUED,
)
def nip_in_wrong_field(f: Invoice, _c: Context) -> Iterator[Found]:
    b = f.buyer
    for value, country in ((b.other_id, b.other_country), (b.eu_vat, b.eu_code)):
        if value and (country or "PL") == "PL" and nip_is_right(value.removeprefix("PL")):
            said = f"„{value}” to polski NIP, a stoi w polu innego identyfikatora."
            yield Found(said, value, severity=_as_issued(f))


@rule(
    "B08",
    E,
    "Podmiot2/DaneIdentyfikacyjne/KodUE",
    "Prefiks VAT UE nabywcy nie jest polski.",
    "XSD-run, INFO",
    field="nabywca.kod_ue",
    keeps=True,
    advice="Polskiego nabywcę podaje się przez NIP.",
    about=subjects.buyer_without_nip,
    otherwise=AS_ISSUED,
)
def not_polish_prefix(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.eu_code == "PL":
        yield Found("Prefiks VAT UE nabywcy to PL.", "PL", severity=_as_issued(f))


@rule(
    "B09",
    E,
    "Podmiot2/DaneIdentyfikacyjne/NrVatUE",
    "Numer VAT UE nie powtarza prefiksu.",
    "XSD-run",
    field="nabywca.numer_vat_ue",
    keeps=True,
    advice="Użyj `nabywca.vat_ue`, jeśli kolumna ma prefiks i numer razem.",
    about=subjects.buyer_without_nip,
    otherwise=AS_ISSUED,
)
def prefix_not_repeated(f: Invoice, _c: Context) -> Iterator[Found]:
    b = f.buyer
    if (
        b.eu_vat
        and b.eu_code
        and b.eu_vat.startswith(b.eu_code)
        and not EU_VAT.get(b.eu_code, re.compile("(?!)")).fullmatch(b.eu_vat)
    ):
        said = f"Numer VAT UE „{b.eu_vat}” powtarza prefiks {b.eu_code}."
        yield Found(said, b.eu_vat, severity=_as_issued(f))


@rule(
    "B10",
    W,
    "Podmiot2/DaneIdentyfikacyjne/NrVatUE",
    "Numer VAT UE ma budowę swojego kraju.",
    "OAPI NipVatUe",
    field="nabywca.numer_vat_ue",
    advice="Sprawdź numer w systemie VIES.",
    about=subjects.buyer_without_nip,
)
def eu_number_shape(f: Invoice, _c: Context) -> Iterator[Found]:
    b = f.buyer
    pattern = EU_VAT.get(b.eu_code or "")
    if b.eu_vat and pattern and not pattern.fullmatch(b.eu_vat):
        yield Found(f"Numer „{b.eu_vat}” nie wygląda na numer VAT kraju {b.eu_code}.", b.eu_vat)


@rule(
    "B11",
    E,
    "Podmiot2/DaneIdentyfikacyjne/KodUE",
    "Grecja to EL w KodUE i GR w KodKraju; Irlandia Północna XI; Wielka Brytania GB.",
    "XSD",
    field="nabywca.kod_ue",
    advice="Popraw kod kraju słownikiem w mapowaniu.",
)
def country_codes(f: Invoice, _c: Context) -> Iterator[Found]:
    b = f.buyer
    if b.eu_code in ("GR", "GB", "UK"):
        yield Found(f"W prefiksie VAT UE nie ma „{b.eu_code}” (Grecja: EL, Irlandia Północna: XI).", b.eu_code)
    countries = (
        ("nabywca.kraj", b.address.country if b.address else None),
        ("nabywca.kraj_identyfikatora", b.other_country),
    )
    for key, country in countries:
        if country in ("EL", "UK"):
            yield Found(f"Kodu kraju „{country}” nie ma (Grecja: GR, Wielka Brytania: GB).", country, field=key)


@rule(
    "B12",
    W,
    "Podmiot2/DaneIdentyfikacyjne/NrID",
    "Przy innym identyfikatorze jest kraj; numer z Unii stoi w polu VAT UE.",
    "XSD-run",
    field="nabywca.inny_identyfikator",
    advice="Podaj `nabywca.kraj_identyfikatora` albo użyj kod_ue i numer_vat_ue.",
    about=subjects.buyer_without_nip,
)
def other_identifier(f: Invoice, _c: Context) -> Iterator[Found]:
    b = f.buyer
    if not b.other_id:
        return
    if not b.other_country:
        yield Found(f"Inny identyfikator „{b.other_id}” nie ma kraju.", b.other_id)
        return
    code = "EL" if b.other_country == "GR" else b.other_country
    pattern = EU_VAT.get(code)
    if pattern and pattern.fullmatch(b.other_id.removeprefix(code)):
        yield Found(f"„{b.other_id}” wygląda na numer VAT UE kraju {code}.", b.other_id)


@rule(
    "B13",
    E,
    "Podmiot2/DaneIdentyfikacyjne/BrakID",
    "Nabywca bez identyfikatora nie występuje przy 0 WDT (poza nowym środkiem transportu), np II, oo i podzielonej płatności.",
    "INFO",
    field="nabywca.bez_identyfikatora",
    advice="Uzupełnij identyfikator nabywcy.",
    about=subjects.buyer_without_nip,
    otherwise=AS_ISSUED,
)
def identifier_needed(f: Invoice, _c: Context) -> Iterator[Found]:
    if not f.buyer.none_given:
        return
    needing = {"np II", "oo"} if f.annotations.new_transport else {"0 WDT", "np II", "oo"}
    rates = [line.rate for line in standing(f) if line.rate in needing]
    if rates or f.annotations.split_payment:
        why = f"stawce {rates[0]}" if rates else "podzielonej płatności"
        said = f"Nabywca {f.buyer.name or ''} nie ma identyfikatora, a przy {why} musi go mieć."
        yield Found(said, severity=_as_issued(f))


@rule(
    "B14",
    W,
    "Podmiot2/DaneIdentyfikacyjne/BrakID",
    "Nabywca bez identyfikatora nie nazywa się jak firma.",
    "BR",
    field="nabywca.nazwa",
    advice="Sprawdź, czy w programie ERP nie brakuje NIP-u.",
    about=subjects.buyer_without_nip,
)
def looks_like_company(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.none_given and COMPANY.search(f.buyer.name or ""):
        yield Found(f"„{f.buyer.name}” wygląda na firmę, a nie ma identyfikatora.", f.buyer.name or "")


@rule(
    "B15",
    E,
    "Podmiot2/DaneIdentyfikacyjne/Nazwa",
    "Nabywca ma nazwę (nie przy UPR).",
    "POD 1.6.1",
    field="nabywca.nazwa",
    advice="Uzupełnij nazwę nabywcy.",
    otherwise=OF_SIMPLIFIED,
)
def buyer_name(f: Invoice, c: Context) -> Iterator[Found]:
    if not f.buyer.name and not _simplified(f, c):
        yield Found("Nabywca nie ma nazwy.", severity=W if _may_be_simplified(f) else None)


@rule(
    "B16",
    E,
    "Podmiot2/Adres",
    "Nabywca ma adres (nie przy UPR).",
    "XSD note, SM",
    field="nabywca.adres_linia1",
    advice="Uzupełnij adres i kraj nabywcy albo weź je ze słownika kontrahentów.",
    otherwise=f"{OF_SIMPLIFIED} albo gdy nabywca nie ma NIP-u ani numeru VAT UE (osoba prywatna)",
)
def buyer_address(f: Invoice, c: Context) -> Iterator[Found]:
    address = f.buyer.address
    if (address is None or not address.line1 or not address.country) and not _simplified(f, c):
        private = not f.buyer.nip and not f.buyer.eu_vat
        said = f"Nabywca {f.buyer.name or ''} nie ma pełnego adresu (kraj i pierwsza linia)."
        yield Found(said, severity=W if private or _may_be_simplified(f) else None)


@rule(
    "B17",
    W,
    "Podmiot2/DaneIdentyfikacyjne/NIP",
    "Nabywca to nie sprzedawca.",
    "BR",
    field="nabywca.nip",
    advice="Sprawdź, czy kolumna NIP nie zawiera NIP-u sprzedawcy.",
)
def buyer_is_not_seller(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.nip and f.buyer.nip == f.seller.nip:
        yield Found(f"Nabywca i sprzedawca mają ten sam NIP {f.buyer.nip}.", f.buyer.nip)


@rule(
    "B22",
    W,
    "Podmiot2/Adres/AdresL1",
    "Adres to nie sam kod z miejscowością; polski ma kod pocztowy.",
    "BR",
    field="nabywca.adres_linia1",
    advice="Sprawdź kolumny adresu w mapowaniu.",
)
def address_is_whole(f: Invoice, _c: Context) -> Iterator[Found]:
    address = f.buyer.address
    if address is None or address.country != "PL":
        return
    if not address.line2 and ONLY_PLACE.fullmatch(address.line1):
        yield Found(f"Adres „{address.line1}” to sam kod i miejscowość.", address.line1)
    elif not POSTCODE.search(f"{address.line1} {address.line2 or ''}"):
        yield Found(f"W adresie „{address.line1}” nie ma kodu pocztowego.", address.line1)


@rule(
    "B23",
    W,
    "Podmiot2/DaneKontaktowe",
    "E-mail i telefon wyglądają na e-mail i telefon.",
    "XSD",
    field="nabywca.email",
    advice="Zostaw jeden e-mail i jeden telefon.",
)
def contacts(f: Invoice, _c: Context) -> Iterator[Found]:
    for each in (*f.seller.contacts, *f.buyer.contacts):
        if each.email and not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", each.email):
            yield Found(f"„{each.email}” nie wygląda na adres e-mail.", each.email)
        if each.phone and not re.fullmatch(r"\+?[\d ()/-]{5,16}", each.phone):
            yield Found(f"„{each.phone}” nie wygląda na numer telefonu.", each.phone, field="nabywca.telefon")


@rule(
    "B24",
    W,
    "Podmiot2/Adres/GLN",
    "GLN i GTIN mają prawidłową cyfrę kontrolną.",
    "BR",
    field="nabywca.gln",
    advice="Sprawdź kod.",
)
def gs1_codes(f: Invoice, _c: Context) -> Iterator[Found]:
    for address in (f.seller.address, f.buyer.address):
        if address and address.gln and not (len(address.gln) == 13 and gtin_is_right(address.gln)):
            yield Found(f"GLN „{address.gln}” jest nieprawidłowy.", address.gln)
    for line in f.lines:
        if line.gtin and not gtin_is_right(line.gtin):
            yield Found(
                f"GTIN „{line.gtin}” jest nieprawidłowy.",
                line.gtin,
                (line.row,) if line.row else (),
                field="pozycja.gtin",
            )


@rule(
    "B21",
    W,
    "Podmiot2/JST",
    "JST i GV nie są naraz ustawione.",
    "KU PODMIOT2_JST_MISSING",
    field="nabywca.jst",
    advice="Sprawdź, czy nabywca jest i jednostką JST, i członkiem grupy VAT.",
    about=subjects.third_parties,
)
def jst_or_gv(f: Invoice, _c: Context) -> Iterator[Found]:
    if f.buyer.jst and f.buyer.gv:
        yield Found("Nabywca ma naraz JST i GV.")


def _as_issued(f: Invoice) -> Severity | None:
    """A correction to zero keeps the number that was wrong; a new invoice follows with the right one (fa3.md, 2.3)."""
    return W if f.kind.corrects else None


def _simplified(f: Invoice, c: Context) -> bool:
    """Whether a simplified invoice needs neither name nor address of its buyer (art. 106e(5)(3)): it, or its correction."""
    if f.kind is Kind.UPR:
        return True
    numbers = [each.ksef_number for each in f.correction.originals] if f.correction else []
    known = [c.accepted(number) for number in numbers if number]
    return bool(known) and all(each is not None and each.kind is Kind.UPR for each in known)


def _may_be_simplified(f: Invoice) -> bool:
    return f.kind is Kind.KOR and bool(f.buyer.nip)


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
