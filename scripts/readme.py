"""Put the default answer, as it really prints, into README.md."""

import re
from pathlib import Path

from sim import compose_study, plan
from sim.report.files import write_whole
from sim.report.terminal import summary

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- default-answer -->\n```text\n).*?(```\n)", re.DOTALL)


def with_answer(text: str, answer: str) -> str:
    """README text with the default answer in its block."""
    return BLOCK.sub(lambda found: f"{found[1]}{answer}\n{found[2]}", text)


def main() -> None:
    """Run the default plan and write README.md."""
    answer = summary(plan(compose_study([])))
    write_whole(README, with_answer(README.read_text(encoding="utf-8"), answer))


if __name__ == "__main__":
    main()
