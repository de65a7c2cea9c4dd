"""The composition root: settings and a clock → everything the program works with, for the command line and the service."""
