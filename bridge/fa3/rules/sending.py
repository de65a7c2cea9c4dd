"""Section I of fa3.md: submission → where each of these rules is held; none of them is a question to the invoice."""

from __future__ import annotations

from bridge.fa3.rules.rule import E, Rule, held

RULES: tuple[Rule, ...] = (
    held(
        "I01",
        E,
        "",
        "Kod formularza sesji jest kodem pliku.",
        "VER",
        "dokument ma form_code, a sesja otwiera się dla jednego (unikalny indeks sesji)",
    ),
    held("I02", E, "", "Sesja ma najwyżej 10 000 faktur.", "VER", "planowanie w bridge.work"),
    held(
        "I03",
        E,
        "",
        "Skrót i rozmiar liczy się z tych samych bajtów, które się szyfruje.",
        "VER",
        "bridge.ksef.crypto.seal",
    ),
    held(
        "I04",
        E,
        "",
        "Po kodzie 440 porównuje się skróty, zanim przyjmie się numer.",
        "OAPI",
        'bridge.work.settling (ledger.md, "Exactly once" 6)',
    ),
    held(
        "I05",
        E,
        "",
        "Brak odpowiedzi nie jest odmową: najpierw pyta się KSeF.",
        "BR",
        "bridge.model.errors.Unsure i bridge.work",
    ),
    held(
        "I06",
        E,
        "",
        "Odrzuconą fakturę offline poprawia korekta techniczna o tej samej treści.",
        "DOC",
        "bridge.work, hashOfCorrectedInvoice",
    ),
    held("I07", E, "", "XML, UPO, numer KSeF i skrót leżą razem.", "BR", "księga: tabela payload i document"),
)
