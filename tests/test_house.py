"""The house: which room may import which, read from the imports themselves."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from sim.study.methods import ADJUSTMENTS, TESTS

SIM = Path(__file__).resolve().parent.parent / "sim"
ROOMS = [
    "errors",
    "arrays",
    "shown",
    "study",
    "compute",
    "folders",
    "manifest",
    "cohorts",
    "inference",
    "sequential",
    "power",
    "feasibility",
    "pilot",
    "reading",
    "report",
    "notebook",
    "jobs",
    "page",
    "endings",
    "progress_bar",
    "complaints",
    "beginning",
    "verbs",
    "command",
    "sources",
    "hydra_settings",
    "switching",
    "compose",
    "app",
    "console",
]
HYDRA_IN = {"sim.hydra_settings", "sim.sources", "sim.switching", "sim.compose", "sim.app"}
ALLOWED = " and ".join(sorted(HYDRA_IN))
COMPILERS = {"njit", "jit", "vectorize", "guvectorize", "cfunc", "stencil"}


def read_sources() -> dict[str, str]:
    """Read every file of sim/, by module name."""
    files = {path: path.relative_to(SIM.parent).with_suffix("") for path in SIM.rglob("*.py")}
    return {
        ".".join(name.parts).removesuffix(".__init__"): path.read_text(encoding="utf-8")
        for path, name in files.items()
    }


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Parse a source once; give all its nodes, as `ast.walk` does."""
    return tuple(ast.walk(ast.parse(source)))


def imports(nodes: Iterable[ast.AST], modules: set[str]) -> set[str]:
    """Name the modules that are imported; `from sim.a import b` names sim.a.b if it is one."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else str(node.module) for name in names}
    return found


def room_of(module: str) -> str | None:
    """Name the room that a module is in; None outside sim and for sim itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == "sim" and len(parts) > 1 else None


def wrong_imports(module: str, source: str, modules: set[str]) -> list[str]:
    """List the imports that the house forbids."""
    room, wrong = room_of(module), []
    for name in sorted(imports(nodes_of(source), modules)):
        package, target = name.split(".")[0], room_of(name)
        if package in {"hydra", "omegaconf"} and module not in HYDRA_IN:
            wrong.append(f"{module} imports {name}: only {ALLOWED} may")
        if package == "scipy" and room == "report":
            wrong.append(f"{module} imports {name}: report computes no statistics")
        if target is None or room is None:
            continue
        if ROOMS.index(target) > ROOMS.index(room):
            wrong.append(f"{module} imports {name}: up the house")
        if room == "compute" and target not in {"compute", "errors"}:
            wrong.append(f"{module} imports {name}: compute knows nothing of trials")
    return wrong


def circle(sources: dict[str, str]) -> list[str]:
    """Find a circle of imports between files, those for types included, if there is one."""
    modules = set(sources)
    graph = {
        module: imports(nodes_of(source), modules) & modules - {"sim"}
        for module, source in sources.items()
        if module != "sim"  # looks its names up lazily
    }
    done: set[str] = set()

    def walk(module: str, trail: list[str]) -> list[str]:
        if module in trail:
            return [*trail[trail.index(module) :], module]
        if module in done:
            return []
        found = next(filter(None, (walk(t, [*trail, module]) for t in sorted(graph[module]))), [])
        done.add(module)
        return found

    return next(filter(None, (walk(module, []) for module in sorted(graph))), [])


def is_kernel(node: ast.AST) -> bool:
    """Tell whether a function is compiled by numba."""
    if not isinstance(node, ast.FunctionDef):
        return False
    words = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
    return any(name in words.replace("(", ".").split(".") for name in COMPILERS)


def borrowed_by_kernels(source: str) -> list[str]:
    """List what compiled functions use of other files: numba's cache would not notice a change."""
    nodes = nodes_of(source)
    borrowed = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "sim"
        for alias in node.names
    }
    kernels = [node for node in nodes if is_kernel(node)]
    return sorted(
        f"{kernel.name} uses {inner.id}"
        for kernel in kernels
        if isinstance(kernel, ast.FunctionDef)
        for statement in kernel.body
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Name) and inner.id in borrowed
    )


SOURCES = read_sources()


def test_rooms_import_from_above_only() -> None:
    """A room imports from itself and from those above; few files import Hydra."""
    modules = set(SOURCES)
    assert [wrong for item in SOURCES.items() for wrong in wrong_imports(*item, modules)] == []


def test_every_room_is_on_the_list() -> None:
    """No file stands outside the rooms of the architecture."""
    assert {room_of(module) for module in SOURCES} - {None} <= set(ROOMS)


def test_files_make_no_circle() -> None:
    """No file imports, by way of others, itself, for types neither."""
    assert circle(SOURCES) == []


def test_the_page_computes_nothing() -> None:
    """What is worked out of a study is a job's: the page needs neither numerics nor a test."""
    page = {module for module in SOURCES if module.startswith("sim.page.")}
    names = {m: imports(nodes_of(SOURCES[m]), set(SOURCES)) for m in page}
    numerics = ("numpy", "scipy", "sim.inference")
    assert len(page) > 20
    assert [(m, name) for m in page for name in names[m] if name.startswith(numerics)] == []


def test_kernels_stay_in_their_file() -> None:
    """A compiled function uses nothing from another file of ours."""
    borrowing = {module: borrowed_by_kernels(source) for module, source in SOURCES.items()}
    assert {module: names for module, names in borrowing.items() if names} == {}


def test_one_file_compiles() -> None:
    """Numba is imported by the file that keeps what it compiles, and by no other."""
    compiling = {m for m, s in SOURCES.items() if "numba" in imports(nodes_of(s), set())}
    assert compiling == {"sim.compute.compiled"}


def test_some_kernels_are_seen() -> None:
    """The kernels that exist are recognised as such, so that the rule above bites."""
    assert any(is_kernel(node) for text in SOURCES.values() for node in nodes_of(text))


def too_long(module: str, source: str) -> list[str]:
    """Name a file and the functions in it that are too long; compiled code and facts may be."""
    longer = {"_kernels": 450, ".methods": 350}
    longest = next((lines for end, lines in longer.items() if module.endswith(end)), 300)
    return [module] * (len(source.splitlines()) > longest) + [
        f"{module}.{node.name}"
        for node in nodes_of(source)
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno >= 60
    ]


def test_files_and_functions_are_short() -> None:
    """A file has at most 300 lines, a function 60; more where code or facts must stand together."""
    assert [long for item in SOURCES.items() for long in too_long(*item)] == []


def test_the_checker_of_lengths_sees() -> None:
    """The checker finds a file and a function that are too long by a line."""
    assert too_long("sim.a", "\n" * 301) == ["sim.a"]
    assert too_long("sim.a_kernels", "\n" * 450) == []
    assert too_long("sim.a", "def f():\n" + "    x\n" * 60) == ["sim.a.f"]
    assert too_long("sim.a", "def f():\n" + "    x\n" * 59) == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("sim.study.x", "from sim.power import tally", "up the house"),
        ("sim.study.x", "def f():\n    import sim.jobs.plan", "up the house"),
        ("sim.compute.x", "from sim.study import Study", "compute knows nothing"),
        ("sim.report.x", "from scipy import stats", "computes no statistics"),
        (
            "sim.jobs.x",
            "from omegaconf import OmegaConf",
            f"only {ALLOWED} may",
        ),
        (
            "sim.command",
            "import hydra.core",
            f"only {ALLOWED} may",
        ),
    ],
)
def test_the_import_checker_sees(module: str, source: str, complaint: str) -> None:
    """The checker itself complains of a forbidden import, late ones too."""
    assert any(complaint in line for line in wrong_imports(module, source, set()))


def test_the_import_checker_allows() -> None:
    """The checker lets through what the architecture allows."""
    source = "import numpy\nfrom sim.errors import StudyError\nfrom sim.study.base import Section"
    assert wrong_imports("sim.power.x", source, set()) == []


def test_the_circle_checker_sees() -> None:
    """The checker finds a circle of three files, one that only types close too."""
    ring = {"sim.a": "import sim.b", "sim.b": "from sim import c", "sim.c": "from sim.a import f"}
    assert circle(ring) == ["sim.a", "sim.b", "sim.c", "sim.a"]
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.a import f"
    assert circle(ring | {"sim.c": typed}) == ["sim.a", "sim.b", "sim.c", "sim.a"]
    assert circle(ring | {"sim.c": "import sim.d", "sim.d": ""}) == []


def test_the_kernel_checker_sees() -> None:
    """The checker finds a borrowed function in a compiled one, and not in a plain one."""
    head = "from numba import njit\nfrom sim.power.tally import add\n"
    body = "def total(a):\n    return add(a)\n"
    assert borrowed_by_kernels(head + "@njit(cache=True)\n" + body) == ["total uses add"]
    assert borrowed_by_kernels(head + "@numba.njit\n" + body) == ["total uses add"]
    assert borrowed_by_kernels(head + body) == []


# ------------------------------------------------------------------------- methods by name

REGISTRIES = {"sim.study.methods", "sim.inference.registry", "sim.inference.adjust",
              "sim.pilot.candidates"}  # fmt: skip
"""Files whose dicts are keyed by the names of methods: facts, and functions."""
COMPARING = ("sim.study.methods", "sim.inference.")
"""Where a method's name may be compared."""
MOST_FILES = 4
"""Most files that quote a test's name: its facts and a few registries."""
METHODS = {*TESTS, *ADJUSTMENTS}


def words_in(node: ast.AST) -> set[str]:
    """Name the strings that a node is, or that it lists."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return {word for part in node.elts for word in words_in(part)}
    whole = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return {node.value} if whole and isinstance(node, ast.Constant) else set()


def method_tables(source: str) -> list[int]:
    """List the lines of dicts of which two keys or more are names of methods."""
    found = []
    for node in nodes_of(source):
        keys: set[str] = set()
        if isinstance(node, ast.Dict):
            keys = {word for key in node.keys if key is not None for word in words_in(key)}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "dict":
            keys = {keyword.arg for keyword in node.keywords if keyword.arg}
        if len(keys & METHODS) > 1:
            found.append(node.lineno)
    return found


def method_comparisons(source: str) -> list[str]:
    """List what is compared with the name of a method; "none" is one where an adjustment is."""
    found = []
    for node in nodes_of(source):
        words: set[str] = set()
        if isinstance(node, ast.Compare):
            words = set().union(*map(words_in, (node.left, *node.comparators)))
        elif isinstance(node, ast.MatchValue):
            words = words_in(node.value)
        text = ast.unparse(node) if words else ""
        if words & (METHODS - {"none"}) or ("none" in words and "adjustment" in text):
            found.append(text)
    return found


def quoting(name: str) -> set[str]:
    """Name the files that hold a string as a value; the public names of `sim` are functions."""
    return {
        module
        for module, source in SOURCES.items()
        if module != "sim" and name in source
        for node in nodes_of(source)
        if isinstance(node, ast.Constant) and node.value == name
    }


def test_methods_are_known_in_one_place() -> None:
    """What must be known of a test or adjustment is one of its facts: no table, no comparison."""
    wrong = {
        module: (
            [] if module in REGISTRIES else method_tables(source),
            [] if module.startswith(COMPARING) else method_comparisons(source),
        )
        for module, source in SOURCES.items()
        if module != "sim"
    }
    assert {module: found for module, found in wrong.items() if any(found)} == {}


def test_a_tests_name_is_quoted_in_few_files() -> None:
    """A test's name stands in the facts and in the registries of functions."""
    assert {name: quoting(name) for name in TESTS if len(quoting(name)) > MOST_FILES} == {}


def test_the_checkers_of_methods_see() -> None:
    """The checkers find tables and comparisons of methods, and let other words pass."""
    assert method_tables("x = {'sign': 1,\n 'holm': 2}") == [1]
    assert method_tables("x = dict(ancova=1, sign=2)") == [1]
    assert method_tables("x = {'sign': 1, 'mar': 2}") == []
    assert method_comparisons("a.test == 'ancova'") == ["a.test == 'ancova'"]
    assert method_comparisons("a.test not in ('t', 'sign')") == ["a.test not in ('t', 'sign')"]
    assert method_comparisons("match a:\n    case 'holm':\n        pass") == ["'holm'"]
    assert method_comparisons("adjustment != 'none'") == ["adjustment != 'none'"]
    assert method_comparisons("kind == 'none'\ntest == other\n'''sign'''") == []
    assert {"sim.study.methods"} < quoting("ancova")


HEAVY = ["numba", "pandas", "statsmodels", "scipy.stats"]


def loaded_by(code: str) -> set[str]:
    """Run code in a fresh interpreter; name the heavy packages it has imported."""
    ask = f"{code}\nimport sys\nprint([name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return set(ast.literal_eval(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import mentorsim; mentorsim.read_answers",
        "from sim import compose_study; compose_study(['effect=shift'])",
        "from sim.app import main; main(['plan', '--help'])",
    ],
)
def test_light_things_stay_light(code: str) -> None:
    """Importing sim, composing a study and asking for help pull in nothing heavy."""
    assert loaded_by(code) == set()


def test_heavy_packages_are_seen() -> None:
    """The test above notices a package that is imported."""
    assert "scipy.stats" in loaded_by("import scipy.stats")


# ------------------------------------------------------------------------------- roles' names

NAMES_A_ROLE = re.compile(r"(?<![a-z])ment(?:or|ee)s?(?![a-z])", re.IGNORECASE)
"""Words for the roles of the shipped configuration; not the tool's name, nor what is done."""


def test_roles_are_known_by_their_place() -> None:
    """The names of the shipped roles stand in the configuration alone."""
    written = {
        path.relative_to(SIM).as_posix()
        for path in SIM.rglob("*.*")
        if path.suffix in {".py", ".js", ".css", ".html", ".yaml"}
        and NAMES_A_ROLE.search(path.read_text("utf-8"))
    }
    assert written == set()


def test_the_checker_of_roles_sees() -> None:
    """The pattern sees a role's name as a word and in an identifier, and not the tool's name."""
    assert all(map(NAMES_A_ROLE.search, ("a mentor", "mentee_icc", "by_mentee", "Mentors'")))
    assert not any(map(NAMES_A_ROLE.search, ("mentorsim", "mentored", "mentoring")))
