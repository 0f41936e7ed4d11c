"""Making, loading and scoring with models."""
