"""`table`: FA(3) invoices → the universal workbook, or its empty form; the way back is `convert` with uniwersalne.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import common
from bridge.model.errors import WrongRequest
from bridge.system.causes import cause_of

if TYPE_CHECKING:
    from bridge.model.invoice import Invoice


def table(
    out: Annotated[Path, typer.Option("--out", help="Skoroszyt .xlsx, którego jeszcze nie ma.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Pliki XML FA(3).")] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Pusty formularz do wypełnienia.")] = False,
) -> None:
    """Zapisz faktury FA(3) jako skoroszyt uniwersalny; wróci z niego `convert --mapping uniwersalne`."""
    from bridge.cli import show
    from bridge.mapping.universal.book import book
    from bridge.mapping.universal.rows import altered, rows

    if bool(files) == empty:
        message = "podaj pliki XML albo --empty."
        raise WrongRequest(message)
    if out.exists():
        message = f"plik {out} już jest, a mostek niczego nie nadpisuje."
        raise WrongRequest(message)
    missing = [str(file) for file in files or [] if not file.is_file()]
    if missing:
        message = f"nie ma pliku {', '.join(missing)}."
        raise WrongRequest(message)
    console = show.console()
    read = [(path, _read(path)) for path in files or []]
    for path, (invoice, told) in read:
        for each in told:
            console.print(f"{path.name}: {each}", style="yellow" if invoice else "red")
    if read and not any(invoice for _, (invoice, _) in read):
        console.print("Żaden z tych plików nie jest fakturą FA(3): skoroszyt nie powstał.", style="red")
        raise typer.Exit(common.INVOICES)
    made = rows([invoice for _, (invoice, _) in read if invoice])
    out.write_bytes(book(made, common.now()))
    for text in altered(made):
        console.print(f"Tekst wróci z pojedynczymi zwykłymi spacjami: „{text[:60]}”", style="yellow")
    console.print(f"Zapisano {out}: faktur {sum(1 for _, (invoice, _) in read if invoice)}")
    raise typer.Exit(common.GOOD if all(invoice for _, (invoice, _) in read) else common.INVOICES)


def _read(path: Path) -> tuple[Invoice | None, list[str]]:
    """The invoice of a file, and what of it the workbook does not keep; None when it is no FA(3)."""
    from bridge.conversion.drop import renderer
    from bridge.fa3.xml.read import lost, read

    try:
        xml = path.read_bytes()
        invoice = read(xml)
    except OSError as error:
        return None, [f"nie da się odczytać: {cause_of(error)}"]
    except ValueError as error:
        return None, [f"to nie jest faktura FA(3): {error}"]
    return invoice, [f"nie zachowa się zapis {each}" for each in lost(xml, invoice, renderer(""), common.now())]
