"""What every layer may use: errors, clock, ids, lanes, supervision, configuration."""
