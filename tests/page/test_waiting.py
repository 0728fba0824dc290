"""What waits for the page stays small, and the newest counts."""

from typing import Any

import pytest

from sim.page.waiting import MOST_CHANGES, MOST_TEXT, MOST_WAITING, Changes, Press, Waiting


def typed(number: int, name: str, text: str, scope: str = "a") -> dict[str, Any]:
    """Message of one change."""
    return {"number": number, "changes": [{"scope": scope, "name": name, "text": text}]}


def pressed(what: str, text: str = "") -> dict[str, str]:
    """Message of one button."""
    return {"scope": "a", "what": what, "text": text}


def everything(waiting: Waiting) -> list[Changes | Press]:
    """Take all that waits."""
    return list(iter(waiting.take, None))


def test_a_flood_of_changes_is_one() -> None:
    """Of ten thousand changes of two fields the newest of each is left, and the newest number."""
    waiting = Waiting()
    for number in range(1, 10_001):
        waiting.change(typed(number, f"field{number % 2}", str(number)))
    assert everything(waiting) == [
        Changes(10_000, {("a", "field1"): "9999", ("a", "field0"): "10000"})
    ]
    assert not waiting.there.is_set()


def test_what_was_typed_before_a_button_is_taken_before() -> None:
    """Changes are merged with those next to them only, so that a run is of what stood there."""
    waiting = Waiting()
    waiting.change(typed(1, "n", "1"))
    waiting.press(pressed("run"))
    waiting.press(pressed("run"))
    waiting.change(typed(2, "n", "2"))
    assert waiting.there.is_set()
    assert everything(waiting) == [
        Changes(1, {("a", "n"): "1"}), Press("a", "run", ""), Changes(2, {("a", "n"): "2"}),
    ]  # fmt: skip


def test_of_a_button_pressed_again_the_newest_text_counts() -> None:
    """YAML that is sent again before it was read is read once, as it was sent last."""
    waiting = Waiting()
    for text in ("one", "two"):
        waiting.press(pressed("yaml", text))
    assert everything(waiting) == [Press("a", "yaml", "two")]


def test_by_turns_too_it_stays_small() -> None:
    """Buttons and changes by turns are bounded, and the last change is among what is left."""
    waiting = Waiting()
    for number in range(1000):
        waiting.change(typed(number, "n", str(number)))
        waiting.press(pressed(("run", "cancel")[number % 2]))
    found = everything(waiting)
    assert len(found) <= MOST_WAITING + 1
    assert found[-1] == Changes(999, {("a", "n"): "999"})


def test_many_and_long_fields_are_bounded() -> None:
    """Fields that are no fields do not pile up either, nor long texts."""
    waiting = Waiting()
    for number in range(1000):
        waiting.change(typed(number, f"field{number}", "x" * 10_000))
    (found,) = everything(waiting)
    assert isinstance(found, Changes)
    assert len(found.texts) == MOST_CHANGES
    assert found.texts["a", "field999"] == "x" * MOST_TEXT


@pytest.mark.parametrize("message", [None, 7, "x", [], {}, {"changes": 7, "number": "x"},
                                     {"changes": [None, 3, "x"]}])  # fmt: skip
def test_nonsense_is_harmless(message: Any) -> None:
    """Messages of another form are taken for ones that say nothing."""
    waiting = Waiting()
    waiting.change(message)
    waiting.press(message)
    changes, press = everything(waiting)
    assert isinstance(changes, Changes)
    assert set(changes.texts) <= {("", "")}
    assert press == Press("", "", "")
