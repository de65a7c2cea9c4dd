"""An error of the operating system → its cause in Polish; the same number says the same on every machine and in every language."""

from __future__ import annotations

import errno

_BY_NUMBER = {
    errno.ENOENT: "nie ma takiego pliku ani folderu",
    errno.EACCES: "brak uprawnień",
    errno.EPERM: "brak uprawnień",
    errno.EEXIST: "taki plik już jest",
    errno.ENOTDIR: "jeden z folderów w tej ścieżce jest plikiem",
    errno.EISDIR: "to jest folder, a nie plik",
    errno.ENOTEMPTY: "folder nie jest pusty",
    errno.ENOSPC: "brak miejsca na dysku",
    errno.EROFS: "dysk jest tylko do odczytu",
    errno.ENAMETOOLONG: "nazwa jest za długa",
    errno.EMFILE: "za dużo otwartych plików",
    errno.ENFILE: "za dużo otwartych plików w systemie",
    errno.EBUSY: "plik jest zajęty przez inny program",
    errno.ETXTBSY: "plik jest zajęty przez inny program",
    errno.EIO: "dysk nie daje się odczytać albo zapisać",
    errno.EXDEV: "to inny dysk",
    errno.ELOOP: "dowiązania prowadzą w kółko",
    errno.EADDRINUSE: "ten port jest już zajęty przez inny program",
    errno.ECONNREFUSED: "nikt nie odpowiada pod tym adresem",
    errno.ETIMEDOUT: "serwer nie odpowiedział na czas",
    errno.EINVAL: "system nie przyjmuje takiej nazwy albo wartości",
}
# Windows says these by numbers of its own (error.winerror); the first ones come from a share that went away.
_BY_WINDOWS = {
    5: "brak uprawnień",
    32: "plik jest otwarty w innym programie",
    33: "plik jest otwarty w innym programie",
    53: "nie ma takiego komputera w sieci",
    59: "błąd sieci przy odczycie udziału",
    64: "udział sieciowy został odłączony",
    67: "nie ma takiego udziału sieciowego",
    112: "brak miejsca na dysku",
    121: "udział sieciowy nie odpowiada",
    123: "taka nazwa nie jest dozwolona w systemie Windows",
    206: "ścieżka jest za długa",
    1231: "sieć jest niedostępna",
}


def cause_of(error: OSError) -> str:
    """Why it failed, in Polish; the number where nobody has put it into words yet."""
    windows = _BY_WINDOWS.get(getattr(error, "winerror", None) or 0)
    return windows or _BY_NUMBER.get(error.errno or 0) or f"błąd systemu numer {error.errno or '?'}"


def told(error: OSError) -> str:
    """The cause with the path that it concerns."""
    return f"{cause_of(error)}: {error.filename}" if error.filename else cause_of(error)
