"""The fields of a study by place, and which one a wrong name means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.study.draft import Draft
from sim.study.effects import Effect, EffectSection
from sim.study.refusals import nearest, shown

NOW = {
    "scale": "questionnaire",
    "scale.points": "questionnaire.points",
    "scale.domains": "questionnaire.items",
    "decision": "is called success now (the rules), and primary",
    "decision.rules": "success",
    "decision.primary": "primary",
    "design.sizes": "design.n",
    "design.min_pairs": "design.smallest",
    "design.max_pairs": "design.up_to",
    "target.detectable_at": "is gone: state design.n=40 design.solve=effect",
    "report.title": "title",
    "correlation.domains": "correlation.items",
    "effect.kind": "is gone: an effect is stated by its value, such as effect.shift=0.5",
    "effect.domains": "effect.items",
    "effect.file": "effect.posterior",
    "clusters.kind": "is gone: clusters go by what one is called, such as clusters.site.icc=0.05",
    "clusters.site_icc": "clusters.site.icc",
    **{
        f"clusters.{name}": f"clusters.site.{name}"
        for name in ("shared_icc", "accrual", "sites", "per_site", "size_variation", "stated_as")
    },
    "control.kind": "is gone: a control arm is stated by its fields, such as control.ratio=[1,1]",
    "page.most_pairs": "page.most_size",
    "pilot.title": "title",
}
"""Fields by the names that they had, and what they are called now."""


def unknown_field(place: str, known: Sequence[str], word: str | None = None) -> str:
    """Say which field was meant: one of those known here, or the same name in another section.

    Parameters
    ----------
    place : str
        As the user wrote it.
    known : sequence of str
        What is known where it stands.
    word : str, optional
        The part of it that is unknown; by default the last.
    """
    name = place.rpartition(".")[2]
    if (now := NOW.get(re.sub(r"^(roles\.[^.]+|control)\.effect", "effect", place))) is not None:
        return now if " " in now else f"is called {now} now"
    hint = nearest(word or name, known)
    if "?" not in hint:
        places = [other for other in _every_place(Draft) if other.rpartition(".")[2] == name]
        depth = min((other.count(".") for other in places), default=0)
        places = [other for other in places if other.count(".") == depth]
        elsewhere = sorted(places, key=len)[:3]
        if elsewhere and place not in places:
            hint = f"did you mean {' or '.join(map(shown, elsewhere))}?"
    return f"unknown field; {hint}"


def _every_place(model: type[BaseModel], section: str = "") -> Iterator[str]:
    """Walk the fields that have a fixed name, through every variant of a section."""
    seen = set[str]()
    for name, field in model.model_fields.items():
        place = f"{section}.{name}".removeprefix(".")
        yield place
        if get_origin(field.annotation) not in {dict, tuple}:
            seen.update(
                inner for part in _models(field.annotation) for inner in _every_place(part, place)
            )
    yield from sorted(seen)


def field_at(place: str, data: Any) -> FieldInfo | None:
    """Find the field at a place such as ``analysis.alpha``, in the variant that the data choose."""
    section, _, name = place.partition("[")[0].rpartition(".")
    return fields_of(section, data).get(name)


def fields_of(section: str, data: Any) -> dict[str, FieldInfo]:
    """Fields of a section such as ``analysis``, in the variant that the data choose."""
    model = _model(section, data)
    fields: dict[str, FieldInfo] = getattr(model, "model_fields", {})
    if isinstance(model, type) and issubclass(
        model, EffectSection
    ):  # any of the fields that state one would have been right
        others = _models(Effect)
        return {name: field for other in others for name, field in other.model_fields.items()}
    return fields


def _model(section: str, data: Any) -> Any:
    """Find a section's model, following the annotations and the data's own `kind`."""
    model: Any = Draft
    node = data
    for part in filter(None, section.replace("[", ".[").split(".")):
        if part.startswith("["):
            node = node[int(part[1:-1])]
            model = _inner(model, node)
            continue
        node = node.get(part) if isinstance(node, Mapping) else None
        field = getattr(model, "model_fields", {}).get(part)
        model = _inner(field.annotation if field else model, node)
    return model


def _inner(annotation: Any, node: Any) -> Any:
    """Find the model in an annotation that the data's `kind` selects."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = _models(annotation)
    stated = node if isinstance(node, Mapping) else {}
    for model in models:
        field = model.model_fields.get("kind")
        if field and stated.get("kind") in get_args(field.annotation):
            return model
        if not field and getattr(model, "kind", None) in stated:
            return model  # an effect, told by the field that states it
    return models[0] if models else annotation


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
