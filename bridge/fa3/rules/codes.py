"""Section G of fa3.md, its codes: GTU, procedures and foreign rates of lines → what does not belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bridge.fa3.rules.rule import Context, E, Found, Rule, W, rule
from bridge.model.invoice import Invoice, Line

GTU = re.compile(r"GTU_(0[1-9]|1[0-3])")
SERVICES = frozenset({"GTU_12", "GTU_13"})
VEHICLES = re.compile(r"870[1-8]")
DISTANCE = frozenset({"WSTO_EE", "IED"})
IMPORTED = frozenset({"I_42", "I_63"})


@rule(
    "G09",
    W,
    "Fa/FaWiersz/P_12_XII",
    "Stawka OSS jest przy procedurze WSTO_EE albo IED i nabywcy bez NIP-u.",
    "INFO",
    field="pozycja.stawka_oss",
    advice="Ustaw `pozycja.procedura` i sprawdź nabywcę: OSS to sprzedaż konsumentom z Unii.",
)
def foreign_rate(f: Invoice, _c: Context) -> Iterator[Found]:
    foreign = [line for line in f.lines if line.foreign_rate is not None]
    for line in foreign:
        if line.procedure not in DISTANCE:
            yield Found(
                f"Pozycja „{line.called}” ma stawkę OSS, a nie ma procedury WSTO_EE ani IED.",
                str(line.foreign_rate),
                _row(line),
                field="pozycja.procedura",
            )
    if foreign and (f.buyer.nip or f.buyer.eu_vat):
        yield Found("Sprzedaż OSS ma nabywcę z numerem podatnika.", f.buyer.nip or f.buyer.eu_vat or "")


@rule(
    "G14",
    E,
    "Fa/FaWiersz/GTU",
    "Kod GTU jest z listy i pasuje do towaru lub usługi.",
    "KU GTU_FORMAT",
    field="pozycja.gtu",
    advice="Popraw kod GTU w słowniku grup towarowych.",
    otherwise="ostrzeżenie, gdy kod tylko nie pasuje do CN albo GTIN",
)
def gtu(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.gtu is None:
            continue
        if not GTU.fullmatch(line.gtu):
            yield Found(f"„{line.gtu}” nie jest kodem GTU_01 … GTU_13.", line.gtu, _row(line))
        elif line.gtu in SERVICES and (line.cn or line.gtin):
            yield Found(
                f"Pozycja „{line.called}” ma kod usługi {line.gtu} i kod towaru {line.cn or line.gtin}.",
                line.gtu,
                _row(line),
                severity=W,
            )
        elif line.gtu == "GTU_07" and line.cn and not VEHICLES.match(line.cn):
            yield Found(
                f"GTU_07 to pojazdy i części CN 8701-8708, a pozycja „{line.called}” ma CN {line.cn}.",
                line.gtu,
                _row(line),
                severity=W,
            )


@rule(
    "G15",
    W,
    "Fa/FaWiersz/Procedura",
    "Procedura pozycji pasuje do jej stawki i adnotacji faktury.",
    "BR",
    field="pozycja.procedura",
    advice="Sprawdź słownik procedur: TT_D z procedurą trójstronną, I_42 i I_63 z 0 WDT, WSTO_EE i IED ze stawką OSS.",
)
def procedure(f: Invoice, _c: Context) -> Iterator[Found]:
    for line in f.lines:
        if line.procedure == "TT_D" and not f.annotations.triangulation:
            needed = "procedury trójstronnej"
        elif line.procedure in IMPORTED and line.rate != "0 WDT":
            needed = "stawki 0 WDT"
        elif line.procedure in DISTANCE and line.foreign_rate is None and line.rate != "np I":
            needed = "stawki OSS ani np I"
        else:
            continue
        yield Found(f"Pozycja „{line.called}” ma procedurę {line.procedure} bez {needed}.", line.procedure, _row(line))


def _row(line: Line) -> tuple[int, ...]:
    return (line.row,) if line.row else ()


RULES: tuple[Rule, ...] = tuple(each for each in globals().values() if isinstance(each, Rule))
