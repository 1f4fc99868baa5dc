"""A file that is written is whole, or as it was before."""

from __future__ import annotations

from pathlib import Path

import pytest

from idgraph.filing import whole


def test_a_file_takes_its_name_when_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    with whole(target) as part:
        part.write_text("new", "utf-8")
        assert not target.exists()
    assert target.read_text("utf-8") == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("cut", [KeyboardInterrupt, OSError])
def test_what_is_cut_short_leaves_the_file_as_it_was(
    tmp_path: Path, cut: type[BaseException]
) -> None:
    target = tmp_path / "graph.json"
    target.write_text("old", "utf-8")

    def write() -> None:
        with whole(target) as part:
            part.write_text("ne", "utf-8")
            raise cut

    with pytest.raises(cut):
        write()
    assert target.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]
