# Work B1 as R users do it: prints CPU seconds and power, one pair a repetition.
# Rscript peers.R PEER REPLICATES SEED
words <- commandArgs(trailingOnly = TRUE)
replicates <- as.integer(words[2])
set.seed(as.integer(words[3]))
n <- 30
alpha <- .05
draw <- function(count) sample(-2:2, count, TRUE, c(.03, .12, .35, .35, .15))

by_row <- function(p_value) {
  p <- apply(matrix(draw(replicates * n), replicates), 1, p_value)
  mean(p <= alpha)
}

work <- switch(words[1],
  stats = function() {
    by_row(function(x) wilcox.test(x, exact = FALSE, correct = FALSE)$p.value)
  },
  matrixTests = function() {
    changes <- matrix(draw(replicates * n), replicates)
    found <- matrixTests::row_wilcoxon_onesample(changes, exact = FALSE, correct = FALSE)
    mean(found$pvalue <= alpha)
  },
  MKpower = function() { # stops at the first size of its search: 30
    MKpower::sim.ssize.wilcox.test(
      rx = draw, type = "one.sample", sig.level = alpha, power = .01,
      n.min = n, n.max = n + 2, step.size = 1, iter = replicates
    )$emp.power[1]
  },
  exactRankTests = function() {
    by_row(function(x) suppressWarnings(exactRankTests::wilcox.exact(x)$p.value))
  }
)

invisible(suppressWarnings(work())) # byte-compiles
start <- proc.time()
power <- suppressWarnings(work())
spent <- sum((proc.time() - start)[1:2])
cat(spent, power, "\n")
