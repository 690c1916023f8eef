#!/usr/bin/env Rscript
# Fits one model with one of R's engines and prints one line of JSON: what it found and what it cost.
#
#   Rscript scripts/bench-peers.R DATA.csv|DIR 'FORMULA' FAMILY NODES ENGINE [WEIGHTS]
#
#   DATA     a CSV file with a header, or a directory of such files (Spark's part-*.csv)
#   FAMILY   gaussian, binomial, poisson, nbinom1, nbinom2, gamma, beta, betabinomial, ordinal; a link in parentheses: binomial(probit)
#   NODES    quadrature nodes; 1 = Laplace. glmmTMB knows only 1. For gaussian it does not matter.
#   ENGINE   glmmTMB, glmer (lmer for gaussian), clmm
#   WEIGHTS  a column of frequency weights
#
# Always exits 0 and always prints its line: a failure is {"error": ...}. Seconds are those of the fit alone, reading not
# included; peak memory is the whole process's, data included. Options are the engine's defaults, as its users get them.

arguments <- commandArgs(TRUE)
messages <- character()
out <- list(engine = if (length(arguments) >= 5) arguments[5] else NA)

memory_mb <- function(field) {
  status <- tryCatch(readLines("/proc/self/status"), error = function(e) character())
  line <- grep(paste0("^", field, ":"), status, value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) / 1024 else NA
}

quoted <- function(x) paste0('"', gsub("[[:cntrl:]]+", " ", gsub('(["\\\\])', "\\\\\\1", x)), '"')
json <- function(x) {
  if (is.null(x) || (length(x) == 0 && !is.list(x))) return(if (is.character(x)) "[]" else "null")
  if (is.list(x)) {
    parts <- vapply(x, json, "")
    return(if (is.null(names(x))) paste0("[", paste(parts, collapse = ","), "]")
           else paste0("{", paste0(vapply(names(x), quoted, ""), ":", parts, collapse = ","), "}"))
  }
  if (is.matrix(x)) return(json(lapply(seq_len(nrow(x)), function(i) I(unname(x[i, ])))))
  if (!is.null(names(x))) return(json(as.list(x)))
  one <- if (is.logical(x)) ifelse(is.na(x), "null", ifelse(x, "true", "false"))
         else if (is.numeric(x)) ifelse(is.finite(x), sprintf("%.15g", x), "null")
         else ifelse(is.na(x), "null", quoted(x))
  if (length(x) == 1 && !inherits(x, "AsIs")) one else paste0("[", paste(one, collapse = ","), "]")
}
finish <- function() {
  out$messages <<- I(unique(messages)); out$peakMemoryMb <<- memory_mb("VmHWM")
  cat(json(out), "\n", sep = ""); quit(save = "no", status = 0)
}

read_csv <- function(path) {
  files <- if (dir.exists(path)) sort(list.files(path, "\\.csv(\\.gz)?$", full.names = TRUE)) else path
  if (!length(files) || !all(file.exists(files))) stop("no CSV file at ", path)
  one <- if (requireNamespace("data.table", quietly = TRUE)) function(f) data.table::fread(f, data.table = FALSE, na.strings = c("NA", "")) else function(f) {
    kinds <- vapply(read.csv(f, nrows = 1000, na.strings = c("NA", "")), function(c) class(c)[1], "")
    kinds[kinds == "integer"] <- "numeric"; kinds[kinds == "logical"] <- NA # all missing so far: no guess
    tryCatch(read.csv(f, colClasses = kinds, na.strings = c("NA", "")), error = function(e) read.csv(f, na.strings = c("NA", "")))
  }
  data <- do.call(rbind, lapply(files, one))
  for (v in names(data)) if (is.character(data[[v]])) data[[v]] <- factor(data[[v]], levels = sort(unique(data[[v]]), method = "radix"))
  data
}

fit <- function(engine, formula, family, link, nodes, data, weights) {
  call <- list(formula, data = quote(data)); if (!is.null(weights)) call$weights <- as.name(weights)
  if (engine == "glmmTMB") {
    if (nodes != 1 && family != "gaussian") stop("glmmTMB offers only the Laplace approximation (NODES 1)")
    make <- switch(family, gamma = stats::Gamma, beta = glmmTMB::beta_family, gaussian = , binomial = , poisson = get(family, "package:stats"), get(family, asNamespace("glmmTMB")))
    call$family <- if (is.null(link)) { if (family == "gamma") make("log") else make() } else make(link)
    tryCatch(do.call(glmmTMB::glmmTMB, call), error = function(e) {
      messages <<- c(messages, paste("with standard errors:", conditionMessage(e))); do.call(glmmTMB::glmmTMB, c(call, se = FALSE))
    })
  } else if (engine == "glmer") {
    if (family == "gaussian" && is.null(link)) return(do.call(lme4::lmer, c(call, REML = FALSE)))
    if (family == "nbinom2") return(do.call(lme4::glmer.nb, call))
    make <- switch(family, gamma = stats::Gamma, get(family, "package:stats"))
    call$family <- if (is.null(link)) { if (family == "gamma") make("log") else make() } else make(link)
    do.call(lme4::glmer, c(call, nAGQ = nodes))
  } else if (engine == "clmm") {
    response <- all.vars(formula)[1]; data[[response]] <- factor(data[[response]], ordered = TRUE)
    do.call(ordinal::clmm, c(call, link = if (is.null(link)) "logit" else link, nAGQ = nodes))
  } else stop("unknown engine '", engine, "'; known: glmmTMB, glmer, clmm")
}

attempt <- function(expression, otherwise = NULL) tryCatch(expression, error = function(e) { messages <<- c(messages, conditionMessage(e)); otherwise })
errors_of <- function(V, names) if (is.null(V)) NULL else setNames(suppressWarnings(sqrt(diag(as.matrix(V))))[seq_along(names)], names)
components <- function(v) lapply(v, function(G) {
  sd <- attr(G, "stddev"); if (is.null(sd)) sd <- sqrt(diag(as.matrix(G)))
  corr <- attr(G, "correlation"); if (is.null(corr)) corr <- cov2cor(as.matrix(G))
  list(terms = I(rownames(G)), sd = I(unname(sd)), corr = unname(as.matrix(corr)))
})

tryCatch(withCallingHandlers({
  if (!length(arguments) %in% 5:6) stop("usage: bench-peers.R DATA.csv|DIR FORMULA FAMILY NODES ENGINE [WEIGHTS]")
  engine <- arguments[5]; nodes <- as.integer(arguments[4]); weights <- if (length(arguments) == 6) arguments[6]
  family <- sub("\\(.*", "", arguments[3]); link <- if (grepl("\\(", arguments[3])) sub(".*\\((.*)\\)", "\\1", arguments[3])
  if (is.na(nodes) || nodes < 1) stop("NODES: must be a positive whole number, got ", arguments[4])
  package <- switch(engine, glmmTMB = "glmmTMB", glmer = "lme4", clmm = "ordinal", stop("unknown engine '", engine, "'; known: glmmTMB, glmer, clmm"))
  suppressPackageStartupMessages(library(package, character.only = TRUE))
  out$version <- as.character(packageVersion(package)); out$r <- as.character(getRversion())
  out$formula <- arguments[2]; out$family <- arguments[3]; out$nodes <- nodes
  formula <- as.formula(arguments[2]); reading <- proc.time(); data <- read_csv(arguments[1])
  out$rows <- nrow(data); out$readSeconds <- unname((proc.time() - reading)[3]); out$memoryBeforeFitMb <- memory_mb("VmRSS")
  gc(); before <- proc.time()
  model <- tryCatch(fit(engine, formula, family, link, nodes, data, weights), finally = {
    spent <- proc.time() - before; out$wallSeconds <- unname(spent[3]); out$cpuSeconds <- unname(sum(spent[c(1, 2, 4, 5)], na.rm = TRUE))
  })
  out$logLik <- attempt(as.numeric(logLik(model)), NA)
  if (engine == "glmmTMB") {
    out$fixed <- attempt(glmmTMB::fixef(model)$cond); out$se <- errors_of(attempt(vcov(model)$cond), names(out$fixed))
    out$sd <- attempt(components(glmmTMB::VarCorr(model)$cond)); out$sigma <- attempt(sigma(model))
    out$converged <- isTRUE(model$fit$convergence == 0) && isTRUE(model$sdr$pdHess)
    messages <- c(messages, model$fit$message)
  } else if (engine == "glmer") {
    out$fixed <- attempt(lme4::fixef(model))
    out$se <- errors_of(attempt(vcov(model), attempt(vcov(model, use.hessian = FALSE))), names(out$fixed))
    out$sd <- attempt(components(lme4::VarCorr(model))); out$sigma <- attempt(sigma(model))
    if (nodes > 1 && family != "gaussian") messages <- c(messages, "glmer's logLik for nAGQ > 1 is relative to the saturated model")
    problems <- unlist(model@optinfo$conv$lme4$messages); messages <- c(messages, problems)
    out$singular <- attempt(lme4::isSingular(model)); out$converged <- isTRUE(model@optinfo$conv$opt == 0) && !any(grepl("failed to converge|degenerate", problems))
  } else {
    out$fixed <- attempt(model$beta); out$thresholds <- attempt(model$alpha)
    V <- attempt(suppressWarnings(vcov(model))); out$se <- if (is.null(V)) NULL else errors_of(V[names(out$fixed), names(out$fixed), drop = FALSE], names(out$fixed))
    out$sd <- attempt(components(ordinal::VarCorr(model))); out$converged <- isTRUE(model$optRes$convergence == 0)
    messages <- c(messages, model$optRes$message)
  }
}, warning = function(w) { messages <<- c(messages, conditionMessage(w)); invokeRestart("muffleWarning") },
   message = function(m) { messages <<- c(messages, trimws(conditionMessage(m))); invokeRestart("muffleMessage") }),
error = function(e) out$error <<- conditionMessage(e))
finish()
