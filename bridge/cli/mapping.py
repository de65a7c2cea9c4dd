"""`mapping …`: what a mapping says, field by field."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest

app = typer.Typer(help="Mapowania: co znaczą i skąd biorą wartości.", no_args_is_help=True)


@app.callback()
def _mapping() -> None:
    """Mapowania: co znaczą i skąd biorą wartości."""


@app.command()
def new(
    sample: Annotated[Path, typer.Argument(help="Przykładowy plik z programu ERP.")],
    out: Annotated[Path | None, typer.Option("--out", help="Nowy plik mapowania; bez tego <nazwa>.yaml obok.")] = None,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Zaproponuj mapowanie dla takich plików jak ten; co jest niepewne, ma uwagę SPRAWDŹ albo UZUPEŁNIJ."""
    from bridge.cli import show
    from bridge.mapping.language import schema
    from bridge.mapping.propose.propose import propose
    from bridge.reading.open import open_source
    from bridge.reading.sample import guess

    if not sample.is_file():
        message = f"nie ma pliku {sample}."
        raise WrongRequest(message)
    layout, problems = guess(sample, sample.name)
    source, broken = open_source({"": sample}, {"": sample.name}, layout) if layout else (None, problems)
    if layout is None or source is None:
        show.problems(show.console(), broken)
        raise typer.Exit(common.INVOICES)
    ready = READY_MADE.get(layout.format)
    if ready:
        show.console().print(f"To plik {layout.format}: dla takich jest gotowe mapowanie {ready}; zmień w nim `pliki`.")
        return
    target = out or sample.with_suffix(".yaml")
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            if (target.parent / schema.FILE).is_file():
                file.write(f"# yaml-language-server: $schema={schema.FILE}\n")
            file.write(propose(source, layout, common.pattern_of(sample.name), _seller(config, company, sample)))
    except FileExistsError as error:
        message = f"plik {target} już jest, a mostek niczego nie nadpisuje; podaj --out."
        raise WrongRequest(message) from error
    show.console().print(f"Propozycja: {target}. Przejrzyj w niej wiersze ze słowami SPRAWDŹ i UZUPEŁNIJ, a potem:")
    show.console().print(f"  ksef-bridge check {sample} --mapping {target}")


def _seller(config: Path, nip: str, sample: Path) -> dict[str, str]:
    """NIP and name of the company that the settings tell; nothing where they do not say which one it is."""
    from bridge.app.settings import load

    settings = load(config, os.environ)[0] if config.is_file() else None
    if settings is None:  # a person may propose before the settings are right: the seller is asked for then
        return {}
    around = [each for each in settings.companies if each.inbox in sample.resolve().parents]
    if not nip and len(around) != 1 and len(settings.companies) > 1:
        return {}
    company = common.company_of(settings, nip, sample)
    return {"nip": company.nip, "nazwa": company.name}


@app.command("test")
def try_samples(
    mappings: Annotated[list[Path] | None, typer.Argument(help="Mapowania; bez tego wszystkie z folderu.")] = None,
    save: Annotated[
        bool, typer.Option("--save", "--zapisz", help="Zapisz wyniki próbek jako oczekiwane (tylko raz).")
    ] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", "--potwierdz", help="Potwierdź, że wyniki są dobre (confirm_after_change).")
    ] = False,
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Odczytaj próbki z folderu probki/ obok mapowania i porównaj faktury z oczekiwanymi."""
    from bridge.cli import mapping_test

    raise typer.Exit(mapping_test.run(mappings or [], config, company, save=save, confirm=confirm))


@app.command()
def adopt(
    names: Annotated[list[str], typer.Argument(metavar="NAZWA...", help="Przykłady, np. 01_comarch.")],
    config: common.Config = common.CONFIG,
    company: common.Nip = "",
) -> None:
    """Przyjmij przykładowe mapowanie: odtąd obejmuje pliki także poza piaskownicą (usuwa z niego wiersz `przyklad`)."""
    from bridge.cli import show
    from bridge.mapping.language.adopt import adopted

    folders = (
        common.company_of(common.settings_of(config), company).mappings if config.is_file() else [Path("mappings")]
    )
    for name in names:
        path = adopted(name, folders)
        show.console().print(f"{path.name}: przyjęte; odtąd to Twoje mapowanie. Sprzedawca i reszta: mapping explain.")


@app.command()
def words(
    search: Annotated[
        list[str] | None, typer.Argument(help="Szukane słowa, np. data sprzedaży, konto albo P_6.")
    ] = None,
) -> None:
    """Pokaż słowa mapowania: klucz, co znaczy, element FA(3)."""
    from bridge.cli import show
    from bridge.mapping.language.spoken import elsewhere, spoken

    wanted = " ".join(search or [])
    found, beside = spoken(wanted), elsewhere(wanted)
    rows = [*([(*beside, "")] if beside else []), *((each.key, each.meaning, each.element) for each in found)]
    if not rows:
        show.console().print(f"Nie ma słowa „{wanted}”. Wszystkie: ksef-bridge mapping words; opis: docs/mapowanie.md.")
        raise typer.Exit(common.INVOICES)
    show.console().print(show.table("słowa mapowania", ("klucz", "co to jest", "element FA(3)"), rows))


READY_MADE = {"epp": "02_subiekt_epp.yaml", "jpk_fa": "jpk_fa.yaml"}


@app.command()
def explain(
    mapping: Annotated[Path, typer.Argument(help="Plik mapowania.")],
    as_json: common.Json = False,
) -> None:
    """Pokaż dla każdego pola, która kolumna, stała, słownik albo reguła je daje, z plikiem i wierszem."""
    from bridge.cli import show
    from bridge.mapping.language.explain import explain as explained
    from bridge.mapping.language.load import load

    loaded, problems = load(mapping, [mapping.resolve().parent])
    if loaded is None:
        show.problems(show.console(), problems)
        raise typer.Exit(common.INVOICES)
    fields = explained(loaded)
    if as_json:
        show.as_json({"mapping": loaded.name, "fields": [asdict(each) for each in fields]})
        return
    rows = [(each.key, each.source, f"{each.file}:{each.line}", each.element) for each in fields]
    show.console().print(show.table(loaded.name, ("pole", "skąd", "gdzie w mapowaniu", "element FA(3)"), rows))
