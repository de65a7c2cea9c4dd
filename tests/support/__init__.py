"""What tests share: worlds, samples and parties; imported as `tests.support.x`."""
