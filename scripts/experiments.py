"""Write docs/experiments.md: what each worked example teaches, with what it really prints."""

from pathlib import Path

from tutorial import shown

from sim import compose_study, feasibility_study, plan
from sim.folders import write_whole
from sim.report.telling import summary

PAGE = Path(__file__).parent.parent / "docs" / "experiments.md"

LESSONS = {
    "pilot_replay": (
        "The pilot as it was",
        "Six mentors and five mentees, each domain tested on its own. An exact test of six people "
        "who change in one direction cannot give less than .03125, of five not less than .0625: a "
        "study of this size can hardly be significant whatever mentoring does, and a p-value just "
        "below .05 from it says little about the size of the effect.",
    ),
    "scale_up": (
        "Mentors and mentees together",
        "Asking that both roles gain takes more pairs than asking it of either. The two totals are "
        "won together, so the power of the joint rule lies below both of its parts; and since "
        "there are only five mentees to six mentors, the role with fewer people can decide. The "
        "effect on the mentees is an assumption, because no figure is published.",
    ),
    "multi_site": (
        "Hospitals of ten pairs",
        "People of one hospital resemble each other, so ten pairs of one hospital tell less than "
        "ten pairs of ten. Here hospitals are filled one after the other, changes within a "
        "hospital are correlated .05, and the test works on hospital means, which keeps its level. "
        "The answer counts hospitals as well as pairs. The same study with a test that ignores "
        "the hospitals would look smaller, and would reject too often: `mentorsim plan "
        "experiment=multi_site analysis.test=signed_rank` says by how much.",
    ),
    "dropout": (
        "One in five drops out, rather those who gain less",
        "Who answers twice has gained more than who left. The analysis of those who are left is "
        "biased upwards, so it needs *fewer* pairs to be significant, and it is significant far "
        "too often where mentoring does nothing: the apparent saving is the bias. Compare "
        "`missing=mcar missing.rate=0.2`, where people leave by chance and the number simply "
        "rises. No sample size repairs the first kind of loss; following people up does.",
    ),
    "controlled": (
        "A control arm",
        "People are recruited who have something to gain: those whose total before is at most 20. "
        "On average they were lower that day than they usually are, so their answers rise without "
        "any mentoring (regression to the mean), and everybody answers a little higher the second "
        "time. The table below splits the change that a study without controls would see. Such a "
        "study looks far more efficient, and finds mentoring effective whether it is or not; "
        "two arms, allocated in blocks and compared by analysis of covariance, need many more "
        "pairs and keep their level. The larger number is the price of an answer.",
    ),
    "gatekeeping": (
        "Gatekeeping",
        "Seven domains and a total are eight chances to be significant by luck. Here the total is "
        "tested first, at the whole level, and only if it is significant do the domains share that "
        "level (by Holm; the graphical procedure of Bretz et al. 2009, of which this is one "
        "graph). The familywise error over all eight is kept. The price: no domain can be claimed "
        "without the total, so 'any domain' and the total need the same number of pairs, even "
        "where one domain alone would have shown its effect much earlier.",
    ),
    "cherry_picking": (
        "What 'most evident in two of seven' is worth",
        "Mentoring does nothing here, seven domains are tested one by one without adjustment, and "
        "a study reports what came out. The columns say how often at least one, two or three "
        "domains are significant in the hoped-for direction: that is the probability of a story. "
        "The rule 'any domain' is met far more often than the stated level allows, in either "
        "direction twice as often as in the table. Compare `analysis.adjustment=holm`, or "
        "`experiment=gatekeeping effect=none`.",
    ),
    "null": (
        "Mentoring does nothing",
        "Every rule is run where there is nothing to find. What is left is the level of the "
        "design: how often the study would say that mentoring works. (A config file of this name "
        "has to be meant, so `experiment=null` chooses it, while leaving `experiment` out "
        "chooses none.)",
    ),
    "assurance": (
        "What the pilot leaves possible",
        "Power is computed at one effect, as if it were known. Assurance averages over all the "
        "effects that the pilot leaves possible. Where the two differ much, the pilot is too "
        "small to size the study, and the honest number is the one with the prior's name on it.",
    ),
    "traffic_light": (
        "A pilot's traffic light",
        "A pilot is judged by four criteria at once, and says go only if each is green by itself. "
        "Where green begins at what is expected, a criterion is green about half of the time, "
        "however many people it looks at; so the pilot seldom says go although all is as "
        "expected. If amber is taken for a stop, as here, the programme mostly ends there, and a "
        "larger pilot does not repair it: other limits do, or `feasibility.main.after_amber=go`.",
    ),
    "interim": (
        "May the study end early?",
        "The answers are looked at half-way. Levels of O'Brien-Fleming type ask so much of that "
        "look that they cost hardly anything. Ending where success has become unlikely does: it "
        "saves most where mentoring does nothing, and takes power that only a larger study gives "
        "back, as the comparison with the study without looks says. And a study that ends early "
        "tends to overestimate the change, as the last table shows. Compare `interim=two_looks`, "
        "which never gives up, and `interim=three_looks`, which ends early more often.",
    ),
}
"""Experiment: heading, what it teaches."""


MORE = {
    "pilot_replay": ("What the pilot's p-value says",),
    "dropout": ("Who is analysed, and how precisely",),
    "controlled": ("Where the change comes from", "With and without a control arm"),
    "cherry_picking": ("Power",),
    "assurance": ("Power averaged over what is believed",),
    "traffic_light": ("What it decides", "How many people", "The programme"),
    "interim": ("Interim looks",),
}
"""Headings of what is shown after the answer and its warnings."""
PILOTS = {"traffic_light"}
"""Those that are of a pilot, not of a plan."""


def printed(experiment: str) -> str:
    """Answer, warnings, and what else the example is about, as they are printed."""
    study, more = compose_study([f"experiment={experiment}"]), MORE.get(experiment, ())
    if experiment in PILOTS:
        return shown(summary(feasibility_study(study)), "; ".join(("Answer", *more)))
    return shown(summary(plan(study)), "; ".join(("Answer", "Warnings", *more)))


def section(experiment: str) -> str:
    """One experiment's section."""
    heading, lesson = LESSONS[experiment]
    verb = "feasibility" if experiment in PILOTS else "plan"
    return (
        f"## {heading}\n\n{lesson}\n\n```sh\nmentorsim {verb} experiment={experiment}\n```\n\n"
        f"```text\n{printed(experiment)}\n```\n"
    )


def main() -> None:
    """Run every experiment and write the page."""
    head = (
        "# Worked examples\n\nEach example is a file in `conf/experiment/` that changes several "
        "settings at once. Below is what each teaches, and what it prints (shortened to the "
        "answer, the warnings and what the example is about). `scripts/experiments.py` writes "
        "this page from runs.\n\n"
    )
    write_whole(PAGE, head + "\n".join(section(name) for name in LESSONS))


if __name__ == "__main__":
    main()
