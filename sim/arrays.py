"""Types of arrays; those that an answer holds can be written as plain data and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import DTypeLike, NDArray

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


@dataclass(frozen=True)
class _Saved:
    """Tells pydantic how an array is written, as nested lists, and what it is read as."""

    dtype: DTypeLike

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            lambda data: np.array(data, dtype=self.dtype),
            serialization=core_schema.plain_serializer_function_ser_schema(np.ndarray.tolist),
        )


FloatArray = Annotated[NDArray[np.float64], _Saved(np.float64)]
"""Array of numbers; NaN where one is not defined."""
IntArray = Annotated[NDArray[np.int64], _Saved(np.int64)]
"""Array of whole numbers."""
BoolArray = Annotated[NDArray[np.bool_], _Saved(np.bool_)]
"""Array of truths."""
