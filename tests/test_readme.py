"""Claims about the README: its tables are those of the catalogues."""

from readme_tables import PICTURE, README, filled, picture


def test_the_tables_are_up_to_date() -> None:
    text = README.read_text("utf-8")
    assert text == filled(text), "run: python tests/readme_tables.py"


def test_the_picture_is_up_to_date() -> None:
    assert PICTURE.read_text("utf-8") == picture(), "run: python tests/readme_tables.py"
