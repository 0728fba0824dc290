"""The job of beginning: six questions, and the study's file that answers to them make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sim.errors import StudyError
from sim.jobs.plan import check
from sim.study import parse_study
from sim.study.yaml_text import inline, read_yaml

NOT_KNOWN = "don't know"
"""Answer to how people answer before, and its default."""
NUMBER = r"([-+]?\d*\.?\d+)"


@dataclass(frozen=True)
class Sketch:
    """What the questions ask; what stands here is their default.

    Attributes
    ----------
    done, who : str
        What is done between the two times, and one of those who take part.
    items : tuple of str
        Names of the items.
    labels : tuple of str
        Words of the scale's points; empty where they are numbers.
    lowest, highest : int
        Scores of the scale's ends.
    before : str
        How an item is answered before, in YAML; empty where that is not known.
    effect : str
        The effect, in YAML.
    falls : bool
        Whether the success is a fall.
    n : int or None
        The size whose power is asked for; None where the size is.
    """

    done: str = "the course"
    who: str = "nurse"
    items: tuple[str, ...] = ("listening", "breaking bad news")
    labels: tuple[str, ...] = ()
    lowest: int = 1
    highest: int = 5
    before: str = ""
    effect: str = "{odds_ratio: 2}"
    falls: bool = False
    n: int | None = None


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    words : str
        The question.
    default : str
        The answer that an empty line gives.
    read : callable
        Adds an answer to a sketch; ValueError says what would be an answer.
    is_list : bool
        Whether the answer may take several lines, an empty one being the last.
    """

    words: str
    default: str
    read: Callable[[Sketch, str], Sketch]
    is_list: bool = False


def sketched(ask: Callable[[str], str], tell: Callable[[str], None]) -> Sketch:
    """Ask the six questions; what is no answer is told in a line, and asked again.

    Parameters
    ----------
    ask : callable
        Shows a prompt, and gives the line that is answered.
    tell : callable
        Shows a line.

    Returns
    -------
    Sketch
        One whose file states a valid study.
    """
    sketch = Sketch()
    for number, question in enumerate(QUESTIONS, 1):
        prompt = f"{number}. {question.words}\n   [{question.default}] "
        while True:
            answer = _answer(ask, prompt, several=question.is_list) or question.default
            try:
                sketch = _valid(question.read(sketch, answer))
                break
            except (ValueError, StudyError) as error:
                tell(str(error).splitlines()[0])
    return sketch


def _answer(ask: Callable[[str], str], prompt: str, *, several: bool) -> str:
    """Read an answer; a list that is not in one line goes on to an empty one."""
    answer = ask(prompt).strip()
    if not several or not answer or "," in answer:
        return answer
    lines = [answer]
    while more := ask("   ").strip():
        lines.append(more)
    return ",".join(lines)


def _valid(sketch: Sketch) -> Sketch:
    """Refuse a sketch whose study could not be planned."""
    study = parse_study(read_yaml(study_text(sketch, "")))
    check(study)
    return sketch


# ---------------------------------------------------------------------------------- answers


def _done_and_who(sketch: Sketch, answer: str) -> Sketch:
    done, comma, who = (part.strip() for part in answer.rpartition(","))
    if not (comma and done and who):
        raise ValueError("say what is done and who takes part, such as: the course, nurse")
    return replace(sketch, done=done, who=who)


def _items(sketch: Sketch, answer: str) -> Sketch:
    items = _listed(answer)
    if len(set(items)) < len(items):
        raise ValueError("name each item once")
    return replace(sketch, items=items)


def _scale(sketch: Sketch, answer: str) -> Sketch:
    numbers = re.fullmatch(r"(\d+)\s*(?:to|-)\s*(\d+)", answer)
    if numbers:
        lowest, highest = int(numbers[1]), int(numbers[2])
        return replace(sketch, lowest=lowest, highest=highest)
    labels = _listed(answer)
    if len(labels) < 2:
        raise ValueError("say the ends, such as 1 to 7, or the words: never, sometimes, always")
    return replace(sketch, labels=labels, highest=len(labels))


def _before(sketch: Sketch, answer: str) -> Sketch:
    if re.fullmatch(r"(don.?t|do not|not) know(n)?|\?", answer.lower()):
        return sketch
    normal = re.fullmatch(rf"median\s*{NUMBER}\s*,?\s*sd\s*{NUMBER}", answer)
    if normal:
        return replace(sketch, before=f"{{median: {_plain(normal[1])}, sd: {_plain(normal[2])}}}")
    shares = [share.rstrip("%") for share in re.split(r"[,\s]+", answer)]
    if len(shares) < 2 or not all(re.fullmatch(NUMBER, share) for share in shares):
        raise ValueError(f"say the percents at the points, or: median 4, sd 1.2, or: {NOT_KNOWN}")
    return replace(sketch, before=f"[{', '.join(map(_plain, shares))}]")


def _effect(sketch: Sketch, answer: str) -> Sketch:
    """Read one of three ways to state an effect."""
    text = " ".join(answer.lower().split())
    if matched := re.fullmatch(rf"odds ratio {NUMBER}", text):
        value = float(matched[1])
        return replace(sketch, effect=f"{{odds_ratio: {value:g}}}", falls=value < 1)
    if matched := re.fullmatch(rf"{NUMBER} ?% (?:more )?at (\d+)", text):
        rise = float(matched[1])
        effect = f"{{responders: {{at_least: {matched[2]}, rise: {rise:g}%}}}}"
        return replace(sketch, effect=effect, falls=rise < 0)
    if matched := re.fullmatch(rf"change {NUMBER}", text):
        change = float(matched[1])
        return replace(sketch, effect=f"{{mean_change: {change:g}}}", falls=change < 0)
    raise ValueError("say: odds ratio 2, or: 25% at 4, or: change 0.5")


def _asked(sketch: Sketch, answer: str) -> Sketch:
    text = " ".join(answer.lower().split())
    matched = re.fullmatch(r"power (?:at|with) (\d+)", text)
    if matched is None and text != "size":
        raise ValueError("say: size, or: power at 40")
    return replace(sketch, n=int(matched[1]) if matched else None)


QUESTIONS = (
    Question(
        "What is done between before and after, and who takes part? (one of them)",
        "the course, nurse",
        _done_and_who,
    ),
    Question(
        "Which items? (commas between them, or one a line and then an empty line)",
        "listening, breaking bad news",
        _items,
        is_list=True,
    ),
    Question("Which answers are there? (1 to 7, 0 to 10, or words, lowest first)", "1 to 5",
             _scale),
    Question(
        "How are they given before? (percents at the points, or: median 4, sd 1.2)",
        NOT_KNOWN,
        _before,
    ),
    Question(
        "Which effect is expected? (odds ratio 2; or 25% at 4: 25 percentage points\n"
        "   more with an answer of 4 or above; or change 0.5: of the mean, in points)",
        "odds ratio 2",
        _effect,
    ),
    Question("What is asked? (size, or power at 40)", "size", _asked),
)  # fmt: skip


def _listed(answer: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in answer.split(",") if part.strip())


def _plain(number: str) -> str:
    return f"{float(number):g}"


# ------------------------------------------------------------------------------- the file


def study_text(sketch: Sketch, name: str) -> str:
    """Write the study's file.

    Parameters
    ----------
    sketch : Sketch
        What was answered.
    name : str
        The file's name, for the command in its first line.
    """
    return "\n".join(_lines(sketch, name)) + "\n"


def _lines(sketch: Sketch, name: str) -> Iterator[str]:
    who, done = sketch.who, sketch.done
    yield f"# Change what you like, then: mentorsim plan {name}"
    yield f"title: {inline(f'Before and after {done}')}"
    yield f"words: {{participant: {inline(who)}, intervention: {inline(done)}}}"
    yield "questionnaire:"
    if sketch.labels:
        yield f"  labels: [{', '.join(map(inline, sketch.labels))}] # lowest first"
    else:
        yield f"  points: {sketch.highest - sketch.lowest + 1}"
        yield f"  lowest: {sketch.lowest} # score of the lowest point"
    yield "  items: # how each is answered before: percents at the points, lowest first, or these"
    first, *others = map(inline, sketch.items)
    yield f"    {first}: {sketch.before or _middling(sketch)}"
    for other in others:
        yield f"    {other}: {json.dumps(f'like: {sketch.items[0]}', ensure_ascii=False)}"
    if not sketch.before:
        yield "roles:"
        yield f"  {inline(who)}: {{assumption: {GUESSED}}}"
    yield f"effect: {sketch.effect} # the same for every item"
    yield "correlation: {pre_post: 0.5, items: 0.5} # of before and after; between items"
    direction = "fall" if sketch.falls else "rise"
    yield f"analysis: {{test: signed_rank, alpha: 0.05, direction: {direction}}}"
    if len(sketch.items) > 1:
        yield f"# success: {{every item: all of items}} # each {direction}s; else their total does"
    yield "# clusters: {ward: {sites: 8, icc: 0.05}} # people of one ward resemble each other"
    yield "# missing: {rate: 15%} # do not answer after"
    yield "# control: {ratio: [1, 1]} # as many without it; analysis.test: ancova"
    yield "design: {up_to: 120}" if sketch.n is None else f"design: {{n: {sketch.n}}}"
    yield "target: {power: 0.8}"


GUESSED = "not known; the middle of the scale and a spread of a quarter of it are a guess"
"""Why answers before are assumed that nobody knows."""


def _middling(sketch: Sketch) -> str:
    """State answers around the middle of the scale."""
    width = sketch.highest - sketch.lowest
    return f"{{median: {sketch.lowest + width / 2:g}, sd: {width / 4:g}}}"
