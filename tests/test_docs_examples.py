"""`help()` shows an example of everything public; that they are true is tested of every module."""

from __future__ import annotations

import doctest
import inspect

import pytest

import idgraph as ig

PUBLIC = sorted(set(ig.__all__) - {"__version__"})
SHORT = 6
"""Lines that a person types in an example, the import included."""


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_has_a_short_example(name: str) -> None:
    text = inspect.getdoc(getattr(ig, name)) or ""
    examples = doctest.DocTestParser().get_examples(text)
    assert examples, "no example"
    assert sum(len(one.source.splitlines()) for one in examples) <= SHORT
    assert any(one.want for one in examples), "an example that shows nothing"
    assert "import idgraph as ig" in examples[0].source, "it does not run where it is read"
