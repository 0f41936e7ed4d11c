"""The losses, as functions of scores and log-probabilities, and the log-probabilities themselves."""
