"""Figures, drawn from saved results as Vega-Lite specifications: one for page and print."""
