"""What is said of an answer, a file a topic: paragraphs and tables for any printer."""
