"""What all tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden numbers be accepted anew."""
    parser.addoption("--update-golden", action="store_true", help="accept the numbers found as meant")
