"""Fixtures of every test: async tests run on asyncio by anyio's plugin."""

import inspect

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every coroutine test is an anyio test, without a mark on each."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.anyio)
            item.fixturenames.append("anyio_backend")
