"""The desktop shell: a gateway's own page in a window, the home's gateway supervised, tokens in the keyring."""
