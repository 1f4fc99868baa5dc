"""User agents: software from a closed list, and never a word of somebody's own."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import idgraph as ig
from idgraph.agents import agent, family

APPLE = "Mozilla/5.0 (Apple) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.3"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (f"{APPLE} Safari/605.1.15", "Safari 14"),
        (f"{APPLE} Mobile/15E148 Safari/604.1", "Safari 14"),
        (f"{WINDOWS} Safari/537.36", "Chrome 90"),
        (f"{WINDOWS} Safari/537.36 Edg/90.0.818.46", "Edge 90"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:87.0) Gecko/20100101 Firefox/87.0", "Firefox 87"),
        ("App/1.0 (com.shop; build:1; iOS 17.0.0) klaviyo-swift/3.0.1", "klaviyo-swift 3.0.1"),
        ("GuzzleHttp/7", "GuzzleHttp 7"),
        ("Ruby", "Ruby"),
        ("betty@example.com/1.0", "other"),
        ("klaviyo-betty/1.0", "other"),
    ],
)
def test_software_is_told_by_its_user_agent(told: str, name: str) -> None:
    assert agent(told) == name
    assert not re.search(r"\d$", family(name))


@given(st.text(alphabet="abc@. /0123456789"))
def test_nothing_of_an_unknown_user_agent_is_kept(text: str) -> None:
    assert agent(f"betty {text}") == "other"


def test_a_read_call_knows_the_software_of_its_request() -> None:
    request = {
        "method": "POST",
        "url": "https://a.klaviyo.com/api/identify",
        "headers": {"User-Agent": "python-requests/2.25.1"},
        "body": {"token": "PUBLIC", "properties": {"$email": "betty@example.com"}},
    }
    read = ig.read(json.dumps({"request": request}).encode(), progress=False)
    assert [call.agent for call in read] == ["python-requests 2.25"]
