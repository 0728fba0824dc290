"""What the reader gets: words, tables, files. Computes no statistics."""
