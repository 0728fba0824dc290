"""A document as text for the terminal, as a page, in Markdown and for Word."""
