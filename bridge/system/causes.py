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
    errno.ENXIO: "dysk nie daje się odczytać albo zapisać",
    errno.ENODEV: "dysku nie ma",
    errno.EDQUOT: "brak miejsca na dysku (limit użytkownika)",
    errno.EFBIG: "plik jest za duży dla tego dysku",
    errno.EILSEQ: "taka nazwa nie jest dozwolona na tym dysku",
    errno.ENOMEM: "brak pamięci",
    errno.EAGAIN: "system nie ma teraz wolnych zasobów",
    errno.EDEADLK: "system nie ma teraz wolnych zasobów",
    errno.ESTALE: "udział sieciowy został odłączony",
    errno.EHOSTDOWN: "serwer plików nie działa",
    errno.EHOSTUNREACH: "serwer plików jest nieosiągalny",
    errno.ENETDOWN: "sieć jest niedostępna",
    errno.ENETUNREACH: "sieć jest niedostępna",
    errno.ECONNRESET: "serwer przerwał połączenie",
    errno.ECONNABORTED: "połączenie zostało przerwane",
    errno.ENOTCONN: "udział sieciowy został odłączony",
    errno.EXDEV: "to inny dysk",
    errno.ELOOP: "jest tam dowiązanie, a mostek za dowiązaniami nie idzie",
    errno.EADDRINUSE: "ten port jest już zajęty przez inny program",
    errno.ECONNREFUSED: "nikt nie odpowiada pod tym adresem",
    errno.ETIMEDOUT: "serwer nie odpowiedział na czas",
    errno.EINVAL: "system nie przyjmuje takiej nazwy albo wartości",
}
# Windows says these by numbers of its own (error.winerror); the first ones come from a share that went away.
_BY_WINDOWS = {
    2: "nie ma takiego pliku ani folderu",
    3: "nie ma takiego pliku ani folderu",
    5: "brak uprawnień albo plik jest otwarty w innym programie",
    19: "dysk jest tylko do odczytu",
    21: "dysk nie jest gotowy",
    23: "dysk nie daje się odczytać albo zapisać",
    39: "brak miejsca na dysku",
    51: "udział sieciowy jest nieosiągalny",
    54: "sieć jest zajęta",
    55: "udział sieciowy został odłączony",
    58: "serwer plików nie wykonał polecenia",
    65: "serwer plików odmówił dostępu",
    71: "serwer plików ma za dużo połączeń",
    1117: "dysk nie daje się odczytać albo zapisać",
    1222: "nie ma sieci",
    1232: "udział sieciowy jest nieosiągalny",
    1236: "połączenie z udziałem zostało przerwane",
    1326: "serwer plików nie przyjął hasła",
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
    1231: "udział sieciowy: sieć jest niedostępna",
}
# What a person does about it, by words of the cause; else only patience helps.
_ADVICE = {
    "otwarty w innym programie": "zamknij go tam (na przykład w Excelu) albo nadaj prawo zapisu",
    "zajęty przez inny program": "zamknij go tam (na przykład w Excelu)",
    "uprawnień": "nadaj użytkownikowi, pod którym działa mostek, prawo odczytu i zapisu",
    "odmówił dostępu": "nadaj użytkownikowi, pod którym działa mostek, prawo odczytu i zapisu",
    "miejsca na dysku": "zwolnij miejsce",
    "tylko do odczytu": "podłącz go z prawem zapisu",
    "nie ma takiego pliku": "sprawdź, czy nikt go nie usunął i czy dysk jest podłączony",
    "folder": "usuń albo przenieś to, co tam leży",
    "za długa": "skróć nazwę pliku albo folderu",
    "nazwa nie jest dozwolona": "zmień nazwę pliku albo folderu",
    "dowiązanie": "zastąp je zwykłym plikiem albo folderem",
    "odczytać albo zapisać": "sprawdź dysk i połączenie z nim",
    "dysk": "sprawdź, czy jest podłączony",
    "udział": "sprawdź sieć i serwer plików",
    "sieci": "sprawdź sieć i serwer plików",
    "serwer": "sprawdź sieć i serwer plików",
}
_OF_PROGRAMS = frozenset({errno.EINVAL, errno.EADDRINUSE})  # raised for what a program asked, not for a state of a disk


def cause_and_advice(error: OSError) -> str:
    """Cause and what to do: „brak miejsca na dysku; zwolnij miejsce”."""
    cause = cause_of(error)
    advice = next((advice for words, advice in _ADVICE.items() if words in cause), "mostek spróbuje jeszcze raz")
    return f"{cause}; {advice}"


def of_the_world(error: OSError) -> bool:
    """Whether disk, rights or network are at fault; what has no number, or another, a library has raised itself."""
    windows = getattr(error, "winerror", None) or 0
    return windows in _BY_WINDOWS or (error.errno in _BY_NUMBER and error.errno not in _OF_PROGRAMS)


def cause_of(error: OSError) -> str:
    """Why it failed, in Polish; the number where nobody has put it into words yet."""
    windows = _BY_WINDOWS.get(getattr(error, "winerror", None) or 0)
    return windows or _BY_NUMBER.get(error.errno or 0) or f"błąd systemu numer {error.errno or '?'}"


def cause_and_path(error: OSError) -> str:
    """The cause with the path that it concerns."""
    return f"{cause_of(error)}: {error.filename}" if error.filename else cause_of(error)
