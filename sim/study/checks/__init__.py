"""Checks that look at more than one field of a study.

Each raises :class:`~sim.study.refusals.FieldError` with the field's place, its value and what
would be right; :mod:`sim.study.parse` turns that into one line.
"""
