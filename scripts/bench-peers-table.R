#!/usr/bin/env Rscript
# Prints what bench-peers found: a line for each engine, then the estimates side by side.
#
#   Rscript scripts/bench-peers-table.R RESULTS      folders ORDER,ENGINE,NODES of REPETITION.json (and .time for spark-glmm)

read <- function(folder) {
  label <- strsplit(basename(folder), ",")[[1]]
  files <- sort(list.files(folder, "\\.json$", full.names = TRUE))
  fits <- lapply(files, jsonlite::fromJSON, simplifyDataFrame = FALSE)
  fit <- fits[[1]]
  out <- list(engine = label[2], nodes = as.integer(label[3]), ours = label[2] == "spark-glmm", logLik = fit$logLik,
              messages = c(fit$error, if (label[2] != "spark-glmm") unlist(fit$messages)))
  times <- if (out$ours) t(sapply(sub("json$", "time", files), function(f) {
    x <- as.numeric(strsplit(tail(readLines(f), 1), " ")[[1]]); c(x[1], x[2] + x[3], x[4] / 1024)
  })) else t(sapply(fits, function(r) {
    x <- r[c("wallSeconds", "cpuSeconds", "peakMemoryMb")]; as.numeric(ifelse(sapply(x, is.null), NA, x))
  }))
  middle <- apply(times, 2, median)
  out$wall <- middle[1]; out$cpu <- middle[2]; out$peak <- middle[3]
  if (is.null(fit$error)) out$estimates <- if (out$ours) estimates_of_ours(fit) else estimates_of_theirs(fit)
  out
}

number <- function(x) if (is.null(x)) NA_real_ else as.numeric(x)
table_of <- function(name, estimate, se = NA) if (length(name)) data.frame(name, estimate, se)
spread <- function(sd, corr, terms) {
  pairs <- which(lower.tri(corr), arr.ind = TRUE)
  rbind(table_of(paste("sd", terms), sd),
        table_of(if (nrow(pairs)) paste("corr", terms[pairs[, 1]], terms[pairs[, 2]]), corr[pairs]))
}
estimates_of_ours <- function(fit) rbind(
  do.call(rbind, lapply(fit$fixed, function(f) table_of(f$term, number(f$estimate), number(f$se)))),
  table_of(names(fit$extra$thresholds), as.numeric(unlist(fit$extra$thresholds))),
  do.call(rbind, lapply(fit$random, function(r) spread(unlist(r$sd), rbind(r$corr), unlist(r$terms)))))
estimates_of_theirs <- function(fit) rbind(
  table_of(names(fit$fixed), sapply(fit$fixed, number), if (length(fit$se)) sapply(fit$se, number) else NA),
  table_of(names(fit$thresholds), sapply(fit$thresholds, number)),
  do.call(rbind, lapply(fit$sd, function(r) spread(unlist(r$sd), rbind(r$corr), unlist(r$terms)))))

results <- lapply(sort(list.dirs(commandArgs(TRUE)[1], recursive = FALSE)), read)
shown <- function(x, format) ifelse(is.na(number(x)), "-", sprintf(format, number(x)))
how <- function(r) if (r$nodes == 1) "Laplace" else paste(r$nodes, "nodes")
title <- function(r) paste0(r$engine, ", ", how(r))

# Ours by the same approximation.
cat(sprintf("\n%-22s %9s %9s %9s %16s %14s %18s\n", "", "wall s", "CPU s", "peak MB", "logLik", "ours / theirs", "logLik ours-theirs"))
for (r in results) {
  same <- Filter(function(o) o$ours && o$nodes == r$nodes, results)
  of <- if (!r$ours && length(same)) same[[1]]
  cat(sprintf("%-22s %9s %9s %9s %16s %14s %18s\n", title(r), shown(r$wall, "%.1f"), shown(r$cpu, "%.1f"), shown(r$peak, "%.0f"),
              shown(r$logLik, "%.4f"), shown(if (!is.null(of)) of$wall / r$wall, "%.3f"),
              shown(if (!is.null(of)) number(of$logLik) - number(r$logLik), "%.2e")))
}
for (r in results) for (m in r$messages) cat("  ", r$engine, ": ", m, "\n", sep = "")

fitted <- Filter(function(r) !is.null(r$estimates), results)
rows <- unique(unlist(lapply(fitted, function(r) r$estimates$name)))
cat(sprintf("\n%-24s", "estimate (SE)"), sprintf(" %22s", sapply(fitted, title)), "\n", sep = "")
for (name in rows) cat(sprintf("%-24s", name), sapply(fitted, function(r) {
  e <- r$estimates[r$estimates$name == name, ]
  sprintf(" %22s", if (!nrow(e)) "-" else paste0(sprintf("%.5f", e$estimate[1]), if (!is.na(e$se[1])) sprintf(" (%.5f)", e$se[1])))
}), "\n", sep = "")
