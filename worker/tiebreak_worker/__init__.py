"""Trains reward, SFT and DPO models on human preferences, and serves them."""

__version__ = "0.1.0"
