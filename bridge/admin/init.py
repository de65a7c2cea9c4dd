"""A folder → the folder of one company, ready to work: settings, mappings, drop folders; nothing is written over."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bridge.model.errors import WrongRequest
from bridge.model.identifiers import nip_is_right
from bridge.shipped import shipped

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = """\
# Ustawienia ksef-bridge. Ścieżki liczą się od folderu tego pliku.
environment = "sandbox"            # sandbox | test | demo | production; moc prawną ma tylko production
api_url = "http://127.0.0.1:8765"  # tylko sandbox: adres, który wypisuje „ksef-bridge sandbox”; gdzie indziej usuń ten wiersz
data = ".ksef-bridge"              # rejestr wysyłek: dysk lokalny, nigdy udział sieciowy

[[company]]
nip = {nip}
name = {name}                      # dla ludzi; nazwę i adres na fakturze podaje mapowanie
inbox = "inbox"                    # tu trafiają eksporty z programu ERP
outbox = "outbox"                  # tu powstają wyniki
mappings = ["mappings"]
# Certyfikat KSeF; hasło podaje zmienna środowiska (także file:ŚCIEŻKA albo keyring:USŁUGA/NAZWA).
certificate = {{ file = "owner-only/ksef.p12", password = "{password}" }}
# Zamiast certyfikatu, tylko do 31.12.2026:
# token = "env:KSEF_TOKEN"
quiet_seconds = 3                  # na udziale sieciowym 30
# Jak wysyłać: od 3 faktur naraz paczką (auto), zawsze pojedynczo (online) albo zawsze paczką (batch).
# sending = {{ mode = "auto", batch_from = 3, archive = "tar.gz", batch_sessions = 2, reserve = 0.8 }}
# Obrazy PDF: offline (domyślnie: tylko faktury wystawione offline) | all (wszystkie) | none (żadne)
# pictures = {{ of = "all" }}
# Certyfikat Offline podpisuje kody II na obrazach, gdy KSeF nie działa (docs/offline.md):
# offline = {{ certificate = {{ file = "owner-only/offline.p12", password = "env:KSEF_OFFLINE_PASSWORD" }} }}
"""
_INBOX = """\
# inbox

Tu zapisuj eksporty z programu ERP. Pliku `.ksef-bridge` nie usuwaj: bez niego folder uchodzi za odłączony.
Tego folderu nie wolno wysyłać do repozytorium: są w nim dane klientów.
"""
_OUTBOX = """\
# outbox

Tu powstają wyniki: `wyniki/` (status każdej faktury), `bledy/` (co poprawić), `faktury/` (XML, UPO i obrazy PDF).
Tego folderu nie wolno wysyłać do repozytorium: są w nim dane klientów.
"""
EXAMPLE_NIP = "1111111111"
SELLER = "mappings/wspolne/firma_testowa.yaml"  # the one file that says whose invoices the examples issue
PAGES = (
    "mapowanie.md",
    "bledy.md",
    "reguly.md",
    "polecenia.md",
    "offline.md",
    "certyfikat.md",
)  # messages send people there
_IGNORE = "*\n!.gitignore\n!README.md\n"


def start(
    folder: Path, *, nip: str = EXAMPLE_NIP, name: str = "", address: str = "", reference: str = "env:KSEF_P12_PASSWORD"
) -> list[Path]:
    """Make what `folder` still lacks; the files that were written. OSError when it cannot be written.

    A name or an address (`ul. Prosta 5, 00-001 Warszawa`) that is not given stays that of the example.
    """
    if not nip_is_right(nip):
        raise WrongRequest(f"„{nip}” to nie jest NIP: potrzeba 10 cyfr z poprawną cyfrą kontrolną, bez kresek.")
    texts = {
        "bridge.toml": _SETTINGS.format(nip=_quoted(nip), name=_quoted(name or "Firma"), password=reference),
        SELLER: _seller(nip, name, address),
        "inbox/.ksef-bridge": "",
        "inbox/README.md": _INBOX,
        "inbox/.gitignore": _IGNORE,
        "outbox/README.md": _OUTBOX,
        "outbox/.gitignore": _IGNORE,
        "owner-only/.gitignore": "*\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "owner-only").mkdir(mode=0o700, exist_ok=True)
    written = [folder / path for path, text in texts.items() if _new(folder / path, text)]
    pages = [shipped("docs") / page for page in PAGES]
    written += [
        folder / "docs" / each.name for each in pages if _new(folder / "docs" / each.name, each.read_text("utf-8"))
    ]
    return written + [made for part in ("mappings", "templates") for made in _copied(shipped(part), folder / part)]


def _seller(nip: str, name: str, address: str) -> str:
    """The file from which all example mappings take the seller, filled as far as the firm said."""
    text = (shipped("mappings") / "wspolne" / "firma_testowa.yaml").read_text("utf-8")
    street, _, town = address.rpartition(", ")
    given = {
        "nip": nip,
        "nazwa": _quoted(name) if name else "",
        "adres_linia1": _quoted(street or town) if address else "",
        "adres_linia2": _quoted(town if street else "") if address else "",
    }
    lines = []
    for line in text.splitlines():
        key = line.strip().partition(":")[0]
        if key == "adres_linia2" and address and not street:
            continue  # one line holds it all
        lines.append(f"  {key + ':':<14}{given[key]}" if given.get(key) else line)
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string, which YAML reads as well."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else " " for each in escaped) + '"'


def _new(path: Path, text: str) -> bool:
    """Write a file that is not there yet."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
    return True


def _copied(source: Path, target: Path) -> list[Path]:
    """Copy the files of a shipped folder that are not there yet."""
    made = []
    for path in sorted(each for each in source.rglob("*") if each.is_file()):
        copy = target / path.relative_to(source)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            made.append(copy)
    return made
