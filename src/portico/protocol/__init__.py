"""The wire contract of Portico: plain types, no behaviour, nothing of ours imported."""
