"""The web shell in a real browser, against whole gateways: the committed bundle, as a person uses it."""
