"""The API of KSeF and nothing else: one taxpayer, about twenty calls; see client.py."""
