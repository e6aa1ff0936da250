"""Pure decisions about tools: arguments, output, access, retries, patches."""
