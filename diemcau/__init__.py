"""The public package of Điểm Cầu: what a plugin may import."""

__version__ = "0.1.0"
