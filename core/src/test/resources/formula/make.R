# Makes the expected terms, columns and values of R itself for FormulaAgainstRTest and ModelMatrixAgainstRTest:
#   Rscript make.R      (writes data.tsv, terms.tsv, columns.tsv, random.tsv and version.txt into this folder)
# Source of the data: made up here. Every factor's levels are in sorted order; not every cell is filled.

suppressPackageStartupMessages(library(lme4)) # findbars, expandDoubleVerts

n <- 17
i <- seq_len(n)
data <- data.frame(
  y = i / 4,
  a = factor(c("r", "p", "q")[1 + (i * i) %% 3 + (i %% 5 == 0)]),
  b = factor(c("v", "u")[1 + (i %/% 2) %% 2]),
  c = factor(c("k", "l")[1 + (i * i * i) %/% 4 %% 2]),
  x = round(sin(i) * 3, 3),
  z = i %% 4 + 0.5,
  g = factor(i %% 6),
  check.names = FALSE
)
data[["my col"]] <- factor(c("no", "yes")[1 + i %% 2])
data[["gr\u00f6\u00dfe"]] <- i / 8

fixed <- c(
  "~ 1", "~ 0", "~ -1", "~ x", "~ a", "~ 0 + a", "~ a - 1", "~ a + b", "~ a + b - 1", "~ a:b", "~ 0 + a:b", "~ a*b",
  "~ a*b - a", "~ a*b - a - b", "~ a*b*c", "~ a*b*c - a:b:c", "~ a:b:c", "~ a + a:b:c", "~ a:b + b:c", "~ b + a:c",
  "~ a/b", "~ a/b/c", "~ a/(b + x)", "~ (a + b)/x", "~ (a + b + x)^2", "~ (a + b + c)^3", "~ (a + b)^2 - a:b",
  "~ (a:x + b)^2", "~ a:b^2", "~ a^2", "~ a + a:x", "~ x:a", "~ a:x", "~ x + a:x", "~ x*a", "~ x*a - x", "~ x*a - a",
  "~ 0 + x + x:a", "~ 0 + x:a + a", "~ x:a - 1", "~ x - 1 + b", "~ -1 + x + a + b", "~ x:z", "~ x*z*a", "~ a:x + x:b",
  "~ c:a + b:a", "~ b:a + a:b", "~ b:a + a", "~ x + b:a:x - 1", "~ z + a:b:z + c", "~ a*b:x", "~ x + b:x + a:b:x",
  "~ a:(b + c)", "~ a + b + c + x:a:b", "~ x/a", "~ (x + z)/a - 1", "~ 0 + 1 + a", "~ 1 + 0 + a", "~ a - 0",
  "~ a - -1", "~ a + (-1)", "~ (x + a - 1)", "~ a + b - (a + 1)", "~ + a", "~ a + b - 1 + 1", "~ a:a", "~ -(1) + x",
  "~ x + offset(z) + a", "~ offset(log(z)) + b - 1", "~ log(z) + I(x^2):a", "~ I( x ^ 2/ 3) + exp(x )",
  "~ I(x**2) * b", "~ I(-x) + I(x - -1) + I((x+1)*(2))", "~ factor( z ):x + as.factor(z)", "~ factor(z > 2) + a",
  "~ `my col` * gr\u00f6\u00dfe + `x`", "~ log(x + 20.0) + abs(x*.50)", "~ (a + (b + (c)))^2",
  "~ I(x^-2) + I(2^3^2 * x) + I(-x^2)", "~ I(sqrt(x^2 + z^2)) + I((x + z)^2)", "~ a * x + b * z - a:x"
)

random <- c(
  "y ~ x + (1 | g)", "y ~ x + (x | g)", "y ~ x + (0 + x | g)", "y ~ x + (x - 1 | g)", "y ~ (1 + x * z | g) + a",
  "y ~ x + (1 + x || g)", "y ~ x + (1 + x + z || g)", "y ~ a*b + (0 + x + z || g)", "y ~ (x * z || g) + z",
  "y ~ x + (1 | g) + (0 + x | g)", "y ~ (1 | g) + x + (1 + a || b) + (b*a - 1 | c)", "y ~ b*a + (a:b | g)",
  "y ~ x + ((1 | g) + z)", "y ~ (z:x + I(x^2) || g)", "y ~ 1 + (a + x - 1 || g)"
)

number <- function(v) formatC(v, digits = 17, width = 1, format = "g")
write <- function(lines, path) {
  to <- file(path, "w", encoding = "UTF-8")
  writeLines(enc2utf8(lines), to)
  close(to)
}

printable <- function(v) if (is.numeric(v)) number(v) else as.character(v)
write(c(
  paste(names(data), collapse = "\t"),
  apply(sapply(data, printable), 1, paste, collapse = "\t")
), "data.tsv")

labels <- function(t) paste(c(attr(t, "intercept"), attr(t, "term.labels")), collapse = "\t")

write(vapply(fixed, function(f) paste(f, labels(terms(as.formula(f), data = data)), sep = "\t"), ""), "terms.tsv")

# A line for each column; a formula without any column has none. Variables that R computes (I(x^2), factor(z > 2)) are
# given with their values in rows of their own, marked "var" (numeric) or "factor" (levels, then codes from 0).
columns <- function(f) {
  frame <- model.frame(as.formula(f), data)
  m <- model.matrix(as.formula(f), data)
  variables <- vapply(names(frame)[!startsWith(names(frame), "offset(")], function(v) {
    w <- frame[[v]]
    printed <- if (v %in% names(data) && make.names(v) != v) paste0("`", v, "`") else v
    if (is.logical(w)) w <- factor(w)
    if (is.factor(w)) {
      paste(f, "factor", printed, paste(levels(w), collapse = " "), paste(as.integer(w) - 1, collapse = " "), sep = "\t")
    } else {
      paste(f, "var", printed, paste(number(w), collapse = " "), sep = "\t")
    }
  }, "")
  made <- vapply(seq_len(ncol(m)), function(j) {
    paste(f, "column", colnames(m)[j], paste(number(m[, j]), collapse = " "), sep = "\t")
  }, "")
  c(variables, made)
}
write(unlist(lapply(fixed, columns)), "columns.tsv")

write(unlist(lapply(random, function(f) {
  bars <- findbars(as.formula(f)) # expands || itself
  c(
    paste(f, "fixed", labels(terms(nobars(as.formula(f)))), sep = "\t"),
    vapply(bars, function(bar) {
      paste(f, deparse(bar[[3]]), labels(terms(as.formula(call("~", bar[[2]])))), sep = "\t")
    }, "")
  )
})), "random.tsv")

write(c(R.version.string, paste("lme4", packageVersion("lme4"))), "version.txt")
