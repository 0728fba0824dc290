"""Put the default answer, and that of a study in a file, as they really print into README.md."""

import re
from pathlib import Path

from tutorial import with_files, with_outputs

from sim import compose_study, plan
from sim.folders import write_whole
from sim.report.telling import summary

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- default-answer -->\n```text\n).*?(```\n)", re.DOTALL)


def with_answer(text: str, answer: str) -> str:
    """README text with the default answer in its block."""
    return BLOCK.sub(lambda found: f"{found[1]}{answer}\n{found[2]}", text)


def main() -> None:
    """Run the default plan and the study in a file, and write README.md."""
    text = with_outputs(with_files(README.read_text(encoding="utf-8")))
    write_whole(README, with_answer(text, summary(plan(compose_study([])))))


if __name__ == "__main__":
    main()
