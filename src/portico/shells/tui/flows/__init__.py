"""What happens when a person wants something: questions, calls, words; each file is one subject."""
