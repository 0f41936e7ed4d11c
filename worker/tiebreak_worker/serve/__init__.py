"""The inference backend: an OpenAI-compatible server over transformers (design §9)."""
