# What R 4.2.2 computes of the expressions of lines.txt: Rscript expressions.R > expected.tsv
# A line of lines.txt has the grid, the expression as a formula has it in I( ), and, where R writes it otherwise, R's.
grids <- list(
    xy = data.frame(x = c(7, -7, 7, -7, 0, 3, 0, -2, 127, 5, 1), y = c(3, 3, -3, -3, 3, 0, 0, 2, 1, 2, 2)),
    u = data.frame(u = c(0.15, 0.25, 0.35, 2.675, -2.675, 0.5, 1.5, 2.5, -0.5, -1.5, 1e10, -1e10, 1e300, 1e-10, -1e-10, 1e-20,
        1.0000000001, 999.5, 0, 1, -1, 0.1, 20, 5.015, 1234.5678)),
    big = data.frame(n = c(2147483647, -2147483648, 46341, 20), l = c(9007199254740991, -9007199254740991, 3037000500, 21)))
iff <- function(c, a, b) ifelse(c, a, b)
cat("# grid", "expression", "R", "values", sep = "\t")
cat("\n")
for (line in readLines("lines.txt")) {
    if (line == "" || startsWith(line, "#")) next
    parts <- trimws(strsplit(line, "|", fixed = TRUE)[[1]])
    r <- parts[length(parts)]
    grid <- grids[[parts[1]]]
    value <- suppressWarnings(eval(parse(text = r), grid))
    value <- rep_len(as.numeric(value), nrow(grid))
    shown <- ifelse(is.na(value), "NA", sprintf("%.17g", value))
    cat(parts[1], parts[2], r, paste(shown, collapse = " "), sep = "\t")
    cat("\n")
}
