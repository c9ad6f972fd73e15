"""Words: a training aid, not a medical device. No text that a user can see claims what sensors cannot know.

Looked at are the documents, the pictures' texts, the report's template and every string of the packages, docstrings
among them, for `legcycle --help` and the reference are made of these. What is forbidden is forbidden in any sentence;
the few phrases that need such a word, to deny it or to quote the coach, stand in `ALLOWED`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("firmware_bridge", "calibration", "legcycle_imu", "examples")
PROSE = ("*.md", "docs/**/*.md", "docs/**/*.svg", "legcycle_imu/**/*.j2", "legcycle_imu/**/*.html")
TRAINING_AID = "a training aid, not a medical device"

BODY = r"(?:muscles?|hamstrings?|quads|quadriceps|calves|calf|hip flexors?|tendons?|fascia|core)"
ACT = r"(?:activat\w*|engag\w*|recruit\w*|strengthen\w*|switch\w*|fir(?:e|es|ed|ing)|weak\w*|tight\w*|imbalance\w*)"
FEW_WORDS = r"[^\w.!?]+(?:\w+[^\w.!?]+){0,4}?"
"""Up to four words of the same sentence between two others."""
RUN, SAFE = r"(?:run\w*|strides?|technique)", r"safe(?:r|ly)?"
JOINT = r"(?:joints?|knees?|hips?|ankles?|spine)"

FORBIDDEN = {
    "injury": r"\binjur\w*",
    "prevention": r"\bprevent\w*",
    "diagnosis": r"\bdiagnos\w*",
    "therapy": r"\b\w*therap\w*",
    "rehabilitation": r"\brehab\w*",
    "treatment": r"\btreat(?:s|ed|ing|ments?|able)?\b",
    "cure": r"\bcur(?:e|es|ed|ing|ative)\b",
    "healing": r"\bheal(?:s|ed|ing|er)?\b",
    "pain": r"\b(?:pain(?!t)\w*|ach(?:e|es|ing))\b",
    "risk": r"\brisk\w*",
    "medicine": r"\b(?:bio|para)?medic(?:al|ally|ine|ation)\b",
    "clinic": r"\bclinic\w*",
    "patients": r"\bpatients\b|\b(?:an?|each|every|the) patient\b",
    "illness": r"\b(?:disease|disorder|symptom|syndrome|patholog|arthr|tendin|dysfunction)\w*",
    "health": r"\bhealth(?:y|ier|ily)\b|\b(?:your|runner's|runners'|people's) health\b",
    "glutes": r"\bglut(?:e|es|eal|eus|s)\b",
    "muscles at work": rf"\b{BODY}\b{FEW_WORDS}{ACT}\b|\b{ACT}\b{FEW_WORDS}{BODY}\b",
    "safe running": rf"\b{SAFE}\b{FEW_WORDS}{RUN}\b|\b{RUN}\b{FEW_WORDS}{SAFE}\b",
    "load on joints": rf"\b(?:load|stress|strain)\b{FEW_WORDS}{JOINT}\b",
}
"""What must not be claimed, and the words that would."""

ALLOWED = (
    r"(?:a |is )?training aid(?:,| and)? (?:it is )?not a medical device",
    r"This is a training aid\. It is not a medical device, and says nothing about health",
    r"use the glutes, push the",
    r"13 healthy (?:adults|runners)",
    r"no injured runners",
    r"for sprinters, patients, or sensors",
    r"put a whole set in disorder",
)
"""Disclaimers, the coach's own name of the push, who was measured, and who was not."""

CLAIM = re.compile("|".join(f"(?P<k{n}>{words})" for n, words in enumerate(FORBIDDEN.values())), re.IGNORECASE)
HARMLESS = re.compile("|".join(ALLOWED), re.IGNORECASE)


class Text(NamedTuple):
    """A text that users can see, and where it stands."""

    path: Path
    line: int
    text: str


def plain(text: str) -> str:
    """Give a text in one line, without what only sets it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^<>]*>|[*`_]{1,2}(?=\w)|(?<=\w)[*`]{1,2}", " ", text))


def claims(text: str) -> list[str]:
    """Give what a text claims that it must not, each with the words."""
    names = list(FORBIDDEN)
    found = CLAIM.finditer(HARMLESS.sub(" ", plain(text)))
    return [f"{names[int(str(match.lastgroup)[1:])]}: {match[0]}" for match in found]


def strings(path: Path) -> Iterator[Text]:
    """Give the strings of a Python file; one that is put together of parts as a whole."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            whole = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield Text(path, node.lineno, whole)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield Text(path, node.lineno, node.value)


def paragraphs(path: Path) -> Iterator[Text]:
    """Give the paragraphs of a document."""
    line = 1
    for paragraph in re.split(r"(\n\s*\n)", path.read_text(encoding="utf-8")):
        yield Text(path, line, paragraph)
        line += paragraph.count("\n")


def texts(root: Path) -> Iterator[Text]:
    """Give every text of the project that users can see."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield from strings(path)
    for path in sorted({path for pattern in PROSE for path in root.glob(pattern)}):
        yield from paragraphs(path)


def complaints(root: Path) -> list[str]:
    """Give every claim in the texts of a project, with where it stands."""
    return [
        f"{text.path.relative_to(root)}:{text.line}: {claim}" for text in texts(root) for claim in claims(text.text)
    ]


def test_no_text_claims_what_a_training_aid_must_not() -> None:
    assert not complaints(ROOT)


def test_every_kind_of_text_is_looked_at() -> None:
    seen = {str(text.path.relative_to(ROOT)).replace("\\", "/") for text in texts(ROOT)}
    assert {
        "README.md",
        "CHANGELOG.md",
        "docs/command-line.md",
        "docs/privacy.md",
        "docs/figures/leg-cycle.svg",
        "legcycle_imu/report/template.html.j2",
        "legcycle_imu/cycle.py",
        "legcycle_imu/cli/analyse.py",
        "legcycle_imu/drills/kinds.py",
        "legcycle_imu/report/coaching.py",
        "calibration/routine/__init__.py",
    } <= seen


@pytest.mark.parametrize(
    "name", ["README.md", "legcycle_imu/report/template.html.j2", "docs/cues.md", "legcycle_imu/progress/words.py"]
)
def test_what_it_is_is_said_where_it_counts(name: str) -> None:
    assert TRAINING_AID in plain((ROOT / name).read_text(encoding="utf-8")).lower()


@pytest.mark.parametrize("phrase", ALLOWED)
def test_every_allowance_is_needed(phrase: str) -> None:
    needed = [text for text in texts(ROOT) if re.search(phrase, plain(text.text), re.IGNORECASE)]
    assert needed, "nothing says this any more: take it out"


@pytest.mark.parametrize(
    "sentence",
    [
        "Prevents injuries.",
        "An injury-free season starts here.",
        "Lower your risk of shin splints.",
        "A high-risk stride",
        "Diagnose your gait in a minute.",
        "A diagnostic report for your coach",
        "Made with physiotherapists.",
        "Gait therapy at home",
        "Ideal for rehab after a break",
        "rehabilitation",
        "Treats overstriding.",
        "The treatment of runner's knee",
        "Cures a lazy heel.",
        "Helps tendons to heal.",
        "Relief of knee pain",
        "Run pain-free.",
        "No more aching knees",
        "A medical device",
        "A class I medical device, not a training aid",
        "Clinically proven",
        "For patients and runners",
        "Symptoms of overuse",
        "For a healthier stride",
        "Good for your health",
        "Glute activation: 74 %",
        "Your gluteus is weak",
        "Use your glutes more.",
        "Hamstrings switch on late.",
        "Activates the deep muscles of the leg",
        "Muscle imbalance left to right",
        "Run safer.",
        "A safe running technique",
        "Less load on your knees",
        "Not a medical device. Reduces injury.",
        "A training aid, not a medical device, that prevents overuse.",
        "<b>Pre</b>vention? <em>Prevention</em>",
        "**Injury** report",
        "a line that is broken before its pa\nin word: knee\npain",
    ],
)
def test_a_claim_is_found(sentence: str) -> None:
    assert claims(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A training aid, not a medical device.",
        "Inertial sensors cannot see muscles, foot-strike type or trunk.",
        "Nothing here sees a muscle, the foot's strike type or the trunk, and none of it is claimed.",
        "push: use the glutes, push the floor away",
        "The front of the thigh is where the muscle shakes most.",
        "Health says when samples are lost unseen: a sensor's health.",
        "Heel lift is measured at the heel; lift the heel.",
        "The window is painted anew, and its painter is patient.",
        "The curve of the thigh is secure; a procedure in a retreat.",
        "`legcycle doctor` says what this computer lacks.",
        "A core of the machine; the quad of sensors fires an event",
    ],
)
def test_what_is_no_claim_passes(sentence: str) -> None:
    assert claims(sentence) == []


def test_a_claim_is_found_wherever_it_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "legcycle_imu" / "report").mkdir(parents=True)
    (tmp_path / "README.md").write_text("Fine.\n\nIt prevents\nnothing.\n", encoding="utf-8")
    (tmp_path / "docs" / "a.svg").write_text("<text>knee pain</text>", encoding="utf-8")
    (tmp_path / "legcycle_imu" / "report" / "x.j2").write_text("<p>{{ a }} risk</p>", encoding="utf-8")
    source = '"""Rehab."""\nrisk = 1  # injury is no text\nsay(f"{risk} of in" "jury")\nhelp = ("Diag" "nosis")\n'
    (tmp_path / "legcycle_imu" / "x.py").write_text(source, encoding="utf-8")
    assert sorted(complaints(tmp_path)) == [
        "README.md:3: prevention: prevents",
        "docs/a.svg:1: pain: pain",
        "legcycle_imu/report/x.j2:1: risk: risk",
        "legcycle_imu/x.py:1: rehabilitation: Rehab",
        "legcycle_imu/x.py:3: injury: injury",
        "legcycle_imu/x.py:4: diagnosis: Diagnosis",
    ]
