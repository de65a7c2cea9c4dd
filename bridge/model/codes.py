"""Codes of problems → name, Polish sentence, advice: the one table (design.md, section 6).

The letter says who acts: U settings (administrator), M mapping (accountant), P file (ERP), D data in a row (ERP),
L ledger. R + a rule of FA(3) stands in bridge.fa3.rules.table, K + a code of KSeF in bridge.ksef.codes.
"""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """A kind of problem."""

    name: str
    sentence: str
    advice: str


CODES: dict[str, Code] = {
    # --- U: settings ---------------------------------------------------------------------------------------------
    "U01": Code("SETTINGS_UNREADABLE", "Nie da się odczytać ustawień.", "Popraw plik bridge.toml w tym miejscu."),
    "U02": Code("UNKNOWN_SETTING", "Nie ma takiego ustawienia.", "Popraw nazwę albo usuń ten wiersz."),
    "U03": Code("WRONG_SETTING", "To ustawienie ma złą wartość.", "Wpisz wartość oczekiwanego rodzaju."),
    "U04": Code("MISSING_SETTING", "Brakuje ustawienia.", "Dopisz je w bridge.toml."),
    "U05": Code("UNKNOWN_CHOICE", "Tej wartości ustawienie nie przyjmuje.", "Wybierz jedną z dozwolonych."),
    "U06": Code("BAD_COMPANY_NIP", "NIP firmy jest błędny.", "Przepisz NIP bez kresek i spacji."),
    "U07": Code("SHARED_FOLDER", "Dwa ustawienia mają wspólny folder.", "Podaj osobny folder dla każdego z nich."),
    "U08": Code(
        "SECRET_IN_CLEAR",
        "Sekret stoi wprost w ustawieniach.",
        "Usuń go z pliku i zmień na nowy; wpisz, gdzie leży: env:NAZWA, file:ŚCIEŻKA albo keyring:USŁUGA/NAZWA.",
    ),
    "U09": Code("NO_CREDENTIAL", "Firma nie ma czym się zalogować.", "Podaj certyfikat (zalecany) albo token KSeF."),
    "U10": Code("COMPANY_TWICE", "Ta sama firma stoi dwa razy.", "Zostaw jeden wpis [[company]] na NIP."),
    "U11": Code("API_URL_OUTSIDE_SANDBOX", "Adres API jest wbudowany.", "Usuń `api_url`."),
    "U12": Code("EXAMPLE_NIP", "To NIP przykładowy.", "Wpisz NIP firmy albo zmień `environment`."),
    "U13": Code(
        "WRONG_SEVERITY", "Tej wagi reguły nie można ustawić.", "Popraw albo usuń ten wpis; reguły: docs/reguly.md."
    ),
    "U14": Code(
        "OUR_MISTAKE",
        "Nasz błąd: mostek nie poradził sobie z tym plikiem; żadna faktura z niego nie została wysłana.",
        "Wyślij autorom mostka plik z archiwum i dziennik logs/bridge.log; po poprawce: ksef-bridge retry z nazwą pliku.",
    ),
    # --- P: the file as the ERP wrote it ------------------------------------------------------------------------
    "P01": Code(
        "BAD_ENCODING",
        "Pliku nie da się odczytać w zadeklarowanym kodowaniu.",
        "Popraw `zrodlo.kodowanie` w mapowaniu (programy w Polsce zapisują najczęściej cp1250) albo zapisz plik w tym kodowaniu.",
    ),
    "P02": Code(
        "MISSING_COLUMN", "W pliku nie ma potrzebnej kolumny.", "Popraw nazwę kolumny w mapowaniu albo eksport."
    ),
    "P03": Code(
        "TRUNCATED",
        "Plik urywa się w środku wiersza.",
        "Wyeksportuj plik jeszcze raz; tego nie użyto.",
    ),
    "P04": Code(
        "NO_TRAILER", "W pliku nie ma wiersza końcowego, który zapowiada mapowanie.", "Wyeksportuj plik jeszcze raz."
    ),
    "P05": Code(
        "CONTROL_TOTAL",
        "Suma kontrolna pliku nie zgadza się z fakturami.",
        "Sprawdź w programie ERP, czy eksport jest pełny, i wyeksportuj go jeszcze raz.",
    ),
    "P06": Code(
        "NUL_BYTES",
        "W pliku zamiast tekstu są puste bajty: kopiowanie nie dobiegło końca.",
        "Skopiuj albo wyeksportuj plik jeszcze raz.",
    ),
    "P07": Code("EMPTY", "Plik jest pusty.", "Wyeksportuj plik jeszcze raz."),
    "P08": Code(
        "NOT_A_WORKBOOK",
        "Plik ma rozszerzenie skoroszytu, ale nie jest skoroszytem.",
        "Zapisz go w Excelu jako „Skoroszyt programu Excel (*.xlsx)” albo zmień rozszerzenie na .csv.",
    ),
    "P09": Code(
        "BAD_QUOTES",
        "Cudzysłów wewnątrz pola nie jest podwojony.",
        "Popraw cudzysłowy w programie ERP albo napisz w mapowaniu `cudzyslow: nie`, jeśli są zwykłymi znakami.",
    ),
    "P10": Code(
        "NO_MAPPING",
        "Żadne mapowanie nie obejmuje tego pliku.",
        "Popraw `zrodlo.pliki` w mapowaniu albo nazwę pliku.",
    ),
    "P11": Code(
        "TWO_MAPPINGS",
        "Do pliku pasuje więcej niż jedno mapowanie.",
        "Zawęź `zrodlo.pliki` tak, żeby pasowało dokładnie jedno.",
    ),
    "P12": Code("INCOMPLETE_SET", "Zestaw plików jest niepełny.", "Dołóż brakujące pliki zestawu."),
    "P13": Code(
        "NO_LINES",
        "Ten eksport nie zawiera pozycji faktur.",
        "Wyeksportuj z programu ERP dokumenty z pozycjami albo dodaj w mapowaniu `pozycja_zbiorcza: tak`.",
    ),
    "P14": Code(
        "TOO_MANY_FIELDS",
        "Wiersz ma więcej pól niż nagłówek.",
        "Sprawdź, czy separator nie stoi w treści pola bez cudzysłowu.",
    ),
    "P15": Code(
        "TOO_FEW_FIELDS",
        "Wiersz ma mniej pól niż nagłówek.",
        "Sprawdź ten wiersz w pliku i wyeksportuj plik jeszcze raz.",
    ),
    "P16": Code(
        "WRONG_FORMAT",
        "Zawartość pliku nie zgadza się z jego formatem.",
        "Popraw `zrodlo.format` w mapowaniu albo wyeksportuj plik w tym formacie.",
    ),
    "P17": Code(
        "WRONG_SEPARATOR",
        "Nie wiadomo, co w tym pliku rozdziela pola.",
        "Popraw `zrodlo.separator` w mapowaniu: średnik, przecinek, tab albo kreska.",
    ),
    "P18": Code(
        "NO_HEADING",
        "W podanym wierszu nie ma nagłówka.",
        "Popraw `zrodlo.wiersze_naglowka` w mapowaniu.",
    ),
    "P19": Code(
        "AMBIGUOUS_COLUMN",
        "Nazwa z `zrodlo.kolumny` nie wskazuje dokładnie jednej kolumny.",
        "Popraw `zrodlo.kolumny` w mapowaniu.",
    ),
    "P20": Code(
        "NO_PROOF_OF_COMPLETENESS",
        "Nic nie dowodzi, że ten plik jest pełny.",
        "Niech ERP zapisuje plik znacznika po eksporcie albo wiersz z sumą; wskaż je w mapowaniu.",
    ),
    "P21": Code(
        "WHICH_SHEET",
        "Nie wiadomo, który arkusz czytać.",
        "Wpisz w mapowaniu `zrodlo.arkusz` nazwę arkusza.",
    ),
    "P22": Code(
        "TOO_BIG",
        "Plik jest za duży albo zbyt mocno spakowany.",
        "Podziel eksport na mniejsze pliki.",
    ),
    "P23": Code(
        "UNKNOWN_RECORD",
        "W pliku jest rekord, którego mapowanie nie opisuje.",
        "Opisz go w `zrodlo.tabele`; rekord niepotrzebny zapisz tam z `pomin: tak`.",
    ),
    "P24": Code(
        "FOREIGN_INVOICE",
        "Gotową fakturę wystawia inna firma.",
        "Wrzuć ją do folderu firmy, która ją wystawia.",
    ),
    "P25": Code(
        "INCOMPLETE_INVOICE",
        "W gotowej fakturze brakuje numeru, rodzaju, daty wystawienia albo NIP sprzedawcy.",
        "Wystaw ją jeszcze raz w programie, który ją zapisał.",
    ),
    "P26": Code(
        "NO_SCHEMA",
        "Nie ma schematu, którym można sprawdzić tę gotową fakturę.",
        "Wskaż folder ze schematami Ministerstwa w `schema_dir` albo zezwól na wysyłkę bez sprawdzenia: `without_schema = true`.",
    ),
    "P27": Code(
        "ONLY_LINES",
        "Ten skoroszyt pokazuje plik, którego nie dało się odczytać; nie ma w nim faktur.",
        "Popraw plik w programie ERP, wyeksportuj go jeszcze raz i wrzuć do folderu inbox.",
    ),
    "P30": Code(
        "OTHER_XML",
        "Ten plik XML nie jest fakturą, którą mostek wysyła.",
        "Wyeksportuj z programu ERP faktury FA (3) albo plik, który obejmuje jedno z mapowań.",
    ),
    "P40": Code(
        "FILE_GONE",
        "Plik zniknął, zanim mostek go odczytał: ktoś usunął go z folderu .w_toku.",
        "Wyeksportuj go jeszcze raz i wrzuć do folderu inbox.",
    ),
    "U20": Code(
        "SETUP",
        "Plik nie został odczytany, bo szablonu jego mapowania nie da się użyć.",
        "Popraw szablon i odczytaj plik jeszcze raz (ksef-bridge retry z nazwą pliku).",
    ),
    # --- M: the mapping, edited by the accountant ------------------------------------------------------------------
    "M01": Code("NOT_UTF8", "Plik nie jest zapisany w UTF-8.", "W Notatniku: Plik > Zapisz jako > Kodowanie: UTF-8."),
    "M02": Code(
        "WRONG_SELLER",
        "Mapowanie wystawia faktury innej firmy.",
        "Popraw `sprzedawca.nip` albo przenieś mapowanie do folderu tej firmy.",
    ),
    "M03": Code(
        "NOT_YAML",
        "Tego wiersza nie da się odczytać.",
        "Sprawdź wcięcia, dwukropki i cudzysłowy w tym wierszu i w poprzednim.",
    ),
    "M04": Code("REPEATED_KEY", "Ten klucz już jest.", "Zostaw jeden z nich albo połącz oba."),
    "M05": Code(
        "NOT_IN_THE_LANGUAGE",
        "Tego zapisu w mapowaniu nie ma.",
        "Usuń ten zapis; jeśli ten znak należy do tekstu, weź tekst w cudzysłów. Wspólne części mapowań dołącza się przez `dolacz`.",
    ),
    "M06": Code(
        "WRONG_LIST",
        "Tu potrzebne są wartości, nie kolumny.",
        "Nawias [ ] oznacza kolumnę. Listę wartości zapisz od myślników.",
    ),
    "M07": Code("BRACES", "Nawiasów { } w mapowaniu nie ma.", "Napisz klucze jeden pod drugim, z wcięciem."),
    "M08": Code("TAB", "Wiersz zaczyna się od tabulatora.", "Wcięcia rób spacjami."),
    "M09": Code(
        "SIGN_INSTEAD_OF_WORD",
        "Tego znaku nie da się tu zapisać wprost.",
        "Napisz słowem: przecinek, kreska, średnik, tab.",
    ),
    "M10": Code("TOO_BIG", "Mapowanie jest za duże.", "Podziel je i połącz przez `dolacz`."),
    "M11": Code(
        "STAR_WITHOUT_QUOTES",
        "Ten tekst zaczyna się od gwiazdki.",
        'Wzorzec zaczynający się od * weź w cudzysłów: "*.csv".',
    ),
    "M12": Code(
        "BRACKET_IN_NAME",
        "W nazwie kolumny jest nawias.",
        'Nazwę z nawiasem weź w cudzysłów: ["Wartość [PLN] / Netto"].',
    ),
    "M13": Code(
        "COLON_IN_NAME", "W nazwie kolumny jest dwukropek.", 'Nazwę z dwukropkiem weź w cudzysłów: ["Nr: dok"].'
    ),
    "M14": Code(
        "SIGN_BEFORE_NAME",
        "Nazwa kolumny zaczyna się od znaku, który trzeba wziąć w cudzysłów.",
        'Nazwę, która zaczyna się od % @ > ! & * | ? - lub =, weź w cudzysłów: ["% rabatu"].',
    ),
    "M15": Code("HASH_IN_NAME", "Znak # po spacji zaczyna komentarz.", 'Weź nazwę w cudzysłów: ["ilość #1"].'),
    "M16": Code("COLON_IN_TEXT", "W tekście jest dwukropek.", "Tekst z dwukropkiem weź w cudzysłów."),
    "M17": Code("UNKNOWN_KEY", "Tego klucza nie ma w języku mapowania.", "Lista kluczy: docs/mapowanie.md."),
    "M18": Code(
        "WRONG_SHAPE", "W tym miejscu stoi coś innego, niż trzeba.", "Porównaj z przykładem w docs/mapowanie.md."
    ),
    "M19": Code("MISSING_KEY", "W mapowaniu brakuje potrzebnego klucza.", "Dopisz go."),
    "M20": Code("UNKNOWN_VALUE", "Tej wartości ten klucz nie przyjmuje.", "Wybierz jedną z podanych."),
    "M21": Code("LAYER", "Dołączonego pliku nie można użyć.", "Popraw `dolacz`; ścieżka liczy się od folderu mapowań."),
    "M22": Code("DICTIONARY", "Ze słownikiem jest coś nie tak.", "Popraw słownik."),
    "M23": Code("BAD_CONSTANT", "Stała wartość nie pasuje do pola.", "Popraw wartość w mapowaniu."),
    "M24": Code(
        "SAMPLES_DIFFER",
        "Po zmianie mapowania jego próbki dają inne wyniki, niż oczekiwano.",
        "Uruchom `ksef-bridge mapping test`, popraw mapowanie albo oczekiwane wyniki, potem `ksef-bridge retry PLIK`.",
    ),
    "M25": Code(
        "NOT_CONFIRMED",
        "Mapowanie zmieniono, a firma wymaga potwierdzonej próby (confirm_after_change).",
        "Sprawdź je: `ksef-bridge mapping test MAPOWANIE --confirm`, potem `ksef-bridge retry PLIK`.",
    ),
    "M26": Code(
        "FORGOTTEN_BRACKETS",
        "Stały tekst w mapowaniu jest nazwą kolumny w pliku.",
        "Weź nazwę kolumny w nawias: [Nabywca]. Jeśli ma to być zwykły tekst, napisz pod polem: stala: Nabywca.",
    ),
    "M27": Code(
        "EXAMPLE_SELLER",
        "Mapowanie ma dane przykładowej firmy, a to środowisko nie jest piaskownicą.",
        "Wpisz nazwę i adres swojej firmy (art. 106e ust. 1 pkt 3 ustawy o VAT) w tym pliku.",
    ),
    # --- D: data in a row ----------------------------------------------------------------------------------------
    "D01": Code("MISSING_VALUE", "Brakuje wartości.", "Uzupełnij komórkę albo dopisz w mapowaniu `gdy_puste`."),
    "D02": Code("NOT_A_NUMBER", "To nie jest liczba.", "Popraw wartość w programie ERP."),
    "D03": Code(
        "CONFLICTING_HEADER",
        "Wiersze jednej faktury podają różne wartości.",
        "Popraw dane w programie ERP: to pole musi być takie samo we wszystkich wierszach faktury.",
    ),
    "D04": Code(
        "NOT_IN_DICTIONARY",
        "Słownik nie zna tej wartości.",
        "Dopisz tę wartość w słowniku albo dodaj regułę.",
    ),
    "D05": Code("BAD_NIP", "NIP jest nieprawidłowy.", "Sprawdź NIP kontrahenta w programie ERP."),
    "D06": Code(
        "DUPLICATE_NUMBER", "Ten numer faktury wystąpił już w tym pliku.", "Popraw numer faktury w programie ERP."
    ),
    "D07": Code("ARITHMETIC", "Kwoty nie zgadzają się ze sobą.", "Sprawdź kwoty w programie ERP."),
    "D08": Code(
        "AMBIGUOUS_NUMBER",
        "Liczba zawiera znak, którego nie ma w mapowaniu.",
        "Ustaw w mapowaniu `znak_dziesietny` i `separator_tysiecy` tak, jak pisze program ERP.",
    ),
    "D09": Code(
        "NO_LINES", "Faktura nie ma żadnej pozycji.", "Sprawdź w programie ERP, czy eksport zawiera jej pozycje."
    ),
    "D10": Code("ORPHAN_LINE", "Pozycja nie ma swojej faktury.", "Sprawdź klucz łączący pozycje z nagłówkami."),
    "D11": Code(
        "NUMBER_LOST_DIGITS",
        "Excel zgubił końcowe cyfry tej liczby.",
        "Sformatuj kolumnę jako tekst i wpisz wartość jeszcze raz.",
    ),
    "D12": Code(
        "ROW_WITHOUT_NUMBER",
        "Wiersz nie ma numeru faktury i nie objaśnia go żadna reguła.",
        "Uzupełnij numer albo dodaj regułę, która mówi, czym jest ten wiersz.",
    ),
    "D13": Code(
        "NOT_A_DATE", "To nie jest data w zapisie podanym w mapowaniu.", "Popraw datę albo `zrodlo.format_daty`."
    ),
    "D14": Code(
        "TOO_LONG", "Tekst jest dłuższy, niż pozwala FA(3).", "Skróć tekst w programie ERP; mostek niczego nie obcina."
    ),
    "D15": Code(
        "NOT_ALLOWED", "Tej wartości FA(3) nie dopuszcza.", "Popraw wartość albo dopisz ją do słownika w mapowaniu."
    ),
    "D16": Code(
        "TOO_MANY_DECIMALS",
        "Liczba ma więcej miejsc po przecinku, niż pozwala FA(3).",
        "Zaokrąglij wartość w programie ERP.",
    ),
    "D17": Code(
        "REFUSED_BY_RULE",
        "Fakturę odrzuciła reguła z mapowania.",
        "Tak mówi reguła w mapowaniu. Popraw fakturę w programie ERP albo tę regułę.",
    ),
    "D18": Code(
        "TEXT_UNKNOWN",
        "Nie wiadomo, jak Excel pokazuje tę komórkę.",
        "Sformatuj kolumnę jako tekst i wpisz wartość jeszcze raz albo zapisz skoroszyt w Excelu jako .xlsx.",
    ),
    "D19": Code(
        "COMPUTED_VALUE",
        "Wartość pozycji policzono z ilości i ceny.",
        "To informacja; jeśli program ERP podaje wartość, wskaż jej kolumnę.",
    ),
    "D20": Code("SKIPPED_ROWS", "Wiersze pominięto zgodnie z regułą.", "To informacja."),
    "D21": Code(
        "ALL_OR_NOTHING",
        "Faktury nie wysłano, bo inna faktura z tego pliku ma błąd, a ustawienie all_or_nothing = true.",
        "Popraw błędną fakturę i wrzuć plik jeszcze raz.",
    ),
    "D22": Code(
        "UNCLEAR_ROWS",
        "Kilka wierszy faktury mówi to samo, a nie wiadomo, czy to jedna rzecz, czy kilka.",
        "Dopisz w mapowaniu przy tej części: raz_na: faktura albo raz_na: wiersz.",
    ),
    # --- L: the ledger -------------------------------------------------------------------------------------------
    "L01": Code(
        "NUMBER_TAKEN",
        "Pod tym numerem przyjęto już w KSeF fakturę o innej treści.",
        "Jeśli to nowa sprzedaż, nadaj jej nowy numer; jeśli poprawka, wystaw korektę.",
    ),
    "L02": Code(
        "ORIGINAL_UNKNOWN",
        "Mostek nie zna faktury korygowanej.",
        "Podaj jej numer KSeF w kolumnie albo zaznacz regułą `korekta.poza_ksef: tak`, jeśli powstała poza KSeF.",
    ),
}
