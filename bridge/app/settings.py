"""bridge.toml → Settings, or every mistake in it at once (design.md, section 4)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.app.former_settings import FORMER_KEYS, former_values_in, former_words_in
from bridge.model.identifiers import nip_is_right
from bridge.model.problem import Problem, Severity, errors, problem
from bridge.model.settings import (
    Certificate,
    Company,
    Environment,
    Offline,
    Pictures,
    Secret,
    SendingSettings,
    Settings,
    Token,
)
from bridge.system.causes import cause_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXAMPLE_NIPS = frozenset({"1111111111", "2222222222", "3333333333"})
SECRET_MAY_STAND = ("certificate", "password", "token", "ledger", "@")  # in a line with one of these
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}
_DURATION = re.compile(r"(\d{1,6}) ?(s|min|h)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
CONTROL = "ścieżka ma w środku znak sterujący, bo w cudzysłowie \\t i \\n to tabulator i nowy wiersz; pisz ją w apostrofach: 'D:\\temp\\nowe' albo z ukośnikami: \"D:/temp/nowe\""
_SEVERITIES = {"warning": "ostrzezenie", "error": "blad", "off": "wylaczona"}  # to the words of a mapping
_SECRET = re.compile(r"(env|file|keyring):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Bad:
    """A value that a key does not take."""

    code: str
    message: str


_TYPES: dict[type, str] = {
    str: "tekst w cudzysłowie",
    bool: "true albo false",
    dict: "tabela { … }",
    list: "lista [ … ]",
}


def load(path: Path, env: Mapping[str, str]) -> tuple[Settings | None, list[Problem]]:
    """The settings, or None with all mistakes; `env` only tells which secrets are set, no secret is read."""
    try:
        text = path.read_text("utf-8-sig")
        tree = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        where = re.search(r"line (\d+)", str(error))
        rows = (int(where[1]),) if where else ()
        return None, [problem("U01", f"Nie da się odczytać {path.name}: {_cause(error)}.", file=path.name, rows=rows)]
    return _Reader(path, text, env).settings(tree)


def _cause(error: Exception) -> str:
    """Why, without the text of the file, in which a secret may stand."""
    if isinstance(error, OSError):
        return cause_of(error)
    return "to nie jest UTF-8" if isinstance(error, UnicodeDecodeError) else "w tym wierszu jest błąd zapisu"


def _typed(kind: type) -> Callable[[Any, Path], Any]:
    def read(value: Any, _folder: Path) -> Any:
        return value if type(value) is kind else _Bad("U03", f"oczekiwano: {_TYPES[kind]}")

    return read


def _path(value: Any, folder: Path) -> Path | _Bad:
    if not isinstance(value, str) or not value:
        return _Bad("U03", "oczekiwano ścieżki")
    return _Bad("U03", CONTROL) if _CONTROL.search(value) else (folder / value).resolve()


def _optional_path(value: Any, folder: Path) -> Path | _Bad | None:
    return None if value == "" else _path(value, folder)


def _paths(value: Any, folder: Path) -> tuple[Path, ...] | _Bad:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
        return _Bad("U03", "oczekiwano listy ścieżek")
    found = [_path(each, folder) for each in value]
    return next((each for each in found if isinstance(each, _Bad)), None) or tuple(
        each for each in found if isinstance(each, Path)
    )


def _duration(value: Any, _folder: Path) -> timedelta | _Bad:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else _Bad("U03", "oczekiwano czasu, np. „10 min”")


def _seconds(value: Any, _folder: Path) -> timedelta | _Bad:
    right = type(value) in (int, float) and 0 <= value <= 3600
    return timedelta(seconds=value) if right else _Bad("U03", "oczekiwano liczby sekund od 0 do 3600")


def _choice(*allowed: str) -> Callable[[Any, Path], Any]:
    def read(value: Any, _folder: Path) -> Any:
        if value in allowed:
            return value
        return _Bad("U05", f"dozwolone: {', '.join(allowed)}{former_values_in(value, allowed)}")

    return read


def _between(kind: type, low: float, high: float) -> Callable[[Any, Path], Any]:
    def read(value: Any, _folder: Path) -> Any:
        right = type(value) in (kind, int) and low <= value <= high
        return value if right else _Bad("U03", f"oczekiwano liczby od {low} do {high}")

    return read


def _nip(value: Any, _folder: Path) -> str | _Bad:
    right = isinstance(value, str) and nip_is_right(value)
    return value if right else _Bad("U06", "oczekiwano 10 cyfr NIP w cudzysłowie, z poprawną cyfrą kontrolną")


def _severities(value: Any, _folder: Path) -> dict[str, str] | _Bad:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        return _Bad("U03", 'oczekiwano tabeli { KOD = "waga" }')
    from bridge.fa3.rules.severities import wrong_severities  # noqa: PLC0415 - the rules are heavy, and few settings weigh them

    wrong = wrong_severities(value, tuple(_SEVERITIES))
    if wrong:
        return _Bad("U13", " ".join(wrong.values()).rstrip(".") + former_values_in(value, _SEVERITIES))
    return {key.removeprefix("R"): _SEVERITIES[each] for key, each in value.items()}


def _secret(value: Any, folder: Path) -> Secret | _Bad:
    found = _SECRET.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return _Bad("U08", "sekret stoi wprost w pliku ustawień")
    if _CONTROL.search(found[2]):
        return _Bad("U03", CONTROL)
    return Secret(found[1], str((folder / found[2]).resolve()) if found[1] == "file" else found[2])


def _unknown(key: str, value: Any, known: Mapping[str, Any]) -> str:
    """Say that a table has no such key: its new name where it had another one, or the nearest name."""
    if (new := FORMER_KEYS.get(key)) in known:
        return f"Ustawienie „{key}” nazywa się teraz „{new}”{former_words_in(value)}."
    near = get_close_matches(key, known, 1)
    return f"Nieznane ustawienie „{key}”." + (f" Czy chodziło o „{near[0]}”?" if near else "")


_TOP = {
    "environment": ("environment", _choice(*Environment)),
    "data": ("data", _path),
    "ledger": ("ledger", _typed(str)),
    "schema_dir": ("schema_dir", _optional_path),
    "bank_rates": ("bank_rates", _paths),
    "api_url": ("api_url", _typed(str)),
    "company": ("companies", _typed(list)),
}
_COMPANY = {
    "nip": ("nip", _nip),
    "name": ("name", _typed(str)),
    "inbox": ("inbox", _path),
    "outbox": ("outbox", _path),
    "mappings": ("mappings", _paths),
    "certificate": ("certificate", _typed(dict)),
    "token": ("token", _secret),
    "quiet_seconds": ("quiet", _seconds),
    "wait_for_whole": ("wait_for_whole", _duration),
    "after_deadline": ("after_deadline", _choice("hold", "send")),
    "all_or_nothing": ("all_or_nothing", _typed(bool)),
    "proof_required": ("proof_required", _typed(bool)),
    "results_latest": ("results_latest", _duration),
    "ok": ("ok_files", _typed(bool)),
    "without_schema": ("without_schema", _typed(bool)),
    "own_templates": ("own_templates", _typed(bool)),
    "confirm_after_change": ("confirm_after_change", _typed(bool)),
    "severities": ("severities", _severities),
    "sending": ("sending", _typed(dict)),
    "offline": ("offline", _typed(dict)),
    "pictures": ("pictures", _typed(dict)),
}
_CERTIFICATE = {"file": ("file", _path), "password": ("password", _secret), "key": ("key", _path)}
_OFFLINE = {
    "mode": ("mode", _choice("auto", "online", "offline24")),
    "after": ("after", _duration),
    "certificate": ("certificate", _typed(dict)),
}
_PICTURES = {"of": ("of", _choice("offline", "all", "none")), "folder": ("folder", _path)}
_SENDING = {
    "mode": ("mode", _choice("auto", "online", "batch")),
    "batch_from": ("batch_from", _between(int, 1, 10_000)),
    "archive": ("archive", _choice("tar.gz", "zip")),
    "interactive_sessions": ("interactive_sessions", _between(int, 1, 100)),
    "batch_sessions": ("batch_sessions", _between(int, 1, 100)),
    "reserve": ("reserve", _between(float, 0.05, 1)),
}


class _Reader:
    """One reading of one file: collects its mistakes."""

    def __init__(self, path: Path, text: str, env: Mapping[str, str]) -> None:
        self.path, self.lines, self.env = path, text.splitlines(), env
        self.folder = path.resolve().parent
        self.problems: list[Problem] = []

    def settings(self, tree: dict[str, Any]) -> tuple[Settings | None, list[Problem]]:
        """All of the file; None when an error stands in it."""
        top = self.table(tree, _TOP, ("environment", "data"), 0)
        tables = top.pop("companies", [])
        if not tables:
            self.tell("U04", "Nie ma żadnej firmy: brakuje tabeli [[company]].", "", 0)
        companies = [self.company(each, number) for number, each in enumerate(tables, 1)]
        self.together(top, companies)
        if errors(self.problems):
            return None, self.problems
        top["environment"] = Environment(top["environment"])
        if top["environment"] is Environment.SANDBOX:
            top["api_url"] = self.env.get("KSEF_BRIDGE_SANDBOX_URL") or top.get("api_url", "")
        whole = tuple(Company(**each) for each in companies)
        return Settings(**top, companies=whole, config=self.path.resolve()), self.problems

    def table(self, tree: Any, known: Mapping[str, Any], needed: tuple[str, ...], number: int) -> dict[str, Any]:
        """The values by attribute, without the wrong ones."""
        if not isinstance(tree, dict):
            self.tell("U03", "oczekiwano tabeli", "company", number)
            return {}
        for key in needed:
            if key not in tree:
                self.tell("U04", f"Brakuje ustawienia „{key}”.", "", number)
        values = {}
        for key, value in tree.items():
            if key not in known:
                self.tell("U02", _unknown(key, value, known), key, number)
                continue
            attribute, read = known[key]
            found = read(value, self.folder)
            if isinstance(found, _Bad):
                self.tell(found.code, f"Ustawienie „{key}”: {found.message}.", key, number)
            else:
                values[attribute] = found
        return values

    def company(self, tree: Any, number: int) -> dict[str, Any]:
        """One [[company]] as arguments of Company."""
        values = self.table(tree, _COMPANY, ("nip", "name", "inbox", "outbox", "mappings"), number)
        if isinstance(tree, dict) and ("certificate" in tree) == ("token" in tree):
            self.tell("U09", "Firma musi mieć jedno z dwojga: `certificate` albo `token`.", "nip", number)
        secret, certificate = values.pop("token", None), values.pop("certificate", None)
        values["credential"] = Token(secret) if secret else None
        if certificate is not None:
            parts = self.table(certificate, _CERTIFICATE, ("file",), number)
            secret = parts.get("password")
            values["credential"] = Certificate(**parts) if "file" in parts else None
        if secret and secret.source == "env" and not self.env.get(secret.name):
            message = f"Zmienna środowiska {secret.name} nie jest ustawiona."
            self.tell("U09", message, "certificate" if certificate else "token", number, Severity.WARNING)
        if "sending" in values:
            values["sending"] = SendingSettings(**self.table(values["sending"], _SENDING, (), number))
        if "offline" in values:
            values["offline"] = self.offline(values["offline"], number)
        if "pictures" in values:
            values["pictures"] = Pictures(**self.table(values["pictures"], _PICTURES, (), number))
        return values

    def offline(self, tree: Any, number: int) -> Offline:
        """The table `offline`, with its certificate."""
        values = self.table(tree, _OFFLINE, (), number)
        certificate = values.pop("certificate", None)
        parts = {} if certificate is None else self.table(certificate, _CERTIFICATE, ("file",), number)
        return Offline(**values, certificate=Certificate(**parts) if "file" in parts else None)

    def together(self, top: dict[str, Any], companies: list[dict[str, Any]]) -> None:
        """What only the whole shows: a company twice, folders of two, an address or a NIP of another environment."""
        if top.get("api_url") and top.get("environment") != Environment.SANDBOX:
            self.tell("U11", "Ustawienie `api_url` działa tylko w środowisku sandbox.", "api_url", 0)
        nips = [each.get("nip") for each in companies]
        for nip, count in Counter(nips).items():
            if nip and count > 1:
                self.tell("U10", f"Firma {nip} stoi w ustawieniach {count} razy.", "nip", nips.index(nip) + 1)
        for number, nip in enumerate(nips, 1):
            if nip in EXAMPLE_NIPS and top.get("environment") == Environment.PRODUCTION:
                self.tell("U12", f"NIP {nip} jest przykładowy, a środowisko to produkcja.", "nip", number)
        folders: list[tuple[int, str, Path]] = []
        for number, each in enumerate(companies, 1):
            folders += [(number, key, each[key]) for key in ("inbox", "outbox") if key in each]
        folders += [(0, "data", top["data"])] if "data" in top else []
        for (_, _, one), (number, key, other) in combinations(folders, 2):
            if one == other or (key != "data" and (one in other.parents or other in one.parents)):
                said = f"Folder „{self.short(other)}” zachodzi na inny folder z ustawień: „{self.short(one)}”."
                self.tell("U07", said, key, number)

    def short(self, path: Path) -> str:
        """As it was written: below the folder of the settings where it lies there."""
        return str(path.relative_to(self.folder) if path.is_relative_to(self.folder) else path)

    def tell(self, code: str, message: str, key: str, number: int, severity: Severity = Severity.ERROR) -> None:
        """Keep a mistake with its line."""
        row = self.line(key, number)
        where: dict[str, Any] = {"file": self.path.name, "rows": (row,) if row else (), "field": key}
        self.problems.append(problem(code, message, severity=severity, excerpt=self.excerpt(code, key, row), **where))

    def excerpt(self, code: str, key: str, row: int) -> str:
        """The line with an arrow; not of an unknown setting or of credentials, where a secret may stand."""
        line = self.lines[row - 1] if row else ""
        if not line or code in {"U02", "U08"} or any(word in line for word in SECRET_MAY_STAND):
            return ""
        place = max(line.find(key), 0)
        return f"{row:5d} | {line}\n      | {' ' * place}^"

    def line(self, key: str, number: int) -> int:
        """The line of a key in the number-th [[company]] (0: before the first), 0 when it is not found."""
        seen = 0
        for row, line in enumerate(self.lines, 1):
            seen += bool(re.match(r"\s*\[\[\s*company\s*\]\]", line))
            if seen == number and re.search(rf"(^|[{{,\[])\s*[\"']?{re.escape(key or '[[')}[\"']?\s*[=.\]]", line):
                return row
        return 0
