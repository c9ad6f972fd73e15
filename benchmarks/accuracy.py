"""Run every benchmark and put its tables into docs/accuracy.md.

    python -m benchmarks.accuracy --data DIR [--work DIR] [--only running,speed]

About half an hour on two cores, half of it the draws of the alignment. What each benchmark printed is kept in
WORK/NAME.md; with --only the others' last output is used. In the document, what stands between
`<!-- table: NAME / HEADING / ... -->` and `<!-- end -->` is replaced by the part of WORK/NAME.md under these headings.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.trials import said

BENCHMARKS = (
    *("running", "simulated", "impact_delay", "orientation", "latency"),
    *("alignment", "left_out", "fit_sideways"),
    *("fit_constants", "fit_vertical", "speed", "intrinsic", "slip"),
)
DOCUMENT = Path(__file__).parent.parent / "docs" / "accuracy.md"
PLACE = re.compile(r"(<!-- table: (?P<path>.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$")


def parts_of(text: str) -> dict[tuple[str, ...], str]:
    """Give what stands under each heading of a Markdown text, by the headings that lead to it, titles left out."""
    parts: dict[tuple[str, ...], str] = {}
    path: tuple[str, ...] = ()
    for line in text.splitlines():
        heading = HEADING.match(line)
        if heading:
            path = (*path[: len(heading[1]) - 1], heading[2])
        else:
            parts[path] = parts.get(path, "") + line + "\n"
    return {path: body.strip() for path, body in parts.items()}


def filled(document: str, outputs: dict[str, str]) -> str:
    """Give a document with its tables replaced by those of the benchmarks' outputs.

    Raises
    ------
    ValueError
        where a benchmark has no such part
    """
    parts = {name: parts_of(text) for name, text in outputs.items()}

    def table(place: re.Match[str]) -> str:
        name, *path = place["path"].split(" / ")
        body = parts.get(name, {}).get(tuple(path))
        if not body:
            raise ValueError(f"expected a part {' / '.join(path)!r} in the output of {name}, got none")
        return f"{place[1]}\n{body}\n\n{place[3]}"

    return PLACE.sub(table, document)


def run(name: str, data: Path, work: Path) -> None:
    """Run one benchmark and keep what it prints."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--data", str(data), "--work", str(work)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=DOCUMENT.parent.parent).stdout
    (work / f"{name}.md").write_text(printed, encoding="utf-8")


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of recorded trials")
    parser.add_argument("--work", type=Path, default=Path("results/work"), help="folder for what is kept")
    parser.add_argument("--only", default=",".join(BENCHMARKS), help="benchmarks to run, divided by commas")
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    for name in said([name for name in options.only.split(",") if name], "benchmarks"):
        run(name, options.data.resolve(), work)
    outputs = {name: (work / f"{name}.md").read_text(encoding="utf-8") for name in BENCHMARKS}
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8"), outputs), encoding="utf-8")


if __name__ == "__main__":
    main()
