"""What an administrator does now and then: examine, set up, enrol certificates, rebuild a lost ledger."""
