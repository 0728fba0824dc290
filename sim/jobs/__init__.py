"""One file a job, each a pure function from a study to an answer."""
