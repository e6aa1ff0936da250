"""The handlers of the methods, a file per subject, each with the types that it takes and answers."""
