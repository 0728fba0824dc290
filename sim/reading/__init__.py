"""What survey tools and spreadsheets write, read as the answers of a pilot."""

from sim.reading.coding import Expected
from sim.reading.column_map import ColumnMap
from sim.reading.read import Reading, read_answers

__all__ = ["ColumnMap", "Expected", "Reading", "read_answers"]
