# Reference fits of models that spark-glmm must reproduce, beside those whose numbers come from elsewhere.
#
#   Rscript reference-fits.R [case ...]      fit the listed cases (default: all below) and write <sample>/cases/<case>.json
#   Rscript reference-fits.R --verify        for every stored case, of whatever origin: the log-likelihood at the stored
#                                            estimates and how far the maximum is, by reference-engine.R
#
# Reads */data.csv only. Needs R packages lme4, glmmTMB, TMB, numDeriv, jsonlite.
# Each fit is made twice: by an engine (glmmTMB polished by Newton steps on TMB's gradient; lme4) and by reference-engine.R.
# The stored numbers are the latter's; how far the engine's are from them is written into the case's "source".

suppressMessages({ library(lme4); library(glmmTMB) })
here <- local({ f <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)); if (length(f)) dirname(f) else "." })
source(file.path(here, "reference-engine.R"))

versions <- sprintf("lme4 %s, glmmTMB %s, TMB %s, R %s", packageVersion("lme4"), packageVersion("glmmTMB"), packageVersion("TMB"), getRversion())
respiratory_levels <- list(baseline = c("poor", "good"))

case <- function(sample, name, formula, family = "binomial", link = switch(family, binomial = "logit", poisson = "log", "identity"),
                 nodes = 1, engine = "glmmTMB", reml = FALSE, levels = list(), weights = NULL, precision = NULL, start = NULL,
                 boundary = FALSE, note = "")
  as.list(environment())

use <- "use ~ urban + age + age2 + livch + "
incidence <- "cbind(incidence, size - incidence) ~ factor(period) + "
owls <- "SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + "
status <- "status ~ baseline + month + treatment + gender + age + factor(centre) + "
nodes_note <- "Few nodes are not a converged integral: only a Gauss-Hermite rule centred at the mode and scaled by the curvature there gives these numbers."
observed <- "Non-canonical link: the curvature at the mode is the observed one (glmer uses the expected one and gives other numbers)."

cases <- c(
  lapply(c(3, 10, 20, 50, 101), function(k) case("toenail", paste0("toenail_nodes", k), "outcome ~ treatment * time + (1 | patientID)",
    nodes = k, engine = if (k <= 100) "glmer" else "none", note = if (k <= 20) nodes_note else "")),
  list(
  # quadrature where no engine offers it (two dimensions), or as a converged integral
  case("epilepsy", "epilepsy_published_agq15", "y23 ~ trt + lbase + lbt + lage + visit + (visit | subject)", "poisson", nodes = 15, engine = "none",
       note = "Model IV of Breslow & Clayton (1993) on the data as printed by Thall & Vail (1990); two-dimensional rule, 15 x 15 nodes."),
  case("epilepsy", "epilepsy_published_laplace", "y23 ~ trt + lbase + lbt + lage + visit + (visit | subject)", "poisson",
       note = "Model IV of Breslow & Clayton (1993) on the data as printed by Thall & Vail (1990)."),
  case("epilepsy", "epilepsy_expressions", "y ~ log(base / 4) * trt + log(age) + V4 + (1 | subject)", "poisson",
       note = "The model of epil_poisson_ri with its covariates not centred and computed in the formula; same log-likelihood."),
  case("contraception", "contraception_ri_linage_agq15", "use ~ urban + age + livch + (1 | district)", nodes = 15, engine = "glmer"),
  case("contraception", "contraception_rs_linage_agq15", "use ~ urban + age + livch + (urban | district)", nodes = 15, engine = "none", note = "Two-dimensional rule, 15 x 15 nodes."),
  case("contraception", "contraception_ri_square", "use ~ urban + age + I(age * age) + livch + (1 | district)", note = "The model of contraception_ri with the square computed in the formula."),
  case("owls", "owls_poisson_two_interactions", "SiblingNegotiation ~ (FoodTreatment + ArrivalTime) * SexParent + offset(log(BroodSize)) + (1 | Nest)", "poisson"),
  case("cbpp", "cbpp_proportion", "incidence/size ~ factor(period) + (1 | herd)", note = "The model of cbpp_laplace with its response written as successes/trials."),
  # links
  case("cbpp", "cbpp_probit", paste0(incidence, "(1 | herd)"), link = "probit", note = observed),
  case("cbpp", "cbpp_cloglog", paste0(incidence, "(1 | herd)"), link = "cloglog", note = observed),
  case("cbpp", "cbpp_log", paste0(incidence, "(1 | herd)"), link = "log", start = list(beta = c(-1.6, -.8, -1, -1.4), theta = -1), note = paste(observed, "Not every start is feasible (eta < 0 is needed).")),
  case("contraception", "contraception_rs_probit", paste0(use, "(urban | district)"), link = "probit", note = observed),
  case("contraception", "contraception_rs_cloglog", paste0(use, "(urban | district)"), link = "cloglog", note = observed),
  case("contraception", "contraception_ri_probit_agq9", paste0(use, "(1 | district)"), link = "probit", nodes = 9, engine = "none", note = observed),
  case("contraception", "contraception_ri_cloglog_agq9", paste0(use, "(1 | district)"), link = "cloglog", nodes = 9, engine = "none", note = observed),
  case("owls", "owls_sqrt", paste0(owls, "(1 | Nest)"), "poisson", "sqrt", start = list(beta = c(5, -.8, 0, -.1, 0), theta = -1),
       note = paste(observed, "eta is positive for every row at the optimum; a second, lower optimum with eta of both signs exists (logLik about -3105).")),
  case("epilepsy", "epilepsy_sqrt", "y ~ lbase * trt + lage + V4 + (1 | subject)", "poisson", "sqrt", note = observed),
  case("owls", "owls_identity", "SiblingNegotiation ~ SexParent + (1 | Nest)", "poisson", "identity",
       note = paste(observed, "Needs eta > 0: with FoodTreatment in the model the mode of some nests lies on eta = 0, so there is no such fit (glmmTMB reports one).")),
  case("sleepstudy", "sleepstudy_log", "Reaction ~ Days + (1 | Subject)", "gaussian", "log", note = paste(observed, "Standard errors: joint observed information.")),
  case("sleepstudy", "sleepstudy_log_rs", "Reaction ~ Days + (Days | Subject)", "gaussian", "log", note = paste(observed, "Standard errors: joint observed information.")),
  case("sleepstudy", "sleepstudy_inverse", "Reaction ~ Days + (1 | Subject)", "gaussian", "inverse",
       start = list(beta = c(.004, -1e-4), theta = log(5e-4), betad = log(900)), note = paste(observed, "Standard errors: joint observed information. Badly scaled on purpose: estimates of the order 1e-3.")),
  # weights
  case("cbpp", "cbpp_weights", paste0(incidence, "(1 | herd)"), weights = "w", note = "Frequency weights multiply the log-likelihood of a row, binomial coefficient included."),
  case("contraception", "contraception_rs_weights", paste0(use, "(urban | district)"), weights = "w", note = "Frequency weights: the same as every row repeated w times."),
  case("epilepsy", "epilepsy_weights_agq11", "y ~ lbase * trt + lage + visit + (1 | subject)", "poisson", weights = "period", nodes = 11, engine = "none", note = "Frequency weights (the visit's number serves as one)."),
  case("sleepstudy", "sleepstudy_weights_ml", "Reaction ~ Days + (Days | Subject)", "gaussian", weights = "w", engine = "lmer",
       note = "Frequency weights: the same as every row repeated w times; nObservations counts rows, not repetitions."),
  case("sleepstudy", "sleepstudy_precision_ml", "Reaction ~ Days + (Days | Subject)", "gaussian", precision = "w", engine = "lmer", note = "Precision weights: the residual variance of a row is sigma^2 / w."),
  case("sleepstudy", "sleepstudy_precision_reml", "Reaction ~ Days + (Days | Subject)", "gaussian", precision = "w", engine = "lmer", reml = TRUE, note = "Precision weights: the residual variance of a row is sigma^2 / w."),
  # random-effects structures
  case("sleepstudy", "sleepstudy_offset_reml", "Reaction ~ Days + offset(10 * sqrt(Days)) + (Days | Subject)", "gaussian", engine = "lmer", reml = TRUE),
  case("sleepstudy", "sleepstudy_quadratic_ml", "Reaction ~ Days + I(Days * Days) + (Days + I(Days * Days) | Subject)", "gaussian", engine = "lmer", note = "Three correlated effects."),
  case("respiratory", "respiratory_uncorrelated", paste0(status, "(month || subject)"), levels = respiratory_levels),
  case("seizure", "seizure_uncorrelated", "y ~ post * trt + offset(log(weeks)) + (1 + post || id)", "poisson"),
  case("owls", "owls_factor_slope", paste0(owls, "offset(log(BroodSize)) + (FoodTreatment | Nest)"), "poisson"),
  case("owls", "owls_three_effects", paste0(owls, "offset(log(BroodSize)) + (FoodTreatment + SexParent | Nest)"), "poisson"),
  case("epilepsy", "epilepsy_three_effects", "y ~ lbase * trt + lage + visit + (visit + V4 | subject)", "poisson"),
  case("contraception", "contraception_three_effects", "use ~ urban + age + livch + (urban + age | district)"),
  case("contraception", "contraception_cell_means", "use ~ urban + age + livch + (0 + urban | district)", note = "The model of contraception_rs_linage with another parametrisation of the random effects."),
  case("contraception", "contraception_no_intercept", "use ~ 0 + livch + urban + age + (1 | district)"),
  case("cbpp", "cbpp_slope", paste0(incidence, "(period | herd)"), note = "period is a factor among the fixed effects and a number among the random ones."),
  # the boundary
  case("cbpp", "cbpp_slope_zero", paste0(incidence, "(1 + period || herd)"), boundary = "slope", engine = "none",
       note = "The slope's variance is exactly 0 at the maximum, so everything else equals cbpp_laplace (the free parameter costs a degree of freedom)."),
  case("epilepsy", "epilepsy_variance_zero", "y ~ lbase * trt + lage + V4 + (1 | period)", "poisson", boundary = "all", engine = "glm",
       note = "Visits as clusters: their variance is exactly 0 at the maximum, so estimates, standard errors and log-likelihood equal glm's."),
  case("contraception", "contraception_variance_zero", paste0(use, "(1 | w)"), boundary = "all", engine = "glm",
       note = "A grouping without meaning: its variance is exactly 0 at the maximum, so estimates, standard errors and log-likelihood equal glm's."),
  case("cbpp", "cbpp_correlation_minus_one", paste0(incidence, "(w | herd)"), boundary = "correlation", engine = "none",
       note = "The correlation is exactly -1 at the maximum (Lambda is singular). w has no meaning here but to give such a case."),
  case("respiratory", "respiratory_correlation_one", "status ~ baseline + month + treatment + gender + (month | subject)", levels = respiratory_levels, boundary = "correlation", engine = "none",
       note = "The correlation is exactly 1 at the maximum (Lambda is singular).")
  ))

# ---- JSON with the shortest digits that read back as the same number --------------------------------------------------------

number <- function(x) {
  if (!is.finite(x)) return("null")
  for (digits in 15:17) { s <- sprintf(paste0("%.", digits, "g"), x); if (as.numeric(s) == x) break }
  s
}
json <- function(x, indent = "") {
  deeper <- paste0(indent, "  ")
  if (is.null(x)) return("null")
  if (is.logical(x) && length(x) == 1) return(if (x) "true" else "false")
  if (is.character(x) && length(x) == 1 && !inherits(x, "AsIs")) return(paste0('"', gsub('(["\\\\])', "\\\\\\1", x), '"'))
  if (is.character(x)) return(paste0("[", paste(vapply(unclass(x), json, ""), collapse = ", "), "]"))
  if (is.matrix(x)) return(paste0("[", paste(apply(x, 1, function(r) json(I(r))), collapse = ", "), "]"))
  if (is.numeric(x) && length(x) == 1 && !inherits(x, "AsIs")) return(number(x))
  if (is.numeric(x)) return(paste0("[", paste(vapply(unclass(x), number, ""), collapse = ", "), "]"))
  flat <- vapply(x, json, "", indent = deeper)
  if (!is.null(names(x))) {
    flat <- paste0(vapply(names(x), json, ""), ": ", flat)
    if (sum(nchar(flat)) < 110 && !any(grepl("\n", flat))) return(paste0("{", paste(flat, collapse = ", "), "}"))
    return(paste0("{\n", deeper, paste(flat, collapse = paste0(",\n", deeper)), "\n", indent, "}"))
  }
  if (!length(flat)) return("{}")
  paste0("[\n", deeper, paste(flat, collapse = paste0(",\n", deeper)), "\n", indent, "]")
}

# ---- engines -----------------------------------------------------------------------------------------------------------------

r_formula <- function(formula) { # successes/trials is not R's for a binomial mixed model
  f <- as.formula(formula); l <- f[[2]]
  if (is.call(l) && identical(l[[1]], as.name("/"))) f[[2]] <- call("cbind", l[[2]], call("-", l[[3]], l[[2]]))
  environment(f) <- globalenv(); f
}

lower_of <- function(blocks) { q <- sum(vapply(blocks, nrow, 1L)); L <- matrix(0, q, q); i <- 0
  for (B in blocks) { s <- i + seq_len(nrow(B)); L[s, s] <- t(chol(B)); i <- i + nrow(B) }; L }

polished_glmmTMB <- function(s, f, d) {
  call <- list(f, d, family = get(s$family)(s$link), control = glmmTMBControl(optCtrl = list(iter.max = 1e4, eval.max = 1e4, rel.tol = 1e-14)))
  if (!is.null(s$start)) call$start <- s$start
  if (!is.null(s$weights)) { d$.weights <- d[[s$weights]]; call[[2]] <- d; call$weights <- quote(.weights) }
  m <- suppressWarnings(do.call(glmmTMB, call))
  TMB::newtonOption(m$obj, list(tol = 1e-12, tol10 = 0))
  p <- m$fit$par
  for (i in 1:6) {
    g <- drop(m$obj$gr(p)); H <- numDeriv::jacobian(function(x) drop(m$obj$gr(x)), p)
    step <- drop(inverse((H + t(H)) / 2) %*% -g); if (abs(sum(g * step)) < 1e-20) break
    p <- p + step
  }
  H <- numDeriv::jacobian(function(x) drop(m$obj$gr(x)), p); V <- inverse((H + t(H)) / 2); b <- names(p) == "beta"
  # sdreport's own errors come from steps of 1e-3, too coarse where a coefficient's error is of that order (age2, inverse link)
  list(logLik = -as.numeric(m$obj$fn(p)), beta = unname(p[b]), se = unname(sqrt(diag(V))[b]), gradient = max(abs(m$obj$gr(p) * sqrt(diag(V)))),
       Lambda = lower_of(lapply(VarCorr(m)$cond, function(v) matrix(v, nrow(v)))), sigma = sigma(m))
}

start_of <- function(s, f, d, a) { # for criteria that no engine offers: the nearest one that an engine does
  if (s$engine == "glmer") {
    m <- glmer(f, d, binomial(), nAGQ = s$nodes, control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-13, optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))
    return(list(logLik = as.numeric(logLik(m)), beta = unname(fixef(m)), se = NULL, Lambda = lower_of(lapply(VarCorr(m), function(v) matrix(v, nrow(v))))))
  }
  if (identical(s$boundary, "all")) {
    wide <- f; wide[[3]] <- nobars(f)[[3]]; m <- glm(wide, get(s$family)(s$link), d, control = glm.control(1e-15, 100))
    return(list(logLik = as.numeric(logLik(m)), beta = unname(coef(m)), se = unname(sqrt(diag(vcov(m)))), Lambda = matrix(0, ncol(a$Z), ncol(a$Z))))
  }
  if (is.character(s$boundary)) {
    m <- suppressWarnings(suppressMessages(glmer(f, d, binomial())))
    L <- as.matrix(bdiag(getME(m, "Tlist")))
    return(list(logLik = NA, beta = unname(fixef(m)), se = NULL, Lambda = L %*% diag(c(1, 0))))
  }
  polished_glmmTMB(s, f, d)
}

fit_case <- function(s) {
  started <- proc.time()[3]
  d <- read_sample(file.path(here, s$sample, "data.csv"), s$levels); f <- r_formula(s$formula)
  a <- model_arrays(f, d, s$family, s$link, s$weights, s$precision); p <- ncol(a$X); nt <- sum(a$mask)
  if (s$engine == "lmer") {
    long <- if (is.null(s$weights)) d else d[rep(seq_len(nrow(d)), d[[s$weights]]), ]
    long$.w <- if (is.null(s$precision)) 1 else long[[s$precision]]
    m <- do.call(lmer, list(f, long, REML = s$reml, weights = quote(.w), control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5))))
    e <- list(logLik = as.numeric(logLik(m)), beta = unname(fixef(m)), se = unname(sqrt(diag(as.matrix(vcov(m))))))
    r <- maximise_gaussian(c(lower_of(lapply(VarCorr(m), function(v) matrix(v, nrow(v))))[a$mask], log(sigma(m))), a, s$reml)
    r$logLik <- r$value; r$par <- c(r$beta, r$theta); r$robust <- NULL; sigma <- r$sigma
    r$decrement <- max(abs(r$gradient))^2
    details <- list(modes = r$modes, spread = r$spread)
    engine <- sprintf("lmer(%s, REML = %s%s), bobyqa rhoend 1e-10", s$formula, s$reml, if (!is.null(s$precision)) ", weights = w" else if (!is.null(s$weights)) ") on rows repeated w times" else "")
  } else {
    e <- start_of(s, f, d, a)
    scale_theta <- 0.3 * pmax(sqrt(rowSums(e$Lambda^2)), if (any(e$Lambda != 0)) 0.1 * max(abs(e$Lambda)) else 0.1)
    par <- c(e$beta, e$Lambda[a$mask], if (a$has_scale) log(e$sigma)); se0 <- if (is.null(e$se)) pmax(0.1 * abs(e$beta), 0.01) else e$se
    r <- maximise(par, a, s$nodes, c(se0, matrix(scale_theta, nrow(a$mask), nrow(a$mask))[a$mask], if (a$has_scale) 0.05))
    sigma <- if (a$has_scale) exp(r$par[p + nt + 1]) else NULL
    if (is.character(s$boundary)) r$par[p + seq_len(nt)][abs(r$par[p + seq_len(nt)]) < 1e-9] <- 0 # the boundary itself
    details <- cluster_loglik(r$par, a, s$nodes, TRUE)
    engine <- switch(s$engine, glmer = sprintf("glmer(%s, binomial, nAGQ = %d), bobyqa rhoend 1e-9, tolPwrss 1e-13", s$formula, s$nodes),
      glm = "glm() without the random effect", none = "none offers this criterion or reaches this boundary",
      sprintf("glmmTMB(%s, %s(%s)%s), Newton-polished (largest gradient in SE units %.0e)", deparse1(f), s$family, s$link, if (!is.null(s$weights)) paste0(", weights = ", s$weights) else "", e$gradient))
  }
  se <- sqrt(diag(r$vcov))[seq_len(p)]; Lambda <- unpack(r$par, a)$Lambda
  if (s$engine == "lmer") { Lambda <- r$Lambda }
  distance <- c(logLik = abs(r$logLik - e$logLik), estimates = max(abs(r$par[seq_len(p)] - e$beta) / se), se = if (is.null(e$se)) NA else max(abs(e$se / se - 1)))
  if (s$engine == "none") agreement <- "" else {
    stopifnot(distance["logLik"] < 2e-6)
    agreement <- sprintf("; differences from the numbers here: logLik %.0e, estimates %.0e SE%s", distance[1], distance[2], if (is.na(distance[3])) "" else sprintf(", SE %.0e relative", distance[3]))
  }
  from <- 0; sds <- lapply(a$blocks, function(B) {
    i <- from + seq_len(ncol(B)); from <<- max(i); G <- tcrossprod(Lambda)[i, i, drop = FALSE]; v <- sqrt(diag(G))
    corr <- G / outer(v, v); corr[!is.finite(corr)] <- 0; diag(corr) <- 1
    if (identical(s$boundary, "correlation")) corr[] <- round(corr, 12)
    list(terms = I(colnames(B)), sd = I(unname(v)), corr = unname(corr))
  })
  ids <- a$ids; order_of <- if (all(grepl("^[0-9]+$", ids))) order(as.numeric(ids)) else seq_along(ids)
  fixed <- lapply(seq_len(p), function(i) list(estimate = unname(r$par[i]), se = unname(se[i]))); names(fixed) <- colnames(a$X)
  zero <- any(unlist(lapply(sds, function(b) b$sd)) < 1e-9)
  robust <- if (is.null(r$robust) || identical(s$boundary, "all")) list() else as.list(setNames(sqrt(diag(r$robust))[seq_len(p)], colnames(a$X)))
  out <- list(name = s$name,
    source = trimws(paste0("Numbers: reference-engine.R (", if (s$family == "gaussian" && s$link == "identity") "exact multivariate normal" else if (s$nodes == 1) "Laplace, observed curvature" else sprintf("adaptive Gauss-Hermite, %d nodes a dimension, observed curvature", s$nodes),
      "). Engine: ", engine, agreement, ". ", versions, ". ", s$note)),
    formula = s$formula, family = s$family, link = s$link, nodes = s$nodes, reml = s$reml,
    levels = lapply(s$levels, I), weights = s$weights, precisionWeights = s$precision, idColumn = a$group,
    expected = list(nObservations = nrow(a$X), nClusters = length(ids), logLik = r$logLik, nParameters = p + nt + a$has_scale, fixed = fixed, sd = sds, sigma = sigma,
      modes = lapply(head(order_of, 10), function(i) list(id = ids[i], mode = I(details$modes[i, ]), condSd = I(ifelse(details$spread[i, ] < 1e-9, NA_real_, details$spread[i, ])))),
      robustSe = robust),
    tolerance = list(logLikAbs = 1e-6, fixedInSe = 2e-4, seRel = 2e-4, sdRel = 2e-4, sdAbs = if (zero) 1e-3 else 0, corrAbs = 1e-3, modeInSd = 1e-3,
      reason = if (s$engine == "none") "Optimised until the Newton decrement is below 1e-13; what is allowed is an optimiser that stops within 2e-4 standard errors of the maximum."
               else "Two implementations agree far more closely (see source); what is allowed is an optimiser that stops within 2e-4 standard errors of the maximum."))
  stopifnot(abs(r$decrement) < 1e-12, eigen(r$vcov, TRUE)$values > 0) # a maximum, and no saddle
  writeLines(json(out), file.path(here, s$sample, "cases", paste0(s$name, ".json")))
  cat(sprintf("%-32s logLik %.9f engine %.0e est %.0e se %.0e decrement %.0e sd %s  %.0fs\n", s$name, r$logLik, distance[1], distance[2], distance[3], r$decrement,
              paste(signif(unlist(lapply(sds, `[[`, "sd")), 5), collapse = " "), proc.time()[3] - started))
}

# ---- verification of every stored case -----------------------------------------------------------------------------------------

verify <- function(file) {
  c <- jsonlite::fromJSON(file, simplifyVector = FALSE); x <- c$expected
  d <- read_sample(file.path(dirname(dirname(file)), "data.csv"), lapply(c$levels, unlist))
  a <- model_arrays(r_formula(c$formula), d, c$family, c$link, c$weights, c$precisionWeights)
  stopifnot(setequal(colnames(a$X), names(x$fixed)), nrow(a$X) == x$nObservations, length(a$ids) == x$nClusters, a$group == c$idColumn,
            ncol(a$X) + sum(a$mask) + a$has_scale == x$nParameters, identical(unlist(lapply(a$blocks, colnames)), unlist(lapply(x$sd, `[[`, "terms"))))
  beta <- vapply(x$fixed[colnames(a$X)], `[[`, 1, "estimate"); se <- vapply(x$fixed[colnames(a$X)], `[[`, 1, "se")
  L <- as.matrix(bdiag(lapply(x$sd, function(b) { s <- unlist(b$sd); C <- matrix(unlist(b$corr), length(s)); G <- C * outer(s, s)
    R <- matrix(0, length(s), length(s)) # Cholesky that accepts a singular matrix
    for (i in seq_along(s)) for (j in seq_len(i)) { v <- G[i, j] - sum(R[i, seq_len(j - 1)] * R[j, seq_len(j - 1)]); R[i, j] <- if (i == j) sqrt(max(v, 0)) else if (R[j, j] > 0) v / R[j, j] else 0 }
    R })))
  theta <- c(L[a$mask], if (a$has_scale) log(x$sigma)); par <- unname(c(beta, theta))
  if (c$family == "gaussian" && c$link == "identity") {
    r <- gaussian_criterion(theta, a, c$reml); value <- r$value; decrement <- sum(((r$beta - beta) / se)^2); se_error <- max(abs(sqrt(diag(r$vcov)) / se - 1)); modes <- NA
  } else {
    at <- cluster_loglik(par, a, c$nodes, TRUE); value <- sum(at$value)
    S <- colSums(scores(par, a, c$nodes, c(se, rep(0.05, sum(a$mask)) * if (max(L) > 0) max(L) else 1, if (a$has_scale) 0.05)))[seq_along(beta)]
    decrement <- sum((S * se)^2); se_error <- NA # gradient in SE units
    i <- match(vapply(x$modes, `[[`, "", "id"), a$ids)
    m <- do.call(rbind, lapply(x$modes, function(m) unlist(m$mode))); modes <- max(abs(at$modes[i, ] - m))
  }
  cat(sprintf("%-34s logLik %14.8f here minus stored %8.1e  gradient in SE %.0e  SE %.0e  modes %.0e\n", c$name, x$logLik, value - x$logLik, sqrt(decrement), se_error, modes))
}

arguments <- commandArgs(TRUE)
options(warn = 1, nwarnings = 1000)
if (identical(arguments, "--verify")) {
  for (file in sort(Sys.glob(file.path(here, "*", "cases", "*.json")))) suppressWarnings(verify(file))
} else {
  chosen <- if (length(arguments)) Filter(function(s) s$name %in% arguments, cases) else cases
  for (s in chosen) tryCatch(suppressWarnings(fit_case(s)), error = function(e) cat(s$name, "FAILED:", conditionMessage(e), "\n"))
}
