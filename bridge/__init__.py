"""ksef-bridge: files an ERP drops → FA(3) invoices in KSeF → files the ERP reads back."""

__version__ = "0.1.0"
