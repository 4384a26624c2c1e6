"""Registers the profile of the long search before the command line asks for it."""

from __future__ import annotations

from tests.convergence import search

__all__ = ["search"]
