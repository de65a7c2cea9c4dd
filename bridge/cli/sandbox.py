"""`sandbox`: the simulator of KSeF on a port of this machine, until stopped."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Annotated

import typer


def sandbox(
    port: Annotated[int, typer.Option("--port", help="Port na 127.0.0.1.")] = 8765,
    state: Annotated[Path | None, typer.Option("--state", help="Plik, w którym symulator pamięta faktury.")] = None,
    faults: Annotated[Path | None, typer.Option("--faults", help="Plik JSON z listą awarii.")] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="Plik JSON z ustawieniami symulatora.")] = None,
    clock: Annotated[Path | None, typer.Option("--clock", help="Plik zegara, wspólny z KSEF_BRIDGE_CLOCK.")] = None,
    tls: Annotated[
        Path | None, typer.Option("--tls", help="Folder na certyfikaty; symulator mówi wtedy po TLS.")
    ] = None,
) -> None:
    """Uruchom symulator KSeF na tym komputerze."""
    from bridge.cli import show
    from bridge.model.errors import FixSetup, WrongRequest
    from bridge.sandbox import Start, serve
    from bridge.system.causes import cause_of

    with socket.socket() as free:  # the server itself would end without a word
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
        try:
            free.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            cause = cause_of(error) if isinstance(error, OSError) else "port to liczba od 0 do 65535"
            raise WrongRequest(f"symulator nie może słuchać na porcie {port}: {cause}. Podaj inny: --port.") from error
    address = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    show.console().print(f"Symulator KSeF: {address}  (podgląd: {address}/_sim, Ctrl-C kończy)")
    try:
        serve(port, Start(state, faults, settings, clock, tls))
    except (ValueError, OSError) as error:
        raise FixSetup(f"symulator: {error}") from error
