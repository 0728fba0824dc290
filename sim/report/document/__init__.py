"""What a report is made of, whatever it is printed on: sections, paragraphs, tables, blanks."""
