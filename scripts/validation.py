"""Compare with published cases and write docs/validation.md; exit status 1 where one differs."""

import sys
from pathlib import Path

from published.document import document, write

PAGE = Path(__file__).resolve().parent.parent / "docs" / "validation.md"

if __name__ == "__main__":
    text = document()
    write(text, PAGE)
    sys.exit("**NO**" in text)
