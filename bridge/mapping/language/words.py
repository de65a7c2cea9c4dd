"""The words themselves, as a table to be read: bridge.mapping.language.vocabulary makes Words and Parts of it.

A line `== section | attribute | element | how often | meaning | sheet | rows` begins a section: the attribute and the element belong
to what is above it (the invoice, or the section before the dot), the number says how often the part may repeat, the last
field what several rows of an invoice mean for it (docs/adr/0023): `set` (equal rows are one part, different ones several;
the words behind it tell which are the same part, `+` joins words), `list` (each row is a part; the amount behind it, equal
on all rows, may be a repeated header), `ask` (equal rows must be explained by `raz_na`). A line below
it is a word: `key | attribute | element | takes | limit | meaning`. An element with a slash in front is counted from
Faktura; further elements behind `+` come and go with the first. `*` after the key: this word alone does not make a
part of its section. `@address`, `@named`, `@account` and `@contact` stand for the words that
such things have everywhere: `@address prefix | attribute | element | whose`.
"""

from __future__ import annotations

ADDRESS = """
adres_linia1  | line1   | AdresL1  | text    | 512 | ulica i numer {}
adres_linia2  | line2   | AdresL2  | text    | 512 | kod i miejscowość {}
kraj*         | country | KodKraju | country | 2   | kod kraju {}, np. PL
gln           | gln     | GLN      | text    | 13  | numer GLN {}
"""

NAMED = """
nip                 | nip            | DaneIdentyfikacyjne/NIP      | nip       | 10  | NIP {}
kod_ue              | eu_code        | DaneIdentyfikacyjne/KodUE    | text      | 2   | prefiks VAT UE {} (Grecja: EL)
numer_vat_ue        | eu_vat         | DaneIdentyfikacyjne/NrVatUE  | eu_number | 12  | numer VAT UE {} bez prefiksu
vat_ue              | eu_code,eu_vat | DaneIdentyfikacyjne/NrVatUE  | vat_ue    | 14  | prefiks i numer VAT UE {} w jednym polu
kraj_identyfikatora | other_country  | DaneIdentyfikacyjne/KodKraju | country   | 2   | kraj, który nadał inny identyfikator {}
inny_identyfikator  | other_id       | DaneIdentyfikacyjne/NrID     | text      | 50  | inny identyfikator podatkowy {}
bez_identyfikatora  | none_given     | DaneIdentyfikacyjne/BrakID   | flag      | 0   | brak identyfikatora {}, np. osoba prywatna
nazwa               | name           | DaneIdentyfikacyjne/Nazwa    | text      | 512 | nazwa albo imię i nazwisko {}
"""

ACCOUNT = """
numer                | number      | NrRB                | account  | 34  | numer rachunku
swift                | swift       | SWIFT               | text     | 11  | kod SWIFT
rachunek_wlasny_banku| own_bank    | RachunekWlasnyBanku | own_bank | 1   | rachunek własny banku: 1 wierzytelności, 2 pobranie za dostawcę, 3 gospodarka własna banku
bank                 | bank        | NazwaBanku          | text     | 256 | nazwa banku
opis                 | description | OpisRachunku        | text     | 256 | opis rachunku
"""

CONTACT = """
email   | email | Email   | text | 255 | e-mail {}
telefon | phone | Telefon | text | 16  | telefon {}
"""

WORDS = """
== naglowek | | Naglowek | 1 | nagłówek pliku: wypełnia go mostek |
kod_formularza    | | KodFormularza     | | 0   | kod formularza: FA (3)
wariant           | | WariantFormularza | | 0   | wariant formularza: 3
data_wytworzenia  | | DataWytworzeniaFa | | 0   | chwila utworzenia pliku
system            | | SystemInfo        | | 256 | nazwa programu, który utworzył plik

== sprzedawca | seller | Podmiot1 | 1 | sprzedawca |
nip          | nip       | DaneIdentyfikacyjne/NIP   | nip  | 10  | NIP sprzedawcy
nazwa        | name      | DaneIdentyfikacyjne/Nazwa | text | 512 | nazwa sprzedawcy
@address | address | Adres | sprzedawcy
prefiks_ue   | eu_prefix | PrefiksPodatnika          | text | 2   | prefiks VAT UE sprzedawcy: PL
eori         | eori      | NrEORI                    | text | 256 | numer EORI sprzedawcy
@address koresp_ | correspondence | AdresKoresp | do korespondencji ze sprzedawcą
@contact | contacts | DaneKontaktowe | sprzedawcy
status       | status    | StatusInfoPodatnika       | status | 1 | status podatnika: 1 likwidacja, 2 restrukturyzacja, 3 upadłość, 4 spadek
== sprzedawca.kontakty | contacts | DaneKontaktowe | 3 | dalsze adresy e-mail i telefony sprzedawcy | Kontakty sprzedawcy | set
@contact |  |  | sprzedawcy

== faktura | | | 1 | faktura | Faktury
numer               | number           | Fa/P_2           | text      | 256 | numer faktury
rodzaj              | kind             | Fa/RodzajFaktury | kind      | 0   | rodzaj faktury: VAT, KOR, ZAL, ROZ, UPR, KOR_ZAL albo KOR_ROZ
data_wystawienia    | issued           | Fa/P_1           | date      | 0   | data wystawienia
powtorz_date_sprzedazy | -           |                  | flag      | 0   | powtórz datę sprzedaży: tak drukuje ją także wtedy, gdy jest datą wystawienia
miejsce             | place            | Fa/P_1M          | text      | 256 | miejsce wystawienia
data_sprzedazy      | sold             | Fa/P_6           | sale_date | 0   | data sprzedaży, gdy inna niż data wystawienia; faktura zaliczkowa: data zapłaty
okres_od            | period.0         | Fa/OkresFa/P_6_Od| date      | 0   | początek okresu sprzedaży
okres_do            | period.1         | Fa/OkresFa/P_6_Do| date      | 0   | koniec okresu sprzedaży
waluta              | currency         | Fa/KodWaluty     | currency  | 3   | kod waluty, np. PLN
kurs_zaliczki       | exchange_rate    | Fa/KursWalutyZ   | number    | 6   | kurs do VAT całej faktury zaliczkowej
ceny                | prices           |                  | prices    | 0   | ceny: netto albo brutto, od czego liczy się faktura
metoda_vat          | vat_method       |                  | vat_method| 0   | metoda VAT: od_sumy albo z_pozycji
kwoty               | amounts_given    |                  | amounts   | 0   | kwoty: policz albo podane (takie jak w pliku, tylko sprawdzone)
rabat               | discount_from    |                  | discount  | 0   | rabat: od_ceny albo od_wartosci, od czego odjąć `pozycja.kwota_rabatu`
metoda_kasowa       | annotations.cash_method    | Fa/Adnotacje/P_16  | flag | 0 | metoda kasowa
samofakturowanie    | annotations.self_billing   | Fa/Adnotacje/P_17  | flag | 0 | samofakturowanie
odwrotne_obciazenie | annotations.reverse_charge | Fa/Adnotacje/P_18  | flag | 0 | odwrotne obciążenie
podzielona_platnosc | annotations.split_payment  | Fa/Adnotacje/P_18A | flag | 0 | mechanizm podzielonej płatności
zwolnienie_ustawa   | annotations.exempt_act     | Fa/Adnotacje/Zwolnienie/P_19A+Fa/Adnotacje/Zwolnienie/P_19+Fa/Adnotacje/Zwolnienie/P_19N | text | 256 | zwolnienie z VAT – przepis ustawy, na podstawie którego sprzedaż jest zwolniona
zwolnienie_dyrektywa| annotations.exempt_directive | Fa/Adnotacje/Zwolnienie/P_19B | text | 256 | zwolnienie z VAT – przepis dyrektywy 2006/112/WE
zwolnienie_inne     | annotations.exempt_other   | Fa/Adnotacje/Zwolnienie/P_19C | text | 256 | zwolnienie z VAT – inna podstawa
trojstronna         | annotations.triangulation  | Fa/Adnotacje/P_23  | flag | 0 | procedura trójstronna uproszczona, drugi w kolejności podatnik
nst_obowiazek*      | annotations.new_transport.duty | Fa/Adnotacje/NoweSrodkiTransportu/P_42_5+Fa/Adnotacje/NoweSrodkiTransportu/P_22+Fa/Adnotacje/NoweSrodkiTransportu/P_22N | flag | 0 | obowiązek z art. 42 ust. 5 ustawy (nowe środki transportu)
marza               | annotations.margin         | Fa/Adnotacje/PMarzy/P_PMarzy+Fa/Adnotacje/PMarzy/P_PMarzy_2+Fa/Adnotacje/PMarzy/P_PMarzy_3_1+Fa/Adnotacje/PMarzy/P_PMarzy_3_2+Fa/Adnotacje/PMarzy/P_PMarzy_3_3+Fa/Adnotacje/PMarzy/P_PMarzyN | margin | 0 | procedura marży: biuro podróży, towary używane, dzieła sztuki albo antyki
do_paragonu         | to_receipt       | Fa/FP | flag | 0 | faktura do paragonu
powiazania          | related          | Fa/TP | flag | 0 | powiązania między stronami
zwrot_akcyzy        | excise_refund    | Fa/ZwrotAkcyzy | flag | 0 | zwrot akcyzy rolnikowi za olej napędowy
wz                  | warehouse_notes  | Fa/WZ | text | 256 | numer dokumentu WZ
stopka              | footer           | /Stopka/Informacje/StopkaFaktury | long_text | 3500 | tekst w stopce
== wz | warehouse_notes | Fa/WZ | 1000 | dokumenty WZ, gdy jest ich więcej | Dokumenty WZ | set
numer | | | text | 256 | numer dokumentu WZ

== sumy | stated | Fa | 1 | kwoty faktury, których nie da się policzyć z pozycji |
netto_23       | 1.net     | P_13_1   | number | 2 | netto w stawce 23% (22%)
vat_23         | 1.vat     | P_14_1   | number | 2 | VAT w stawce 23% (22%)
vat_23_pln     | 1.vat_pln | P_14_1W  | number | 2 | VAT w złotych w stawce 23% (22%)
netto_8        | 2.net     | P_13_2   | number | 2 | netto w stawce 8% (7%)
vat_8          | 2.vat     | P_14_2   | number | 2 | VAT w stawce 8% (7%)
vat_8_pln      | 2.vat_pln | P_14_2W  | number | 2 | VAT w złotych w stawce 8% (7%)
netto_5        | 3.net     | P_13_3   | number | 2 | netto w stawce 5%
vat_5          | 3.vat     | P_14_3   | number | 2 | VAT w stawce 5%
vat_5_pln      | 3.vat_pln | P_14_3W  | number | 2 | VAT w złotych w stawce 5%
netto_taxi     | 4.net     | P_13_4   | number | 2 | netto ryczałtu dla taksówek (4% albo 3%)
vat_taxi       | 4.vat     | P_14_4   | number | 2 | VAT ryczałtu dla taksówek
vat_taxi_pln   | 4.vat_pln | P_14_4W  | number | 2 | VAT w złotych ryczałtu dla taksówek
netto_oss      | 5.net     | P_13_5   | number | 2 | netto w procedurze OSS
vat_oss        | 5.vat     | P_14_5   | number | 2 | zagraniczny VAT w procedurze OSS
netto_0_kr     | 6_1.net   | P_13_6_1 | number | 2 | sprzedaż krajowa ze stawką 0%
netto_0_wdt    | 6_2.net   | P_13_6_2 | number | 2 | wewnątrzwspólnotowa dostawa towarów
netto_0_ex     | 6_3.net   | P_13_6_3 | number | 2 | eksport
netto_zw       | 7.net     | P_13_7   | number | 2 | sprzedaż zwolniona
netto_np_i     | 8.net     | P_13_8   | number | 2 | sprzedaż poza terytorium kraju
netto_np_ii    | 9.net     | P_13_9   | number | 2 | usługi z art. 100 ust. 1 pkt 4 ustawy
netto_oo       | 10.net    | P_13_10  | number | 2 | krajowe odwrotne obciążenie
wartosc_marzy  | 11.net    | P_13_11  | number | 2 | sprzedaż w procedurze marży (kwota brutto)
do_zaplaty     | due       | P_15     | number | 2 | kwota należności ogółem

== nowe_srodki_transportu | annotations.new_transport.vehicles | Fa/Adnotacje/NoweSrodkiTransportu/NowySrodekTransportu | 10000 | nowe środki transportu | Nowe środki transportu | set
data_dopuszczenia | first_used   | P_22A          | date  | 0   | data dopuszczenia do użytku
numer_wiersza     | line         | P_NrWierszaNST | count | 0   | numer pozycji faktury, której dotyczy
marka             | make         | P_22BMK        | text  | 256 | marka
model             | model        | P_22BMD        | text  | 256 | model
kolor             | colour       | P_22BK         | text  | 256 | kolor
rejestracja       | registration | P_22BNR        | text  | 256 | numer rejestracyjny
rok_produkcji     | year         | P_22BRP        | text  | 256 | rok produkcji
przebieg          | mileage      | P_22B          | text  | 256 | pojazd lądowy – przebieg
vin               | vin          | P_22B1         | text  | 256 | pojazd lądowy – numer VIN
nadwozie          | body         | P_22B2         | text  | 256 | pojazd lądowy – numer nadwozia
podwozie          | chassis      | P_22B3         | text  | 256 | pojazd lądowy – numer podwozia
rama              | frame        | P_22B4         | text  | 256 | pojazd lądowy – numer ramy
typ               | type         | P_22BT         | text  | 256 | pojazd lądowy – typ
godziny_jednostki | hours_afloat | P_22C          | text  | 256 | jednostka pływająca – liczba godzin pracy
kadlub            | hull         | P_22C1         | text  | 256 | jednostka pływająca – numer kadłuba
godziny_statku    | hours_in_air | P_22D          | text  | 256 | statek powietrzny – liczba godzin pracy
numer_fabryczny   | serial       | P_22D1         | text  | 256 | statek powietrzny – numer fabryczny

== nabywca | buyer | Podmiot2 | 1 | nabywca |
@named |  |  | nabywcy
@address | address | Adres | nabywcy
eori          | eori            | NrEORI    | text | 256 | numer EORI nabywcy
@address koresp_ | correspondence | AdresKoresp | do korespondencji z nabywcą
@contact | contacts | DaneKontaktowe | nabywcy
numer_klienta | customer_number | NrKlienta | text | 256 | numer klienta
klucz         | key             | IDNabywcy | text | 32  | klucz wiążący nabywcę z korektą jego danych
jst           | jst             | JST       | flag | 0   | jednostka podrzędna JST
gv            | gv              | GV        | flag | 0   | członek grupy VAT
== nabywca.kontakty | contacts | DaneKontaktowe | 3 | dalsze adresy e-mail i telefony nabywcy | Kontakty nabywcy | set
@contact |  |  | nabywcy

== podmioty_trzecie | third_parties | Podmiot3 | 100 | podmioty trzecie: odbiorca, płatnik, faktor, dodatkowy nabywca | Podmioty trzecie | set rola+rola_inna+nip+id_wewnetrzny+kod_ue+numer_vat_ue+vat_ue+kraj_identyfikatora+inny_identyfikator+nazwa+adres_linia1+adres_linia2
rola          | role            | Rola      | third_role | 0 | rola: faktor, odbiorca, podmiot pierwotny, dodatkowy nabywca, wystawca faktury, płatnik, JST wystawca, JST odbiorca, GV wystawca, GV odbiorca albo pracownik
rola_inna     | other_role      | OpisRoli+RolaInna | text | 256 | inna rola, słowami
@named |  |  | podmiotu trzeciego
id_wewnetrzny | internal_id     | DaneIdentyfikacyjne/IDWew | internal_id | 20 | identyfikator wewnętrzny z NIP
udzial        | share           | Udzial    | number | 6 | udział dodatkowego nabywcy w procentach
@address | address | Adres | podmiotu trzeciego
eori          | eori            | NrEORI    | text | 256 | numer EORI podmiotu trzeciego
@address koresp_ | correspondence | AdresKoresp | do korespondencji z podmiotem trzecim
@contact | contacts | DaneKontaktowe | podmiotu trzeciego
numer_klienta | customer_number | NrKlienta | text | 256 | numer klienta
klucz         | key             | IDNabywcy | text | 32  | klucz wiążący dodatkowego nabywcę z korektą jego danych
== podmioty_trzecie.kontakty | contacts | DaneKontaktowe | 3 | dalsze adresy e-mail i telefony | Kontakty podmiotów trzecich | set
@contact |  |  | podmiotu trzeciego

== podmiot_upowazniony | authorised | PodmiotUpowazniony | 1 | podmiot upoważniony: organ egzekucyjny, komornik, przedstawiciel podatkowy |
rola    | role | RolaPU | authorised_role | 0 | rola: organ egzekucyjny, komornik albo przedstawiciel podatkowy
nip     | nip  | DaneIdentyfikacyjne/NIP   | nip  | 10  | NIP podmiotu upoważnionego
nazwa   | name | DaneIdentyfikacyjne/Nazwa | text | 512 | nazwa podmiotu upoważnionego
@address | address | Adres | podmiotu upoważnionego
eori    | eori | NrEORI | text | 256 | numer EORI podmiotu upoważnionego
@address koresp_ | correspondence | AdresKoresp | do korespondencji z podmiotem upoważnionym
email   | contacts.email | DaneKontaktowe/EmailPU   | text | 255 | e-mail
telefon | contacts.phone | DaneKontaktowe/TelefonPU | text | 16  | telefon
== podmiot_upowazniony.kontakty | contacts | DaneKontaktowe | 3 | dalsze adresy e-mail i telefony | Kontakty upoważnionego | set
email   | email | EmailPU   | text | 255 | e-mail
telefon | phone | TelefonPU | text | 16  | telefon

== korekta | correction | Fa | 1 | korekta |
numer_faktury    | originals.number  | DaneFaKorygowanej/NrFaKorygowanej       | text | 256 | numer faktury korygowanej
data_faktury     | originals.issued  | DaneFaKorygowanej/DataWystFaKorygowanej | date | 0   | data faktury korygowanej
numer_ksef       | originals.ksef_number  | DaneFaKorygowanej/NrKSeFFaKorygowanej+DaneFaKorygowanej/NrKSeF | ksef | 36 | numer KSeF faktury korygowanej; puste: z księgi mostka
poza_ksef*       | originals.outside_ksef | DaneFaKorygowanej/NrKSeFN | flag | 0 | poza KSeF: tak, gdy faktura korygowana powstała poza KSeF
przyczyna        | reason       | PrzyczynaKorekty   | text | 256 | przyczyna korekty
typ              | type         | TypKorekty         | correction_type | 1 | typ korekty: 1 w dacie pierwotnej, 2 w dacie korekty, 3 inaczej
okres            | period       | OkresFaKorygowanej | text | 256 | okres, którego dotyczy rabat zbiorczy
prawidlowy_numer | right_number | NrFaKorygowany     | text | 256 | prawidłowy numer, gdy błędny był numer faktury
kwota_przed      | due_before   | P_15ZK             | number | 2 | kwota należności przed korektą (KOR_ZAL, KOR_ROZ)
kurs_przed       | exchange_rate_before | KursWalutyZK | number | 6 | kurs waluty przed korektą
== faktury_korygowane | correction.originals | Fa/DaneFaKorygowanej | 50000 | faktury korygowane, gdy jest ich więcej | Faktury korygowane | set numer_faktury numer_ksef
numer_faktury | number       | NrFaKorygowanej            | text | 256 | numer faktury korygowanej
data_faktury  | issued       | DataWystFaKorygowanej      | date | 0   | data faktury korygowanej
numer_ksef    | ksef_number  | NrKSeFFaKorygowanej+NrKSeF | ksef | 36  | numer KSeF faktury korygowanej; puste: z księgi mostka
poza_ksef*    | outside_ksef | NrKSeFN                    | flag | 0   | poza KSeF: tak, gdy faktura korygowana powstała poza KSeF
== sprzedawca_przed | correction.seller_before | Fa/Podmiot1K | 1 | dane sprzedawcy z faktury korygowanej |
nip        | nip       | DaneIdentyfikacyjne/NIP   | nip  | 10  | NIP sprzedawcy sprzed korekty
nazwa      | name      | DaneIdentyfikacyjne/Nazwa | text | 512 | nazwa sprzedawcy sprzed korekty
@address | address | Adres | sprzedawcy sprzed korekty
prefiks_ue | eu_prefix | PrefiksPodatnika          | text | 2   | prefiks VAT UE sprzedawcy sprzed korekty
== nabywcy_przed | correction.buyers_before | Fa/Podmiot2K | 101 | dane nabywców z faktury korygowanej | Nabywcy przed korektą | set nip+kod_ue+numer_vat_ue+vat_ue+kraj_identyfikatora+inny_identyfikator+nazwa+klucz
@named |  |  | nabywcy sprzed korekty
@address | address | Adres | nabywcy sprzed korekty
klucz      | key       | IDNabywcy                 | text | 32  | ten sam klucz co w `nabywca.klucz`

== zaliczki_czesciowe | part_advances | Fa/ZaliczkaCzesciowa | 31 | wpłaty, które jedna faktura dokumentuje | Zaliczki częściowe | ask
data  | paid          | P_6Z         | date   | 0 | data otrzymania wpłaty
kwota | amount        | P_15Z        | number | 2 | kwota wpłaty
kurs  | exchange_rate | KursWalutyZW | number | 6 | kurs waluty wpłaty
== dodatkowe_opisy | descriptions | Fa/DodatkowyOpis | 10000 | dodatkowe opisy | Dodatkowe opisy | set
nazwa         | key   | Klucz     | text  | 256 | nazwa dodatkowego opisu
tresc         | value | Wartosc   | text  | 256 | treść dodatkowego opisu
numer_wiersza | line  | NrWiersza | count | 0   | numer pozycji, której dotyczy opis
== zaliczki | advances | Fa/FakturaZaliczkowa | 100 | faktury zaliczkowe, które rozlicza ta faktura | Faktury zaliczkowe | set numer_ksef numer_faktury
numer_faktury | number       | NrFaZaliczkowej     | text | 256 | numer faktury zaliczkowej
numer_ksef    | ksef_number  | NrKSeFFaZaliczkowej | ksef | 36  | numer KSeF faktury zaliczkowej
poza_ksef*    | outside_ksef | NrKSeFZN            | flag | 0   | poza KSeF: tak, gdy faktura zaliczkowa powstała poza KSeF

== pozycja | lines | Fa/FaWiersz | 10000 | pozycja faktury | Pozycje
numer_wiersza  | number        | NrWierszaFa | count     | 0   | numer pozycji; puste: numeruje mostek
uu_id          | uid           | UU_ID       | text      | 50  | niepowtarzalny identyfikator pozycji
data_sprzedazy | sale_date     | P_6A        | date      | 0   | data sprzedaży tej pozycji
nazwa          | name          | P_7         | text      | 512 | nazwa towaru lub usługi
indeks         | code          | Indeks      | text      | 50  | kod towaru w programie ERP
gtin           | gtin          | GTIN        | text      | 20  | kod GTIN (EAN)
pkwiu          | pkwiu         | PKWiU       | text      | 50  | PKWiU
cn             | cn            | CN          | text      | 50  | kod CN
pkob           | pkob          | PKOB        | text      | 50  | PKOB
jednostka      | unit          | P_8A        | text      | 256 | jednostka miary
ilosc          | quantity      | P_8B        | number    | 6   | ilość
cena_netto     | net_price     | P_9A        | number    | 8   | cena jednostkowa netto
cena_brutto    | gross_price   | P_9B        | number    | 8   | cena jednostkowa brutto
kwota_rabatu   | discount      | P_10        | number    | 8   | opust, którego nie ma jeszcze w cenie; od czego, mówi `faktura.rabat`
rabat_procent  | discount_percent |          | percent   | 6   | rabat w procentach ceny, która go jeszcze nie ma; kwotę (P_10) liczy mostek
wartosc_netto  | net           | P_11        | number    | 2   | wartość netto; puste: ilość × cena
wartosc_brutto | gross         | P_11A       | number    | 2   | wartość brutto; puste: ilość × cena
kwota_vat      | vat           | P_11Vat     | number    | 2   | kwota VAT pozycji (przy metoda_vat: z_pozycji)
stawka_vat     | rate          | P_12        | rate      | 0   | stawka VAT: 23 22 8 7 5 4 3, 0 KR, 0 WDT, 0 EX, zw, oo, np I, np II
stawka_oss     | foreign_rate  | P_12_XII    | number    | 6   | stawka OSS: zagraniczna stawka VAT w procentach
zalacznik_15   | annex15       | P_12_Zal_15 | flag      | 0   | towar z załącznika 15
akcyza         | excise        | KwotaAkcyzy | number    | 2   | kwota akcyzy zawarta w cenie
gtu            | gtu           | GTU         | gtu       | 6   | GTU: GTU_01 … GTU_13
procedura      | procedure     | Procedura   | procedure | 0   | procedura: WSTO_EE IED TT_D I_42 I_63 B_SPV B_SPV_DOSTAWA B_MPV_PROWIZJA
kurs_waluty    | exchange_rate | KursWaluty  | number    | 6   | kurs waluty do przeliczenia VAT
stan_przed     | before        | StanPrzed   | flag      | 0   | stan przed: tak oznacza wiersz „przed” korekty

== rozliczenie | settlement | Fa/Rozliczenie | 1 | rozliczenie: co dolicza się do kwoty faktury i co od niej odejmuje |
suma_obciazen   | charges_total    | SumaObciazen  | number | 2 | suma obciążeń
suma_odliczen   | deductions_total | SumaOdliczen  | number | 2 | suma odliczeń
do_zaplaty      | to_pay           | DoZaplaty     | number | 2 | kwota do zapłaty po rozliczeniu
do_rozliczenia  | to_settle        | DoRozliczenia | number | 2 | kwota nadpłacona do rozliczenia
== rozliczenie.obciazenia | charges | Obciazenia | 100 | kwoty doliczone, np. kaucje | Obciążenia | list kwota
kwota | amount | Kwota | number | 2   | kwota
powod | reason | Powod | text   | 256 | powód
== rozliczenie.odliczenia | deductions | Odliczenia | 100 | kwoty odjęte | Odliczenia | list kwota
kwota | amount | Kwota | number | 2   | kwota
powod | reason | Powod | text   | 256 | powód

== platnosc | payment | Fa/Platnosc | 1 | płatność |
forma              | form         | FormaPlatnosci | payment_form | 0 | forma płatności: gotówka, karta, bon, czek, kredyt, przelew albo mobilna
forma_inna         | other_form   | OpisPlatnosci+PlatnoscInna | text | 256 | inna forma płatności, słowami
termin             | terms.due    | TerminPlatnosci/Termin | date | 0 | termin płatności
data_zaplaty       | paid_on      | DataZaplaty+Zaplacono | date | 0 | data zapłaty, gdy faktura jest zapłacona w całości
zaplacono_czesciami| parts_marker | ZnacznikZaplatyCzesciowej | parts_marker | 0 | zapłacono częściami: częściowo albo w całości, co mówią `zaplaty_czesciowe`
rachunek           | accounts.number      | RachunekBankowy/NrRB | account | 34 | numer rachunku
swift              | accounts.swift       | RachunekBankowy/SWIFT | text | 11 | kod SWIFT
rachunek_wlasny_banku | accounts.own_bank | RachunekBankowy/RachunekWlasnyBanku | own_bank | 1 | rachunek własny banku: 1 wierzytelności, 2 pobranie za dostawcę, 3 gospodarka własna banku
bank               | accounts.bank        | RachunekBankowy/NazwaBanku | text | 256 | nazwa banku
opis_rachunku      | accounts.description | RachunekBankowy/OpisRachunku | text | 256 | opis rachunku
skonto_warunki     | early_discount.terms  | Skonto/WarunkiSkonta | text | 256 | warunki skonta
skonto_wysokosc    | early_discount.amount | Skonto/WysokoscSkonta | text | 256 | wysokość skonta
link               | link         | LinkDoPlatnosci | text | 512 | link do płatności z parametrem IPKSeF
identyfikator_ksef | ksef_id      | IPKSeF | text | 13 | identyfikator płatności KSeF
== zaplaty_czesciowe | payment.parts | Fa/Platnosc/ZaplataCzesciowa | 100 | zapłaty częściowe | Zapłaty częściowe | ask
kwota      | amount     | KwotaZaplatyCzesciowej | number | 2 | kwota zapłaty
data       | paid       | DataZaplatyCzesciowej  | date   | 0 | data zapłaty
forma      | form       | FormaPlatnosci         | payment_form | 0 | forma płatności: gotówka, karta, bon, czek, kredyt, przelew albo mobilna
forma_inna | other_form | OpisPlatnosci+PlatnoscInna | text | 256 | inna forma płatności, słowami
== terminy | payment.terms | Fa/Platnosc/TerminPlatnosci | 100 | terminy płatności | Terminy płatności | set
termin    | due        | Termin | date | 0 | termin płatności
ilosc     | rule.count | TerminOpis/Ilosc | whole | 0 | termin opisowy – ile, np. 14
jednostka | rule.unit  | TerminOpis/Jednostka | text | 50 | termin opisowy – czego, np. dni
zdarzenie | rule.event | TerminOpis/ZdarzeniePoczatkowe | text | 256 | termin opisowy – od czego, np. od dostawy
== rachunki | payment.accounts | Fa/Platnosc/RachunekBankowy | 100 | rachunki bankowe, gdy jest ich więcej | Rachunki | set numer
@account
== rachunki_faktora | payment.factor_accounts | Fa/Platnosc/RachunekBankowyFaktora | 20 | rachunki faktora | Rachunki faktora | set numer
@account

== warunki | terms | Fa/WarunkiTransakcji | 1 | warunki transakcji |
dostawa       | delivery        | WarunkiDostawy | text     | 256 | warunki dostawy, np. Incoterms
kurs_umowny   | agreed_rate     | KursUmowny     | number   | 6   | kurs umowny, inny niż kurs do VAT
waluta_umowna*| agreed_currency | WalutaUmowna   | currency | 3   | waluta umowna, nigdy PLN
posrednik     | intermediary    | PodmiotPosredniczacy | flag | 0 | dostawa przez podmiot pośredniczący (art. 22 ust. 2d)
== warunki.umowy | contracts | Umowy | 100 | umowy | Umowy | set
data  | day    | DataUmowy | date | 0   | data umowy
numer | number | NrUmowy   | text | 256 | numer umowy
== warunki.zamowienia | orders | Zamowienia | 100 | zamówienia nabywcy | Zamówienia nabywcy | set
data  | day    | DataZamowienia | date | 0   | data zamówienia
numer | number | NrZamowienia   | text | 256 | numer zamówienia
== warunki.partie | batches | NrPartiiTowaru | 1000 | partie towaru | Partie towaru | set
numer | | | text | 256 | numer partii towaru
== warunki.transporty | transports | Transport | 20 | transport | Transporty | set
rodzaj          | kind         | RodzajTransportu | transport | 0 | rodzaj transportu: morski, kolejowy, drogowy, lotniczy, pocztowy, instalacja przesyłowa albo żegluga śródlądowa
rodzaj_inny     | other_kind   | OpisInnegoTransportu+TransportInny | text | 50 | inny rodzaj transportu, słowami
@named przewoznik_ | carrier | Przewoznik | przewoźnika
@address przewoznik_ | carrier.address | Przewoznik/AdresPrzewoznika | przewoźnika
numer_zlecenia  | order_number | NrZleceniaTransportu | text | 256 | numer zlecenia transportu
ladunek         | cargo        | OpisLadunku | cargo | 0 | rodzaj ładunku, np. karton, paleta, paczka
ladunek_inny    | other_cargo  | OpisInnegoLadunku+LadunekInny | text | 50 | inny ładunek, słowami
opakowanie      | packing      | JednostkaOpakowania | text | 256 | jednostka opakowania
rozpoczecie     | starts       | DataGodzRozpTransportu | moment | 0 | data i godzina rozpoczęcia
zakonczenie     | ends         | DataGodzZakTransportu | moment | 0 | data i godzina zakończenia
@address z_ | sent_from | WysylkaZ | miejsca wysyłki
@address do_ | sent_to | WysylkaDo | miejsca dostawy
== warunki.transporty.przez | sent_via | WysylkaPrzez | 20 | adresy pośrednie wysyłki | Transporty przez | set
@address |  |  | miejsca pośredniego

== zamowienie | order | Fa/Zamowienie | 1 | zamówienie, na które wpłacono zaliczkę |
wartosc | value | WartoscZamowienia | number | 2 | wartość brutto całego zamówienia; puste: suma pozycji zamówienia
== pozycja_zamowienia | order.lines | Fa/Zamowienie/ZamowienieWiersz | 10000 | pozycje zamówienia | Pozycje zamówienia | list
numer_wiersza  | number       | NrWierszaZam | count   | 0   | numer pozycji; puste: numeruje mostek
uu_id          | uid          | UU_IDZ       | text    | 50  | niepowtarzalny identyfikator pozycji
nazwa          | name         | P_7Z         | text    | 512 | nazwa towaru lub usługi
indeks         | code         | IndeksZ      | text    | 50  | kod towaru w programie ERP
gtin           | gtin         | GTINZ        | text    | 20  | kod GTIN (EAN)
pkwiu          | pkwiu        | PKWiUZ       | text    | 50  | PKWiU
cn             | cn           | CNZ          | text    | 50  | kod CN
pkob           | pkob         | PKOBZ        | text    | 50  | PKOB
jednostka      | unit         | P_8AZ        | text    | 256 | jednostka miary
ilosc          | quantity     | P_8BZ        | number  | 6   | ilość
cena_netto     | net_price    | P_9AZ        | number  | 8   | cena jednostkowa netto
wartosc_netto  | net          | P_11NettoZ   | number  | 2   | wartość netto
kwota_vat      | vat          | P_11VatZ     | number  | 2   | kwota VAT
stawka_vat     | rate         | P_12Z        | rate    | 0   | stawka VAT: 23 22 8 7 5 4 3, 0 KR, 0 WDT, 0 EX, zw, oo, np I, np II
stawka_oss     | foreign_rate | P_12Z_XII    | number  | 6   | stawka OSS: zagraniczna stawka VAT w procentach
zalacznik_15   | annex15      | P_12Z_Zal_15 | flag    | 0   | towar z załącznika 15
gtu            | gtu          | GTUZ         | gtu     | 6   | GTU: GTU_01 … GTU_13
procedura      | procedure    | ProceduraZ   | order_procedure | 0 | procedura: WSTO_EE IED TT_D B_SPV B_SPV_DOSTAWA B_MPV_PROWIZJA
akcyza         | excise       | KwotaAkcyzyZ | number  | 2   | kwota akcyzy zawarta w cenie
stan_przed     | before       | StanPrzedZ   | flag    | 0   | stan przed: tak oznacza wiersz „przed” korekty

== stopka | footer | Stopka/Informacje | 3 | teksty w stopce, gdy jest ich więcej | Stopki | set
tekst | | StopkaFaktury | long_text | 3500 | tekst w stopce
== rejestry | registers | Stopka/Rejestry | 100 | rejestry w stopce | Rejestry | set
nazwa | name  | PelnaNazwa | text   | 256 | pełna nazwa
krs   | krs   | KRS        | krs    | 10  | numer KRS, 10 cyfr
regon | regon | REGON      | regon  | 14  | REGON, 9 albo 14 cyfr
bdo   | bdo   | BDO        | text   | 9   | numer BDO

== zalaczniki | attachment | Zalacznik/BlokDanych | 1000 | załącznik: bloki danych | Załączniki | set naglowek
naglowek | heading | ZNaglowek | text | 512 | nagłówek bloku
== zalaczniki.metadane | metadata | MetaDane | 1000 | dane bloku | Załączniki – dane | set
nazwa | key   | ZKlucz   | text | 256 | nazwa
tresc | value | ZWartosc | text | 256 | treść
== zalaczniki.akapity | paragraphs | Tekst/Akapit | 10 | akapity bloku | Załączniki – akapity | set
tekst | | | text | 512 | tekst akapitu
== zalaczniki.tabele | tables | Tabela | 1000 | tabele bloku | Tabele | set opis
opis | description | Opis | text | 512 | opis tabeli
suma_liczba_komorek* | totals.width | | count | 0 | liczba komórek podsumowania, gdy inna niż liczba kolumn
@cells suma_ | totals.cells | Suma/SKom | podsumowanie
== zalaczniki.tabele.metadane | metadata | TMetaDane | 1000 | dane tabeli | Tabele – dane | set
nazwa | key   | TKlucz   | text | 256 | nazwa
tresc | value | TWartosc | text | 256 | treść
== zalaczniki.tabele.kolumny | columns | TNaglowek/Kol | 20 | kolumny tabeli | Tabele – kolumny | set nazwa
nazwa | name | NKom | text | 256 | nagłówek kolumny
typ   | type | @Typ | column_type | 0 | typ kolumny: date datetime dec int time txt
== zalaczniki.tabele.wiersze | rows | Wiersz | 1000 | wiersze tabeli | Tabele – wiersze | list
liczba_komorek* | width | | count | 0 | liczba komórek wiersza, gdy inna niż liczba kolumn
@cells komorka_ | cells | WKom | komórka

== kontrola | control | | 1 | kwoty z programu ERP, tylko do porównania |
faktura_netto  | net        | | number | 2  | suma netto według programu ERP
faktura_vat    | vat        | | number | 2  | suma VAT według programu ERP
faktura_brutto | gross      | | number | 2  | suma brutto według programu ERP
sprzedawca_nip | seller_nip | | nip    | 10 | NIP sprzedawcy według pliku
pozycja_vat    | erp_vat    | | number | 2  | VAT pozycji według programu ERP
pozycja_brutto | erp_gross  | | number | 2  | wartość brutto pozycji według programu ERP

== plik | | | 1 | sumy całego pliku, tylko do porównania |
netto          | net      | | number | 2 | suma netto całego pliku
vat            | vat      | | number | 2 | suma VAT całego pliku
brutto         | gross    | | number | 2 | suma brutto całego pliku
liczba_faktur  | invoices | | count  | 0 | ile faktur jest w pliku
liczba_pozycji | lines    | | count  | 0 | ile pozycji jest w pliku
"""
