# Reference numbers for what is asked of a fit: tests of terms, linear combinations, predictions, population averages,
# marginal coefficients, ICC and R2, dispersion, profile-likelihood intervals.
#
#   Rscript reference-answers.R [name ...]     writes <sample>/answers/<name>.json (default: all below)
#
# Reads */data.csv and reference-engine.R only. Needs R packages lme4, glmmTMB, TMB, numDeriv, car, performance, insight, geepack.
# glmmTMB fits are polished by Newton steps on TMB's gradient, the joint covariance V is the inverse of that gradient's Jacobian
# (sdreport's and predict()'s own comes from steps of 1e-3). What a package prints by itself and how far it is from the number
# stored is said in the file ("source", "predictionsPackageDifference": largest relative distance over the rows).
#
# The head of a file is that of a case (see README.md); "estimates" are the fit's, to see that it is the same fit. Then any of
#   tests                 Wald chi-square by term: chisq2 = W(term and those containing it = 0) - W(those containing it = 0), which is
#                         car's type 2; chisq3 = W(term = 0), car's type 3 with treatment contrasts; the intercept is left out
#   contrasts             "weights" by coefficient says the same as "text" (names such as livch3+ hold signs); normal intervals, 95%
#   contrastsJoint        all of them are 0
#   predictions           ...Population: random effects 0; ...Conditional: with the group's modes. link: eta of the conditional model,
#                         offset included; response: the mean of the outcome, structural zeros and truncation included.
#                         seConditionalLink: sdreport's, that is over fixed effects, modes and variance parameters jointly;
#                         ...GivenVariances: variance (and other) parameters held at their estimates, as Henderson's equations give
#   population            mean of the outcome averaged over the random effects; delta method over all parameters jointly
#   marginalCoefficients  (X'X)^-1 X'(link(population mean) - offset), one row of X a row of the data (no weights, trials or not)
#   icc, r2               varianceFixed: var(X beta), denominator n - 1, offset left out; varianceRandom: mean of z'Gz over the rows;
#                         alternatives: other lambda, and trigamma in place of the log-normal formula
#   dispersion            sum of squared Pearson residuals, conditional modes in the mean, over nObservations - number of parameters.
#                         Zero-inflated: residual y - (1 - pi) mu, variance (1 - pi) V(mu) + pi (1 - pi) mu^2
#   profile               see profile_end; a null bound is infinite

suppressMessages({ library(lme4); library(glmmTMB); library(car); library(performance) })
here <- local({ f <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)); if (length(f)) dirname(f) else "." })
source(file.path(here, "reference-engine.R"))
version_of <- function(...) paste(vapply(c(...), function(p) paste(p, packageVersion(p)), ""), collapse = ", ")
versions <- paste0(version_of("glmmTMB", "TMB", "lme4", "car", "performance", "insight", "geepack", "numDeriv", "Matrix"), ", R ", getRversion())
z95 <- qnorm(0.975); crit <- qchisq(0.95, 1)

# ---- JSON, 15 significant digits ------------------------------------------------------------------------------------------

number <- function(x) if (!is.finite(x)) "null" else sprintf("%.15g", x)
text <- function(x) paste0('"', gsub('(["\\\\])', "\\\\\\1", x), '"')
json <- function(x, indent = "") {
  deeper <- paste0(indent, "  ")
  if (is.null(x)) return("null")
  if (is.logical(x) && length(x) == 1) return(if (is.na(x)) "null" else if (x) "true" else "false")
  if (is.character(x)) return(if (length(x) == 1 && !inherits(x, "AsIs")) text(x) else paste0("[", paste(vapply(unclass(x), text, ""), collapse = ", "), "]"))
  if (is.numeric(x)) return(if (length(x) == 1 && !inherits(x, "AsIs")) number(x) else paste0("[", paste(vapply(unclass(x), number, ""), collapse = ", "), "]"))
  flat <- vapply(x, json, "", indent = deeper)
  if (!length(flat)) return("{}")
  if (!is.null(names(x))) {
    flat <- paste0(vapply(names(x), text, ""), ": ", flat)
    if (sum(nchar(flat)) < 130 && !any(grepl("\n", flat))) return(paste0("{", paste(flat, collapse = ", "), "}"))
    return(paste0("{\n", deeper, paste(flat, collapse = paste0(",\n", deeper)), "\n", indent, "}"))
  }
  paste0("[\n", deeper, paste(flat, collapse = paste0(",\n", deeper)), "\n", indent, "]")
}

# ---- the fits ---------------------------------------------------------------------------------------------------------------

r_formula <- function(formula) { # successes/trials is not R's for a binomial mixed model
  f <- as.formula(formula); l <- f[[2]]
  if (is.call(l) && identical(l[[1]], as.name("/"))) f[[2]] <- call("cbind", l[[2]], call("-", l[[3]], l[[2]]))
  environment(f) <- globalenv(); f
}
tmb_family <- function(family, link) if (family == "gamma") Gamma(link) else get(family)(link)

fit_glmmTMB <- function(s) {
  f <- r_formula(s$formula); zf <- if (is.null(s$ziformula)) ~ 0 else as.formula(s$ziformula); environment(zf) <- globalenv()
  used <- unique(c(all.vars(f), all.vars(zf))); d <- s$data[complete.cases(s$data[used]), ]
  assign("answers_data", d, globalenv()); assign("answers_family", tmb_family(s$family, s$link), globalenv())
  m <- suppressWarnings(eval(bquote(glmmTMB(.(f), data = answers_data, family = answers_family, ziformula = .(zf), REML = .(s$reml),
    control = glmmTMBControl(optCtrl = list(iter.max = 1e4, eval.max = 1e4, rel.tol = 1e-14)))), globalenv()))
  TMB::newtonOption(m$obj, list(tol = 1e-12, tol10 = 0))
  p <- m$fit$par
  for (i in 1:8) {
    g <- drop(m$obj$gr(p)); H <- numDeriv::jacobian(function(x) drop(m$obj$gr(x)), p); V <- inverse((H + t(H)) / 2)
    step <- drop(V %*% -g); if (abs(sum(g * step)) < 1e-20) break
    p <- p + step
  }
  H <- numDeriv::jacobian(function(x) drop(m$obj$gr(x)), p); H <- (H + t(H)) / 2; dimnames(H) <- list(names(p), names(p)); V <- inverse(H)
  value <- -as.numeric(m$obj$fn(p)); m$obj$env$last.par.best <- m$obj$env$last.par
  m$fit$par <- p; m$fit$parfull <- m$obj$env$last.par; m$fit$objective <- -value
  m$sdr <- TMB::sdreport(m$obj, par.fixed = p, hessian.fixed = H, getJointPrecision = TRUE)
  stopifnot(eigen(V, TRUE)$values > 0, max(abs(m$obj$gr(p)) * sqrt(diag(V))) < 1e-6)
  bar <- lme4::findbars(f); stopifnot(length(bar) == 1)
  fixed <- f; fixed[[3]] <- lme4::nobars(f)[[3]]; frame <- model.frame(lme4::subbars(f), d)
  X <- model.matrix(fixed, d); Q <- if (is.null(s$ziformula)) matrix(0, nrow(d), 0) else model.matrix(zf, d)
  Z <- model.matrix(eval(call("~", bar[[1]][[2]])), d); offset <- model.offset(frame)
  if (s$reml) { # the fixed effects are among the integrated ones
    C <- solve(m$sdr$jointPrecision); b <- rownames(C) == "beta"; beta <- m$fit$parfull[names(m$fit$parfull) == "beta"]
  } else beta <- p[names(p) == "beta"]
  names(beta) <- colnames(X)
  vb <- if (s$reml) unname(C[b, b]) else V[names(p) == "beta", names(p) == "beta"]
  list(m = m, p = p, V = V, beta = beta, vb = vb, d = d, X = X, Q = Q, Z = Z, offset = if (is.null(offset)) rep(0, nrow(d)) else offset,
       group = deparse(bar[[1]][[3]]), logLik = value, y = model.response(frame), s = s)
}

G_of <- function(theta) { # glmmTMB's coordinates: log SDs, then the row-scaled Cholesky factor of the correlation matrix
  q <- (sqrt(1 + 8 * length(theta)) - 1) / 2; L <- diag(q); L[upper.tri(L)] <- theta[-seq_len(q)]; L <- t(L)
  C <- tcrossprod(L); v <- 1 / sqrt(diag(C)) * exp(theta[seq_len(q)]); C * outer(v, v)
}

# ---- the blocks -------------------------------------------------------------------------------------------------------------

wald <- function(L, beta, V) { L <- rbind(L); e <- drop(L %*% beta); sum(e * solve(L %*% V %*% t(L), e)) }

term_tests <- function(model, X, beta, V, formula) { # car's, and by hand: W(term and what contains it) - W(what contains it)
  get <- function(type) { a <- suppressWarnings(car::Anova(model, type = type)); a[rownames(a) != "(Intercept)", , drop = FALSE] }
  a2 <- get(2); a3 <- get(3); stopifnot(rownames(a2) == rownames(a3))
  assign <- attr(X, "assign"); tt <- terms(lme4::nobars(formula)); F <- attr(tt, "factors") > 0; labels <- attr(tt, "term.labels"); worst <- 0
  I <- diag(length(beta))
  out <- lapply(labels, function(l) {
    i <- match(l, labels); above <- which(vapply(seq_along(labels), function(j) j != i && all(F[F[, i], j]), NA))
    W <- function(terms) if (length(terms)) wald(I[assign %in% terms, , drop = FALSE], beta, V) else 0
    c2 <- W(c(i, above)) - W(above); c3 <- W(i); df <- sum(assign == i)
    worst <<- max(worst, abs(c(a2[l, "Chisq"] / c2, a3[l, "Chisq"] / c3) - 1))
    list(term = l, df = df, chisq2 = c2, p2 = pchisq(c2, df, lower.tail = FALSE), chisq3 = c3, p3 = pchisq(c3, df, lower.tail = FALSE))
  })
  list(tests = out, difference = worst)
}

contrast_block <- function(weights, beta, V) { # weights: list(text = c(name = weight, ...))
  L <- t(vapply(weights, function(w) { stopifnot(names(w) %in% names(beta)); r <- setNames(numeric(length(beta)), names(beta)); r[names(w)] <- w; r }, numeric(length(beta))))
  each <- lapply(seq_along(weights), function(i) {
    e <- sum(L[i, ] * beta); se <- sqrt(drop(L[i, ] %*% V %*% L[i, ])); w <- weights[[i]]
    list(text = names(weights)[i], weights = as.list(w), estimate = e, se = se, z = e / se, p = 2 * pnorm(-abs(e / se)), lower = e - z95 * se, upper = e + z95 * se)
  })
  k <- qr(L)$rank; stopifnot(k == nrow(L)); x <- wald(L, beta, V)
  list(each = each, joint = list(df = k, chisq = x, p = pchisq(x, k, lower.tail = FALSE)))
}

# mean of the response given eta, the zero part aside; phi is betad on glmmTMB's scale
mean_function <- function(f) {
  inv <- f$m$modelInfo$family$linkinv
  switch(f$s$family, truncated_poisson = function(e, betad) exp(e) / -expm1(-exp(e)),
    truncated_nbinom2 = function(e, betad) { t <- exp(betad); m <- exp(e); m / -expm1(-t * log1p(m / t)) },
    function(e, betad) inv(e))
}
parts <- function(f, p) list(beta = p[names(p) == "beta"], zi = p[names(p) == "betazi"], d = p[names(p) == "betad"], theta = p[names(p) == "theta"])

linear <- function(f, p, i) { a <- parts(f, p); drop(f$X[i, , drop = FALSE] %*% a$beta) + f$offset[i] }
spread <- function(f, p, i) { Z <- f$Z[i, , drop = FALSE]; sqrt(rowSums((Z %*% G_of(parts(f, p)$theta)) * Z)) }
not_zero <- function(f, p, i) if (ncol(f$Q)) plogis(-drop(f$Q[i, , drop = FALSE] %*% parts(f, p)$zi)) else rep(1, length(i))

at_zero <- function(f, p, i) mean_function(f)(linear(f, p, i), parts(f, p)$d) * not_zero(f, p, i) # random effects 0

points_t <- seq(-13, 13, by = 0.04); weights_t <- 0.04 * dnorm(points_t) # the trapezoidal rule: exact to rounding for such integrands
averaged <- function(f, p, i) {
  e <- linear(f, p, i); s <- spread(f, p, i); h <- mean_function(f); d <- parts(f, p)$d
  drop(h(outer(s, points_t) + e, d) %*% weights_t) * not_zero(f, p, i)
}
averaged_by_integrate <- function(f, p, i) {
  e <- linear(f, p, i); s <- spread(f, p, i); h <- mean_function(f); d <- parts(f, p)$d
  vapply(seq_along(i), function(j) integrate(function(t) h(e[j] + s[j] * t, d) * dnorm(t), -13, 13, rel.tol = 1e-10, abs.tol = 0, subdivisions = 2000)$value, 1) * not_zero(f, p, i)
}
delta_se <- function(fn, p, V) { J <- numDeriv::jacobian(fn, p); sqrt(rowSums((J %*% V) * J)) }

row_of <- function(f, i) {
  columns <- intersect(unique(c(all.vars(as.formula(f$s$formula)), if (!is.null(f$s$ziformula)) all.vars(as.formula(f$s$ziformula)))), names(f$d))
  lapply(f$d[i, columns], function(v) if (is.factor(v)) as.character(v) else unname(v))
}
id_of <- function(f, i) as.character(f$d[[f$group]][i])

prediction_block <- function(f, rows) {
  m <- f$m; p <- f$p; V <- f$V; get <- function(...) { r <- suppressWarnings(predict(m, newdata = f$d, se.fit = TRUE, ...)); lapply(r[1:2], function(v) unname(v[rows])) }
  popL <- get(re.form = NA, type = "link"); popR <- get(re.form = NA, type = "response"); conL <- get(type = "link"); conR <- get(type = "response")
  C <- solve(m$sdr$jointPrecision); n <- rownames(C); full <- m$fit$parfull; b <- full[names(full) == "b"]; q <- ncol(f$Z)
  ids <- levels(factor(f$d[[f$group]])); g <- match(as.character(f$d[[f$group]]), ids)
  cond <- names(full) %in% c("beta", "b"); Cgiven <- solve(m$sdr$jointPrecision[n %in% c("beta", "b"), n %in% c("beta", "b")]); ng <- n[n %in% c("beta", "b")]
  own <- lapply(rows, function(i) {
    c0 <- numeric(length(n)); c0[n == "beta"] <- f$X[i, ]; pop <- sqrt(drop(c0 %*% C %*% c0)); eta <- sum(f$X[i, ] * f$beta) + f$offset[i]
    u <- (g[i] - 1) * q + seq_len(q); c0[which(n == "b")[u]] <- f$Z[i, ]; k <- c0[n %in% c("beta", "b")]
    list(eta = eta, pop = pop, cond = eta + sum(f$Z[i, ] * b[u]), second = sqrt(drop(c0 %*% C %*% c0)), given = sqrt(drop(k %*% Cgiven %*% k)))
  })
  v <- function(name) vapply(own, `[[`, 1, name)
  if (f$s$reml) { resp <- v("eta"); respse <- v("pop") } else { resp <- at_zero(f, p, rows); respse <- delta_se(function(x) { names(x) <- names(p); at_zero(f, x, rows) }, p, V) }
  dif <- function(a, b) max(abs(a / b - 1))
  differences <- list(linkPopulation = dif(popL$fit, v("eta")), sePopulationLink = dif(popL$se.fit, v("pop")), responsePopulation = dif(popR$fit, resp), sePopulationResponse = dif(popR$se.fit, respse),
                      linkConditional = dif(conL$fit, v("cond")), seConditionalLink = dif(conL$se.fit, v("second")))
  hurdle <- grepl("^truncated", f$s$family) && ncol(f$Q) > 0
  list(rows = lapply(seq_along(rows), function(j) { i <- rows[j]; o <- own[[j]]
    list(row = row_of(f, i), id = id_of(f, i), linkPopulation = o$eta, sePopulationLink = o$pop, responsePopulation = resp[j], sePopulationResponse = respse[j],
         linkConditional = o$cond, seConditionalLink = o$second, seConditionalLinkGivenVariances = o$given, responseConditional = unname(conR$fit[j])) }), differences = differences)
}

population_block <- function(f, rows) {
  p <- f$p; mean <- averaged_by_integrate(f, p, rows); stopifnot(max(abs(averaged(f, p, rows) / mean - 1)) < 1e-9)
  se <- delta_se(function(x) { names(x) <- names(p); averaged(f, x, rows) }, p, f$V)
  lapply(seq_along(rows), function(j) list(row = row_of(f, rows[j]), id = id_of(f, rows[j]), mean = unname(mean[j]), se = se[j]))
}

marginal_block <- function(f) {
  p <- f$p; link <- f$m$modelInfo$family$linkfun; all <- seq_len(nrow(f$X)); R <- qr(f$X)
  fn <- function(x) { names(x) <- names(p); qr.coef(R, link(averaged(f, x, all)) - f$offset) }
  b <- fn(p); se <- delta_se(fn, p, f$V)
  setNames(lapply(seq_along(b), function(j) list(estimate = unname(b[j]), se = se[j])), colnames(f$X))
}

variance_block <- function(f) {
  m <- f$m; s <- f$s
  i <- suppressWarnings(suppressMessages(performance::icc(m))); r <- suppressWarnings(suppressMessages(performance::r2_nakagawa(m)))
  v <- suppressWarnings(suppressMessages(insight::get_variance(m)))
  G <- G_of(parts(f, f$p)$theta); vf <- var(drop(f$X %*% f$beta)); vr <- mean(rowSums((f$Z %*% G) * f$Z)); vd <- v$var.residual
  of <- function(vd) list(iccAdjusted = vr / (vr + vd), iccUnadjusted = vr / (vf + vr + vd), r2Marginal = vf / (vf + vr + vd), r2Conditional = (vf + vr) / (vf + vr + vd))
  here <- of(vd); package <- c(i$ICC_adjusted, i$ICC_unadjusted, r$R2_marginal[[1]], r$R2_conditional[[1]])
  stopifnot(abs(package / unlist(here) - 1) < 1e-8)
  out <- list(icc = list(adjusted = here[[1]], unadjusted = here[[2]], varianceFixed = vf, varianceRandom = vr, varianceResidual = vd),
              r2 = list(marginal = here[[3]], conditional = here[[4]]))
  if (s$link != "log") {
    out$distributionVariance <- list(formula = paste(s$family, s$link, switch(s$link, logit = "pi^2 / 3", probit = "1", cloglog = "pi^2 / 6", identity = "sigma^2")), value = vd); return(out)
  }
  cv <- switch(s$family, poisson = function(l) 1 / l, nbinom2 = function(l) 1 / l + 1 / sigma(m), nbinom1 = function(l) (1 + sigma(m)) / l)
  words <- switch(s$family, poisson = "log(1 + 1 / lambda)", nbinom2 = "log(1 + 1 / lambda + 1 / theta)", nbinom1 = "log(1 + (1 + phi) / lambda)")
  null <- suppressWarnings(suppressMessages(insight::null_model(m))); l0 <- exp(unname(fixef(null)$cond))
  t0 <- sum(exp(2 * null$fit$par[names(null$fit$par) == "theta"])) # of a random intercept only
  stopifnot(abs(log1p(if (s$family == "poisson") 1 / l0 else cv(l0)) / vd - 1) < 1e-8)
  out$distributionVariance <- list(formula = words, lambda = l0, lambdaFrom = "exp(intercept of the null model with the same random effects), dispersion parameter of the full model", value = vd)
  marginal <- averaged(f, f$p, seq_len(nrow(f$X))); ybar <- mean(f$y)
  lambdas <- list("mean of y" = ybar, "mean over the rows of the population-averaged means of the fit" = mean(marginal))
  if (length(parts(f, f$p)$theta) == 1) lambdas[["exp(b0 + 0.5 var) of the null model, as Nakagawa et al. (2017) have it"]] <- l0 * exp(t0 / 2)
  out$alternatives <- unname(unlist(lapply(names(lambdas), function(n) { l <- lambdas[[n]]
    list(c(list(lambdaFrom = n, lambda = l, formula = words, value = log1p(cv(l))), of(log1p(cv(l)))),
         c(list(lambdaFrom = n, lambda = l, formula = sub("log\\(1 \\+ (.*)\\)$", "trigamma(1 / (\\1))", words), value = trigamma(1 / cv(l))), of(trigamma(1 / cv(l))))) }), recursive = FALSE))
  out
}

dispersion_block <- function(f) {
  m <- f$m; r <- residuals(m, type = "pearson"); df <- df.residual(m)
  if (is.matrix(f$y)) { n <- rowSums(f$y); mu <- predict(m, type = "response"); stopifnot(abs(r - (f$y[, 1] - n * mu) / sqrt(n * mu * (1 - mu))) < 1e-9) }
  out <- list(pearsonChisq = sum(r^2), dfResidual = df, ratio = sum(r^2) / df, p = pchisq(sum(r^2), df, lower.tail = FALSE))
  o <- tryCatch(suppressWarnings(suppressMessages(performance::check_overdispersion(m))), error = function(e) NULL)
  out$checkOverdispersion <- if (is.null(o)) NULL else list(chisq = o$chisq_statistic, df = o$residual_df, ratio = o$dispersion_ratio)
  out
}

# Profile intervals: the end points where twice the drop of the maximised log-likelihood is the 95% point of chi-square(1).
profile_end <- function(fn, gr, p, i, se, side, f0, limit) {
  free <- seq_along(p)[-i]; warm <- p[free]; se_free <- se[free]
  drop_at <- function(v) {
    o <- function(x) { q <- p; q[i] <- v; q[free] <- x * se_free; r <- fn(q); if (is.finite(r)) r else 1e10 }
    g <- function(x) { q <- p; q[i] <- v; q[free] <- x * se_free; gr(q)[free] * se_free }
    r <- nlminb(warm / se_free, o, g, control = list(rel.tol = 1e-14, eval.max = 1000, iter.max = 1000)); warm <<- r$par * se_free
    2 * (r$objective - f0) - crit
  }
  lo <- p[i]; step <- 1.6 * se[i]; flo <- -crit
  repeat {
    hi <- p[i] + side * step; if (abs(hi) > limit) return(side * Inf)
    fhi <- drop_at(hi); if (fhi > 0) break
    lo <- hi; flo <- fhi; step <- step * 1.35
  }
  uniroot(drop_at, sort(c(lo, hi)), f.lower = if (side > 0) flo else fhi, f.upper = if (side > 0) fhi else flo, tol = 1e-9)$root
}

profile_block <- function(f, with = NULL, fixed = TRUE) {
  p <- f$p; se <- sqrt(diag(f$V)); fn <- function(q) as.numeric(f$m$obj$fn(q)); gr <- function(q) drop(f$m$obj$gr(q)); f0 <- fn(p)
  q <- ncol(f$Z); theta <- which(names(p) == "theta"); b <- which(names(p) == "beta"); d <- which(names(p) == "betad")
  items <- c(lapply(seq_len(q), function(j) list(i = theta[j], kind = "sd", term = colnames(f$Z)[j], to = exp, limit = 12)),
    if (q == 2) list(list(i = theta[3], kind = "correlation", term = paste(colnames(f$Z), collapse = ", "), to = function(t) if (is.infinite(t)) sign(t) else t / sqrt(1 + t^2), limit = 100)),
    if (f$s$family == "gaussian") list(list(i = d, kind = "sigma", term = "sigma", to = function(t) exp(t / 2), limit = 60)),
    if (f$s$family %in% c("nbinom2", "nbinom1")) list(list(i = d, kind = "dispersion", term = if (f$s$family == "nbinom2") "theta" else "phi", to = exp, limit = 12)),
    if (fixed) lapply(seq_along(b), function(j) list(i = b[j], kind = "fixed", term = colnames(f$X)[j], to = identity, limit = Inf)))
  ci <- list()
  if ("lme4" %in% with) {
    ff <- r_formula(f$s$formula)
    l <- if (f$s$family == "gaussian") lmer(ff, f$d, REML = FALSE, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
         else glmer(ff, f$d, family = f$s$family, control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-13, optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))
    ci$lme4 <- tryCatch(suppressWarnings(suppressMessages(confint(l, method = "profile", oldNames = FALSE, quiet = TRUE))), error = function(e) { cat("lme4 profile:", conditionMessage(e), "\n"); NULL })
  }
  if ("glmmTMB" %in% with) ci$glmmTMB <- tryCatch(suppressWarnings(suppressMessages(confint(f$m, method = "profile", parm = if (fixed) "beta_" else NULL))), error = function(e) { cat("glmmTMB profile:", conditionMessage(e), "\n"); NULL })
  lapply(items, function(k) {
    ends <- vapply(c(-1, 1), function(side) k$to(profile_end(fn, gr, p, k$i, se, side, f0, k$limit)), 1)
    out <- list(kind = k$kind, term = k$term, estimate = unname(k$to(p[k$i])), polished = list(lower = unname(ends[1]), upper = unname(ends[2])))
    if (!is.null(ci$lme4)) {
      row <- switch(k$kind, sd = paste0("sd_", k$term, "|", f$group), correlation = grep("^cor_", rownames(ci$lme4), value = TRUE), k$term)
      out$lme4 <- list(lower = ci$lme4[row, 1], upper = ci$lme4[row, 2])
    }
    if (!is.null(ci$glmmTMB) && k$kind == "fixed") { r <- match(k$term, sub("^cond\\.", "", rownames(ci$glmmTMB))); if (!is.na(r)) out$glmmTMB <- list(lower = ci$glmmTMB[r, 1], upper = ci$glmmTMB[r, 2]) }
    out
  })
}

# ---- writing ----------------------------------------------------------------------------------------------------------------

write_answer <- function(s, source, group, logLik, n, estimates, blocks) {
  head <- list(name = s$name, source = paste0(source, " ", versions, ".", if (nzchar(s$note)) paste0(" ", s$note) else ""), formula = s$formula)
  if (!is.null(s$ziformula)) head$ziformula <- s$ziformula
  out <- c(head, list(family = s$family, link = s$link, nodes = s$nodes, reml = s$reml, levels = lapply(s$levels, I), idColumn = group, nObservations = n, logLik = logLik, estimates = estimates), blocks)
  dir.create(file.path(here, s$sample, "answers"), FALSE); writeLines(json(out), file.path(here, s$sample, "answers", paste0(s$name, ".json")))
}

pairs_of <- function(beta, V, names = base::names(beta)) setNames(lapply(seq_along(beta), function(j) list(estimate = unname(beta[j]), se = sqrt(V[j, j]))), names)

answer <- function(s) {
  started <- proc.time()[3]; f <- fit_glmmTMB(s); blocks <- list(); has <- function(b) b %in% s$blocks; p <- f$p
  n <- nrow(f$X); rows <- if (is.null(s$rows)) unique(round(seq(1, n, length.out = 6))) else s$rows
  source <- sprintf("glmmTMB(%s, %s(%s)%s%s), Newton-polished (largest gradient %.0e in SE units); V: Jacobian of TMB's gradient.", s$formula, s$family, s$link,
    if (is.null(s$ziformula)) "" else paste0(", ziformula = ", s$ziformula), if (s$reml) ", REML = TRUE" else "", max(abs(f$m$obj$gr(p)) * sqrt(diag(f$V))))
  estimates <- list(fixed = pairs_of(f$beta, f$vb))
  if (ncol(f$Q)) { z <- names(p) == "betazi"; estimates$zi <- pairs_of(p[z], f$V[z, z, drop = FALSE], colnames(f$Q)) }
  G <- G_of(p[names(p) == "theta"]); estimates$sd <- I(sqrt(diag(G))); if (ncol(G) == 2) estimates$correlation <- cov2cor(G)[2, 1]
  if (s$family == "gaussian") estimates$sigma <- sigma(f$m) else if (any(names(p) == "betad")) estimates$dispersion <- if (s$family == "gamma") unname(exp(-p["betad"])) else unname(exp(p["betad"]))
  if (has("tests")) {
    f4 <- f$m
    if (s$family == "gaussian") { f4 <- lmer(r_formula(s$formula), f$d, REML = s$reml, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
      t <- term_tests(f4, f$X, fixef(f4), as.matrix(vcov(f4)), r_formula(s$formula)) } else t <- term_tests(f4, f$X, f$beta, f$vb, r_formula(s$formula))
    blocks$tests <- t$tests; source <- paste0(source, sprintf(" tests: W(term and those containing it) - W(those containing it), and W(term); car::Anova type 2 and 3%s differ by at most %.0e (relative).", if (s$family == "gaussian") " of lmer" else "", t$difference))
  }
  if (has("contrasts")) { # for gaussian the covariance that lme4 gives
    vb <- f$vb
    if (s$family == "gaussian") vb <- as.matrix(vcov(lmer(r_formula(s$formula), f$d, REML = s$reml, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))))
    k <- contrast_block(s$contrasts, f$beta, vb); blocks$contrasts <- k$each; blocks$contrastsJoint <- k$joint
  }
  if (has("predictions")) { k <- prediction_block(f, rows); blocks$predictions <- k$rows; blocks$predictionsPackageDifference <- k$differences
    source <- paste0(source, " predictions: from V and the joint precision; predict.glmmTMB's relative distances are in predictionsPackageDifference.") }
  if (has("population")) { blocks$population <- population_block(f, rows); source <- paste0(source, " population: integrate(), rel.tol 1e-10; delta method with numDeriv.") }
  if (has("marginal")) { blocks$marginalCoefficients <- marginal_block(f); source <- paste0(source, " marginalCoefficients: least squares over the rows of the data, one each.") }
  if (has("variance")) { blocks <- c(blocks, variance_block(f)); source <- paste0(source, " icc, r2: performance::icc, r2_nakagawa.") }
  if (has("dispersion")) blocks$dispersion <- dispersion_block(f)
  if (has("profile")) { blocks$profile <- profile_block(f, s$profile_with, !s$reml)
    source <- paste0(source, " profile: 'polished' by uniroot on the objective of glmmTMB maximised with the one parameter held fixed; 'lme4', 'glmmTMB': confint(method = \"profile\") as it comes.") }
  write_answer(s, source, f$group, f$logLik, n, estimates, blocks)
  cat(sprintf("%-34s logLik %.8f  %s  %.0fs\n", s$name, f$logLik, if (has("predictions")) paste(sprintf("%.0e", unlist(blocks$predictionsPackageDifference)), collapse = " ") else "", proc.time()[3] - started))
  for (k in blocks$profile) cat(sprintf("    %-11s %-28s polished %.6f %.6f  lme4 %.6f %.6f\n", k$kind, k$term, k$polished$lower, k$polished$upper, c(k$lme4$lower, NA)[1], c(k$lme4$upper, NA)[1]))
}

# ---- toenail: the integral over a random intercept of a logistic model, by the trapezoidal rule ------------------------------

toenail <- function(s) {
  started <- proc.time()[3]; f <- r_formula(s$formula); d <- s$data; X <- model.matrix(lme4::nobars(f), d); y <- d$outcome; g <- factor(d$patientID)
  t <- seq(-10, 10, by = 0.1); lw <- log(0.1) + dnorm(t, log = TRUE)
  both <- function(p) { # log-likelihood and gradient; p = beta, SD
    k <- seq_len(ncol(X)); E <- outer(rep(p[-k], length(y)), t) + drop(X %*% p[k]); L <- y * E - log1pExp(E)
    S <- rowsum(L, g) + rep(lw, each = nlevels(g)); top <- apply(S, 1, max); W <- exp(S - top); total <- rowSums(W); W <- (W / total)[as.integer(g), ]
    R <- W * (y - plogis(E))
    list(value = sum(top + log(total)), gradient = c(drop(crossprod(X, rowSums(R))), sum(R %*% t)))
  }
  fn <- function(p) -both(p)$value; gr <- function(p) -both(p)$gradient
  p <- c(-1.6, -.2, -.4, -.14, 4)
  for (i in 1:30) { gi <- gr(p); H <- numDeriv::jacobian(gr, p); step <- -solve((H + t(H)) / 2, gi); while (fn(p + step) > fn(p) + 1e-9) step <- step / 2; p <- p + step; if (abs(sum(gi * step)) < 1e-20) break }
  H <- numDeriv::jacobian(gr, p); V <- solve((H + t(H)) / 2); k <- seq_len(ncol(X)); beta <- setNames(p[k], colnames(X)); vb <- V[k, k]; se <- sqrt(diag(V)); value <- -fn(p)
  engine <- cluster_loglik(p, model_arrays(f, d, "binomial", "logit"), 100); stopifnot(abs(sum(engine) - value) < 1e-5)
  m <- glmer(f, d, binomial, nAGQ = 25, control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-13, optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))
  assign <- attr(X, "assign"); I <- diag(4); W <- function(i) wald(I[assign %in% i, , drop = FALSE], beta, vb); labels <- attr(terms(lme4::nobars(f)), "term.labels")
  tests <- lapply(1:3, function(i) { c2 <- if (i == 3) W(3) else W(c(i, 3)) - W(3); list(term = labels[i], df = 1, chisq2 = c2, p2 = pchisq(c2, 1, lower.tail = FALSE), chisq3 = W(i), p3 = pchisq(W(i), 1, lower.tail = FALSE)) })
  rows <- s$rows; inverse_mean <- function(p, i) drop(plogis(outer(rep(p[5], length(i)), points_t) + drop(X[i, , drop = FALSE] %*% p[k])) %*% weights_t)
  by_integrate <- vapply(rows, function(i) { e <- sum(X[i, ] * beta); integrate(function(t) plogis(e + p[5] * t) * dnorm(t), -13, 13, rel.tol = 1e-10, subdivisions = 2000)$value }, 1)
  stopifnot(abs(inverse_mean(p, rows) / by_integrate - 1) < 1e-9); pse <- delta_se(function(x) inverse_mean(x, rows), p, V)
  row <- function(i) lapply(d[i, c("patientID", "visit", "treatment", "time", "outcome")], function(v) if (is.factor(v)) as.character(v) else v)
  R <- qr(X); marginal <- function(x) qr.coef(R, qlogis(inverse_mean(x, seq_along(y)))); mb <- marginal(p); mse <- delta_se(marginal, p, V)
  ordered <- d[order(g, d$time), ]; ordered$id <- as.integer(factor(ordered$patientID))
  gee <- lapply(c(exchangeable = "exchangeable", independence = "independence"), function(corstr) {
    q <- geepack::geeglm(outcome ~ treatment * time, id = id, data = ordered, family = binomial, corstr = corstr)
    c(pairs_of(coef(q), q$geese$vbeta), if (corstr == "exchangeable") list(alpha = unname(q$geese$alpha)) else NULL) })
  profile <- lapply(c(5, k), function(i) { ends <- vapply(c(-1, 1), function(side) profile_end(fn, gr, p, i, se, side, -value, Inf), 1)
    list(kind = if (i == 5) "sd" else "fixed", term = if (i == 5) "(Intercept)" else colnames(X)[i], estimate = unname(p[i]), polished = list(lower = ends[1], upper = ends[2])) })
  c0 <- contrast_block(s$contrasts, beta, vb)
  vf <- var(drop(X %*% beta)); vr <- p[5]^2; vd <- pi^2 / 3
  blocks <- list(tests = tests, contrasts = c0$each, contrastsJoint = c0$joint,
    predictions = lapply(rows, function(i) { e <- sum(X[i, ] * beta); v <- sqrt(drop(X[i, ] %*% vb %*% X[i, ])); list(row = row(i), id = as.character(d$patientID[i]), linkPopulation = e, sePopulationLink = v, responsePopulation = plogis(e), sePopulationResponse = v * dlogis(e)) }),
    population = lapply(seq_along(rows), function(j) list(row = row(rows[j]), id = as.character(d$patientID[rows[j]]), mean = by_integrate[j], se = pse[j])),
    marginalCoefficients = setNames(lapply(k, function(j) list(estimate = unname(mb[j]), se = mse[j])), colnames(X)), gee = gee,
    icc = list(adjusted = vr / (vr + vd), unadjusted = vr / (vf + vr + vd), varianceFixed = vf, varianceRandom = vr, varianceResidual = vd),
    r2 = list(marginal = vf / (vf + vr + vd), conditional = (vf + vr) / (vf + vr + vd)), distributionVariance = list(formula = "binomial logit pi^2 / 3", value = vd), profile = profile)
  source <- sprintf("Own log-likelihood: trapezoidal rule over the random intercept (step 0.1 on -10..10, exact to rounding; 100 adaptive nodes of reference-engine.R give the same to %.0e), V: Jacobian of its analytic gradient over the fixed effects and the SD. glmer(nAGQ = 25) is %.0e SE away, SD %.4f. gee: geepack::geeglm, sandwich errors. icc, r2 by the formulae of performance (no refit of a null model is needed for logit). profile: uniroot on that log-likelihood.",
    abs(sum(engine) - value), max(abs(fixef(m) - beta) / se[k]), sqrt(VarCorr(m)[[1]][1]))
  write_answer(s, source, "patientID", value, length(y), list(fixed = pairs_of(beta, vb), sd = I(unname(p[5])), sdSe = se[5]), blocks)
  cat(sprintf("%-34s logLik %.8f  engine %.0e glmer %.0e  %.0fs\n", s$name, value, abs(sum(engine) - value), max(abs(fixef(m) - beta) / se[k]), proc.time()[3] - started))
  for (q in profile) cat(sprintf("    %-11s %-28s polished %.6f %.6f\n", q$kind, q$term, q$polished$lower, q$polished$upper))
}

# ---- ordinal: profile by reference-engine.R ----------------------------------------------------------------------------------

ordinal_profile <- function(s) {
  started <- proc.time()[3]; f <- r_formula(s$formula); a <- model_arrays(f, s$data, "ordinal", s$link); h <- f; h[[2]] <- call("factor", f[[2]])
  m <- do.call(ordinal::clmm, list(h, s$data, link = s$link, nAGQ = as.integer(s$nodes)))
  v <- vcov(m); t <- length(m$alpha); b <- length(m$beta)
  start <- c(unname(m$beta), sqrt(VarCorr(m)[[1]][1]), unname(m$alpha)); se0 <- sqrt(diag(v)); se0 <- c(se0[t + seq_len(b)], 0.3, se0[seq_len(t)])
  r <- maximise(start, a, s$nodes, unname(se0)); p <- r$par; se <- sqrt(diag(r$vcov)); stopifnot(abs(r$decrement) < 1e-12)
  fn <- function(q) -sum(cluster_loglik(q, a, s$nodes)); gr <- function(q) -colSums(scores(q, a, s$nodes, se))
  names <- c(colnames(a$X), "(Intercept)", paste(head(a$levels, -1), a$levels[-1], sep = "|"))
  profile <- lapply(c(b + 1, seq_len(b)), function(i) { ends <- vapply(c(-1, 1), function(side) profile_end(fn, gr, p, i, se, side, -r$logLik, Inf), 1)
    list(kind = if (i == b + 1) "sd" else "fixed", term = names[i], estimate = p[i], polished = list(lower = ends[1], upper = ends[2])) })
  each <- function(i) setNames(lapply(i, function(j) list(estimate = p[j], se = se[j])), names[i])
  write_answer(s, sprintf("reference-engine.R, %s; ordinal::clmm %s starts it and is %.0e SE away. profile: uniroot on that log-likelihood maximised with the one parameter held fixed.", if (s$nodes == 1) "Laplace" else paste(s$nodes, "adaptive nodes"),
    packageVersion("ordinal"), max(abs(start - p)[seq_len(b)] / se[seq_len(b)])), a$group, r$logLik, length(a$y), list(fixed = each(seq_len(b)), thresholds = each(b + 1 + seq_len(t)), sd = I(p[b + 1])), list(profile = profile))
  cat(sprintf("%-34s logLik %.8f  %.0fs\n", s$name, r$logLik, proc.time()[3] - started))
  for (q in profile) cat(sprintf("    %-11s %-28s polished %.6f %.6f\n", q$kind, q$term, q$polished$lower, q$polished$upper))
}

# ---- what is asked of what ----------------------------------------------------------------------------------------------------

case <- function(sample, name, formula, family = "binomial", link = switch(family, binomial = , ordinal = "logit", gaussian = "identity", "log"), blocks = character(),
                 contrasts = NULL, ziformula = NULL, reml = FALSE, nodes = 1, levels = list(), rows = NULL, profile_with = NULL, note = "", by = answer) as.list(environment())

use <- "use ~ urban + age + age2 + livch + "
status <- "status ~ baseline + month + treatment + gender + age + factor(centre) + (1 | subject)"
respiratory_levels <- list(baseline = c("poor", "good"))
salamander_levels <- list(mined = c("yes", "no"), spp = c("GP", "PR", "DM", "EC-A", "EC-L", "DES-L", "DF"))
calls <- "SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + offset(logBroodSize) + (1 | Nest)"
calls2 <- "SiblingNegotiation ~ (FoodTreatment + ArrivalTime) * SexParent + offset(log(BroodSize)) + (1 | Nest)"
everything <- c("tests", "contrasts", "predictions", "population", "marginal", "variance", "dispersion", "profile")
owl_contrasts <- list("FoodTreatmentSatiated + FoodTreatmentSatiated:SexParentMale" = c(FoodTreatmentSatiated = 1, "FoodTreatmentSatiated:SexParentMale" = 1),
  "SexParentMale + FoodTreatmentSatiated:SexParentMale" = c(SexParentMale = 1, "FoodTreatmentSatiated:SexParentMale" = 1), "ArrivalTime" = c(ArrivalTime = 1))
owl2_contrasts <- list("FoodTreatmentSatiated + FoodTreatmentSatiated:SexParentMale" = c(FoodTreatmentSatiated = 1, "FoodTreatmentSatiated:SexParentMale" = 1),
  "ArrivalTime + ArrivalTime:SexParentMale" = c(ArrivalTime = 1, "ArrivalTime:SexParentMale" = 1),
  "SexParentMale + 25 * ArrivalTime:SexParentMale" = c(SexParentMale = 1, "ArrivalTime:SexParentMale" = 25))
epilepsy_contrasts <- function(last) c(list("trtprogabide + lbase:trtprogabide" = c(trtprogabide = 1, "lbase:trtprogabide" = 1), "lbase + lbase:trtprogabide" = c(lbase = 1, "lbase:trtprogabide" = 1)),
  setNames(list(setNames(0.5, last)), paste("0.5 *", last)))

cases <- list(
  case("cbpp", "cbpp_laplace", "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", blocks = everything, profile_with = c("lme4", "glmmTMB"), rows = c(1, 2, 3, 4, 30, 56),
    contrasts = list("factor(period)3 - factor(period)2" = c("factor(period)3" = 1, "factor(period)2" = -1), "factor(period)4 - factor(period)3" = c("factor(period)4" = 1, "factor(period)3" = -1),
      "(Intercept) + factor(period)4" = c("(Intercept)" = 1, "factor(period)4" = 1))),
  case("cbpp", "cbpp_cloglog", "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", link = "cloglog", blocks = c("tests", "predictions", "population", "marginal", "variance", "dispersion"), rows = c(1, 2, 3, 4, 30, 56)),
  case("toenail", "toenail_quadrature", "outcome ~ treatment * time + (1 | patientID)", nodes = 100, by = toenail, rows = c(1, 4, 7, 500, 1200, 1908), note = "The converged integral: 50 nodes differ by 1e-4 SE, 100 by less than 1e-5.",
    contrasts = list("time + treatmentterbinafine:time" = c(time = 1, "treatmentterbinafine:time" = 1), "treatmentterbinafine + 6 * treatmentterbinafine:time" = c(treatmentterbinafine = 1, "treatmentterbinafine:time" = 6), "(Intercept) + 12 * time" = c("(Intercept)" = 1, time = 12))),
  case("epilepsy", "epilepsy_poisson_intercept", "y ~ lbase * trt + lage + V4 + (1 | subject)", "poisson", blocks = everything, profile_with = "lme4", contrasts = epilepsy_contrasts("V4")),
  case("epilepsy", "epilepsy_poisson_slope", "y ~ lbase * trt + lage + visit + (visit | subject)", "poisson", blocks = everything, contrasts = epilepsy_contrasts("visit")),
  case("epilepsy", "epilepsy_nbinom1", "y ~ lbase * trt + lage + V4 + (1 | subject)", "nbinom1", blocks = c("tests", "predictions", "variance", "dispersion", "profile")),
  case("sleepstudy", "sleepstudy_ml", "Reaction ~ Days + (Days | Subject)", "gaussian", blocks = c("tests", "contrasts", "predictions", "population", "marginal", "variance", "profile"), profile_with = "lme4",
    contrasts = list("(Intercept) + 9 * Days" = c("(Intercept)" = 1, Days = 9), "7 * Days" = c(Days = 7))),
  case("sleepstudy", "sleepstudy_reml", "Reaction ~ Days + (Days | Subject)", "gaussian", reml = TRUE, blocks = c("tests", "contrasts", "predictions", "variance", "profile"),
    contrasts = list("(Intercept) + 9 * Days" = c("(Intercept)" = 1, Days = 9), "7 * Days" = c(Days = 7)),
    note = "tests and contrasts: (X'V^-1 X)^-1 as lme4 gives. predictions: glmmTMB's standard errors hold the uncertainty of the variances also; seConditionalLinkGivenVariances does not. predict.glmmTMB(re.form = NA) sets the random effects to 0 in the model itself, so with REML its population errors are those of a model without them: too small by a factor of 1.9 to 5, not used. profile: of the restricted likelihood (lme4's confint refits by ML, so it gives no such interval)."),
  case("sleepstudy", "sleepstudy_quadratic_reml", "Reaction ~ Days + I(Days * Days) + (Days | Subject)", "gaussian", reml = TRUE, blocks = c("tests", "contrasts"),
    contrasts = list("9 * Days + 81 * I(Days * Days)" = c(Days = 9, "I(Days * Days)" = 81), "Days + 18 * I(Days * Days)" = c(Days = 1, "I(Days * Days)" = 18), "(Intercept) + 2 * Days + 4 * I(Days * Days)" = c("(Intercept)" = 1, Days = 2, "I(Days * Days)" = 4)), note = "(X'V^-1 X)^-1 as lme4 gives."),
  case("owls", "owls_nbinom2_offset", calls2, "nbinom2", blocks = setdiff(everything, "profile"), contrasts = owl2_contrasts),
  case("owls", "owls_zinb2", calls, "nbinom2", ziformula = "~ 1", blocks = c("tests", "contrasts", "predictions", "population", "dispersion"), contrasts = owl_contrasts),
  case("owls", "owls_zip_covariates", calls, "poisson", ziformula = "~ FoodTreatment + ArrivalTime", blocks = c("tests", "predictions", "population", "dispersion")),
  case("owls", "owls_hurdle_nbinom2", calls, "truncated_nbinom2", ziformula = "~ FoodTreatment + ArrivalTime", blocks = c("tests", "predictions", "population")),
  case("owls", "owls_three_way", "SiblingNegotiation ~ FoodTreatment * SexParent * ArrivalTime + offset(logBroodSize) + (1 | Nest)", "nbinom2", blocks = "tests"),
  case("salamanders", "salamanders_nb2", "count ~ spp + mined + (1 | site)", "nbinom2", levels = salamander_levels, blocks = everything,
    contrasts = list("sppDM - sppPR" = c(sppDM = 1, sppPR = -1), "sppDF - sppDM" = c(sppDF = 1, sppDM = -1), "minedno" = c(minedno = 1), "(Intercept) + 0.5 * sppPR + 0.5 * sppDM" = c("(Intercept)" = 1, sppPR = 0.5, sppDM = 0.5))),
  case("salamanders", "salamanders_zinb2", "count ~ spp + mined + (1 | site)", "nbinom2", ziformula = "~ mined", levels = salamander_levels, blocks = c("tests", "predictions", "population", "dispersion")),
  case("grouseticks", "grouseticks_brood", "TICKS ~ factor(YEAR) + cHEIGHT + (1 | BROOD)", "poisson", blocks = c("tests", "contrasts", "predictions", "variance", "dispersion", "population"),
    contrasts = list("factor(YEAR)97 - factor(YEAR)96" = c("factor(YEAR)97" = 1, "factor(YEAR)96" = -1), "100 * cHEIGHT" = c(cHEIGHT = 100), "factor(YEAR)96 - 50 * cHEIGHT" = c("factor(YEAR)96" = 1, cHEIGHT = -50))),
  case("grouseticks", "grouseticks_nbinom2", "TICKS ~ factor(YEAR) + cHEIGHT + (1 | BROOD)", "nbinom2", blocks = c("tests", "variance", "dispersion", "profile")),
  case("grouseticks", "grouseticks_interaction", "TICKS ~ factor(YEAR) * cHEIGHT + (1 | BROOD)", "poisson", blocks = c("tests", "dispersion")),
  case("contraception", "contraception_rs", paste0(use, "(urban | district)"), blocks = c("tests", "contrasts", "predictions", "population", "marginal", "variance", "dispersion", "profile"),
    contrasts = list("livch3+ - livch1" = c("livch3+" = 1, livch1 = -1), "age + 20 * age2" = c(age = 1, age2 = 20), "livch2 - livch1" = c(livch2 = 1, livch1 = -1))),
  case("contraception", "contraception_interactions", "use ~ urban * livch + livch * age + (1 | district)", blocks = c("tests", "contrasts"),
    contrasts = list("urbanY + urbanY:livch1" = c(urbanY = 1, "urbanY:livch1" = 1), "age + livch1:age" = c(age = 1, "livch1:age" = 1), "livch1:age - livch2:age" = c("livch1:age" = 1, "livch2:age" = -1))),
  case("contraception", "contraception_no_intercept", "use ~ 0 + livch + urban + age + (1 | district)", blocks = "tests", note = "Without intercept the first factor's test is that all its cell means are 0."),
  case("contraception", "contraception_rs_probit", paste0(use, "(urban | district)"), link = "probit", blocks = c("predictions", "population", "marginal", "variance")),
  case("respiratory", "respiratory_laplace", status, levels = respiratory_levels, blocks = c("tests", "contrasts", "predictions", "population", "marginal", "variance", "dispersion", "profile"),
    contrasts = list("treatmenttreatment - baselinegood" = c(treatmenttreatment = 1, baselinegood = -1), "3 * month" = c(month = 3), "gendermale + 10 * age" = c(gendermale = 1, age = 10))),
  case("respiratory", "respiratory_interactions", "status ~ treatment * (baseline + month) + gender * age + (1 | subject)", levels = respiratory_levels, blocks = "tests"),
  case("phosphate", "phosphate_gamma", "level ~ group * hour + hour2 + (1 | id)", "gamma", blocks = c("tests", "predictions", "population", "marginal")),
  case("wine", "wine_logit_laplace", "rating ~ temp + contact + (1 | judge)", "ordinal", by = ordinal_profile),
  case("wine", "wine_logit_agq10", "rating ~ temp + contact + (1 | judge)", "ordinal", nodes = 10, by = ordinal_profile)
)

options(warn = 1)
chosen <- commandArgs(TRUE)
for (s in cases) if (!length(chosen) || s$name %in% chosen) {
  s$data <- read_sample(file.path(here, s$sample, "data.csv"), s$levels)
  tryCatch(s$by(s), error = function(e) cat(s$name, "FAILED:", conditionMessage(e), "in", deparse(conditionCall(e))[1], "\n"))
}
