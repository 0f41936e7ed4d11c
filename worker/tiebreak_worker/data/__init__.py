"""Reading a release, turning its rows into tokens, and planning which rows go into which step."""
