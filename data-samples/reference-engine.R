# The marginal likelihood of a generalized linear mixed model with one grouping column, written to be obvious and exact
# rather than fast: the second implementation that the engines (glmmTMB, lme4) are checked against, and that serves where
# none of them offers the criterion. Used by reference-fits.R.
#
# Model:   y_j | u ~ f(y_j; eta_j),  eta = offset + X beta + Z Lambda u,  u ~ N(0, I)
#          Beside eta a density may use: log of its dispersion parameter = D delta (theta of nbinom2, phi of nbinom1, beta,
#          betabinomial, gamma, inversegaussian and tweedie, sigma of gaussian and lognormal), the power of tweedie, the logit
#          of a structural zero = Q zeta, the thresholds of ordinal. None of them has random effects.
# Rule:    adaptive Gauss-Hermite, k nodes per dimension (tensor product), centred at the mode of the integrand and scaled
#          by the observed curvature there; k = 1 is the Laplace approximation.
# Needs:   lme4 (formula reading only).

# ---- families: log density and its first two derivatives in eta, all constants included --------------------------------
# A density is a function(eta, v); v holds what does not depend on eta: psi (log dispersion, one number a row), power, zi (one
# number a row), thresholds.

log1pExp <- function(x) ifelse(x > 0, x + log1p(exp(-abs(x))), log1p(exp(-abs(x))))

positive_counts <- c("truncated_poisson", "truncated_nbinom1", "truncated_nbinom2")
with_dispersion <- c(gaussian = "sigma", lognormal = "sigma", nbinom1 = "phi", nbinom2 = "theta", truncated_nbinom1 = "phi",
                     truncated_nbinom2 = "theta", beta = "phi", betabinomial = "phi", gamma = "phi", inversegaussian = "phi", tweedie = "phi")

density_of <- function(family, link, y, trials, precision, zero_part = FALSE) {
  if (zero_part || family %in% positive_counts) return(zeros_density(family, link, y, trials, zero_part))
  if (family == "ordinal") return(ordinal_density(link, y))
  if (family == "lognormal") {
    stopifnot(link == "identity"); d <- gaussian_density(log(y), precision, function(e) list(e, 1, 0))
    return(function(eta, v) { r <- d(eta, v); r$l <- r$l - log(y); r }) # eta is the mean of log y
  }
  if (family %in% c(names(with_dispersion), "poisson") && family != "gaussian" && !(family == "poisson" && link %in% c("log", "sqrt", "identity")))
    return(mean_density(family, link, y, trials))
  fail <- trials - y
  choose_term <- lchoose(trials, y)
  inside <- function(ok, value) { value[!ok] <- NaN; value }
  switch(paste(family, link),
    "binomial logit" = function(eta, v) {
      p <- plogis(eta)
      list(l = choose_term + y * eta - trials * log1pExp(eta), d1 = y - trials * p, d2 = -trials * p * plogis(-eta))
    },
    "binomial probit" = function(eta, v) {
      logp <- pnorm(eta, log.p = TRUE); logq <- pnorm(-eta, log.p = TRUE)
      a <- exp(dnorm(eta, log = TRUE) - logp); b <- exp(dnorm(eta, log = TRUE) - logq)
      list(l = choose_term + y * logp + fail * logq, d1 = y * a - fail * b, d2 = -y * a * (eta + a) - fail * b * (b - eta))
    },
    "binomial cloglog" = function(eta, v) {
      t <- exp(eta); r <- t / expm1(t)
      list(l = choose_term + y * log(-expm1(-t)) - fail * t, d1 = y * r - fail * t, d2 = y * r * (1 - r - t) - fail * t)
    },
    "binomial log" = function(eta, v) {
      ok <- eta < 0; e <- ifelse(ok, eta, -1); p <- exp(e)
      list(l = inside(ok, choose_term + y * e + fail * log1p(-p)), d1 = y - fail * p / (1 - p), d2 = -fail * p / (1 - p)^2)
    },
    "poisson log" = function(eta, v) {
      mu <- exp(eta)
      list(l = y * eta - mu - lgamma(y + 1), d1 = y - mu, d2 = -mu)
    },
    "poisson sqrt" = function(eta, v)
      list(l = ifelse(y > 0, 2 * y * log(abs(eta)), 0) - eta^2 - lgamma(y + 1),
           d1 = ifelse(y > 0, 2 * y / eta, 0) - 2 * eta, d2 = ifelse(y > 0, -2 * y / eta^2, 0) - 2),
    "poisson identity" = function(eta, v) {
      ok <- eta > 0; e <- ifelse(ok, eta, 1)
      list(l = inside(ok, y * log(e) - e - lgamma(y + 1)), d1 = y / e - 1, d2 = -y / e^2)
    },
    "gaussian identity" = gaussian_density(y, precision, function(e) list(e, 1, 0)),
    "gaussian log" = gaussian_density(y, precision, function(e) list(exp(e), exp(e), exp(e))),
    "gaussian inverse" = gaussian_density(y, precision, function(e) list(1 / e, -1 / e^2, 2 / e^3)),
    stop("no density for ", family, " with link ", link))
}

gaussian_density <- function(y, precision, mean_of) function(eta, v) {
  variance <- exp(2 * v$psi) / precision
  m <- mean_of(eta); rest <- y - m[[1]]
  list(l = -0.5 * log(2 * pi * variance) - rest^2 / (2 * variance),
       d1 = rest * m[[2]] / variance, d2 = (rest * m[[3]] - m[[2]]^2) / variance)
}

# Families given by their mean: derivatives in mu, then the chain rule through the link.

mean_of_link <- function(link) switch(link,
  log = function(e) { m <- exp(e); list(m, m, m) },
  identity = function(e) list(e, 1, 0),
  inverse = function(e) list(1 / e, -1 / e^2, 2 / e^3),
  sqrt = function(e) list(e^2, 2 * e, 2),
  logit = function(e) { p <- plogis(e); q <- plogis(-e); list(p, p * q, p * q * (q - p)) },
  probit = function(e) list(pnorm(e), dnorm(e), -e * dnorm(e)),
  cloglog = function(e) { t <- exp(e); f <- exp(e - t); list(-expm1(-t), f, f * (1 - t)) },
  stop("no link ", link))

mean_density <- function(family, link, y, trials) {
  mean_of <- mean_of_link(link); fail <- trials - y; constant <- NULL; constant_at <- NULL
  of_mu <- switch(family, # log density, first and second derivative in mu; s is the dispersion parameter
    nbinom2 = function(mu, s, v) list( # Var = mu + mu^2 / s
      lgamma(y + s) - lgamma(s) - lgamma(y + 1) - s * log1p(mu / s) + ifelse(y > 0, y * log(mu / (s + mu)), 0),
      y / mu - (y + s) / (s + mu), -y / mu^2 + (y + s) / (s + mu)^2),
    nbinom1 = function(mu, s, v) { # Var = mu (1 + s)
      a <- mu / s
      list(lgamma(y + a) - lgamma(a) - lgamma(y + 1) - a * log1p(s) + y * (log(s) - log1p(s)),
           (digamma(y + a) - digamma(a) - log1p(s)) / s, (trigamma(y + a) - trigamma(a)) / s^2)
    },
    beta = function(mu, s, v) { # s = a + b
      a <- mu * s; b <- (1 - mu) * s
      list(lgamma(s) - lgamma(a) - lgamma(b) + (a - 1) * log(y) + (b - 1) * log1p(-y),
           s * (log(y) - log1p(-y) - digamma(a) + digamma(b)), -s^2 * (trigamma(a) + trigamma(b)))
    },
    betabinomial = function(mu, s, v) { # s = a + b
      a <- mu * s; b <- (1 - mu) * s
      list(lchoose(trials, y) + lbeta(y + a, fail + b) - lbeta(a, b),
           s * (digamma(y + a) - digamma(fail + b) - digamma(a) + digamma(b)),
           s^2 * (trigamma(y + a) + trigamma(fail + b) - trigamma(a) - trigamma(b)))
    },
    gamma = function(mu, s, v) { # Var = s mu^2
      k <- 1 / s
      list(k * log(k / mu) + (k - 1) * log(y) - k * y / mu - lgamma(k), k * (y - mu) / mu^2, k * (mu - 2 * y) / mu^3)
    },
    inversegaussian = function(mu, s, v) # Var = s mu^3
      list(-0.5 * log(2 * pi * s * y^3) - (y - mu)^2 / (2 * s * mu^2 * y), (y - mu) / (s * mu^3), (2 * mu - 3 * y) / (s * mu^4)),
    tweedie = function(mu, s, v) { # Var = s mu^power
      p <- v$power
      if (!identical(constant_at, list(v$psi, p))) { constant <<- tweedie_constant(y, s, p); constant_at <<- list(v$psi, p) }
      list(constant + (ifelse(y > 0, y * mu^(1 - p) / (1 - p), 0) - mu^(2 - p) / (2 - p)) / s, (y - mu) / (s * mu^p),
           -1 / (s * mu^p) - p * (y - mu) / (s * mu^(p + 1)))
    },
    stop("no density for ", family))
  function(eta, v) {
    m <- mean_of(eta); ok <- m[[1]] > 0; mu <- ifelse(ok, m[[1]], 1)
    f <- of_mu(mu, exp(v$psi), v); f[[1]][!ok] <- NaN
    list(l = f[[1]], d1 = f[[2]] * m[[2]], d2 = f[[3]] * m[[2]]^2 + f[[2]] * m[[3]])
  }
}

tweedie_constant <- function(y, s, p) { # the series of Dunn & Smyth (2005), the part of log f that holds no mu
  out <- numeric(length(y)); i <- which(y > 0); if (!length(i)) return(out)
  s <- rep_len(s, length(y))[i]; y <- y[i]; alpha <- (2 - p) / (1 - p)
  j <- seq_len(60 + 3 * ceiling(max(y^(2 - p) / (s * (2 - p)))))
  per <- -alpha * log(y) + alpha * log(p - 1) - (1 - alpha) * log(s) - log(2 - p)
  W <- outer(per, j) - rep(lgamma(j + 1) + lgamma(-j * alpha), each = length(y)); top <- apply(W, 1, max)
  out[i] <- top + log(rowSums(exp(W - top))) - log(y); out
}

# Zeros: truncated at zero without a zero part; a hurdle (truncated family) or zero inflation (any other) with one.

zeros_density <- function(family, link, y, trials, zero_part) {
  hurdle <- family %in% positive_counts; base <- sub("truncated_", "", family)
  here <- density_of(base, link, y, trials, 1); at_zero <- density_of(base, link, rep(0, length(y)), trials, 1); zero <- y == 0
  if (hurdle && !zero_part) stopifnot(y > 0)
  function(eta, v) {
    f <- here(eta, v); f0 <- at_zero(eta, v)
    if (hurdle) {
      r <- 1 / expm1(-f0$l) # p0 / (1 - p0)
      out <- list(l = f$l - log(-expm1(f0$l)), d1 = f$d1 + r * f0$d1, d2 = f$d2 + r * f0$d2 + r * (1 + r) * f0$d1^2)
      if (zero_part) { out$l <- ifelse(zero, plogis(v$zi, log.p = TRUE), plogis(-v$zi, log.p = TRUE) + out$l); out$d1[zero] <- 0; out$d2[zero] <- 0 }
      return(out)
    }
    lz <- plogis(v$zi, log.p = TRUE); ln <- plogis(-v$zi, log.p = TRUE)
    s <- plogis(ln + f0$l - lz) # chance that a zero is not a structural one
    list(l = ifelse(zero, pmax(lz, ln + f0$l) + log1p(exp(-abs(lz - ln - f0$l))), ln + f$l),
         d1 = ifelse(zero, s * f0$d1, f$d1), d2 = ifelse(zero, s * (f0$d2 + f0$d1^2) - (s * f0$d1)^2, f$d2))
  }
}

# P(Y <= k) = F(threshold_k - eta), F the logistic, normal or 1 - exp(-exp(x)) distribution, as in ordinal::clmm.

ordinal_density <- function(link, y) {
  finite <- function(x, value) ifelse(is.finite(x), value, 0)
  f <- switch(link,
    logit = list(p = plogis, d1 = dlogis, d2 = function(x) dlogis(x) * (plogis(-x) - plogis(x))),
    probit = list(p = pnorm, d1 = dnorm, d2 = function(x) finite(x, -x * dnorm(x))),
    cloglog = list(d1 = function(x) finite(x, exp(x - exp(x))), d2 = function(x) finite(x, exp(x - exp(x)) * (1 - exp(x)))),
    stop("no ordinal link ", link))
  between <- if (link == "cloglog") function(b, a) exp(-exp(b)) * -expm1(exp(b) - exp(a))
             else function(b, a) ifelse(b > 0, f$p(-b) - f$p(-a), f$p(a) - f$p(b))
  function(eta, v) {
    t <- c(-Inf, v$thresholds, Inf); a <- t[y + 1] - eta; b <- t[y] - eta
    P <- between(b, a); d1 <- -(f$d1(a) - f$d1(b)) / P; l <- rep(NaN, length(P)); l[P > 0] <- log(P[P > 0])
    list(l = l, d1 = d1, d2 = (f$d2(a) - f$d2(b)) / P - d1^2)
  }
}

# ---- from formula and data to arrays --------------------------------------------------------------------------------------

read_sample <- function(file, levels = list()) {
  d <- read.csv(file, stringsAsFactors = FALSE)
  for (v in names(d)) if (is.character(d[[v]]))
    d[[v]] <- factor(d[[v]], levels = if (is.null(levels[[v]])) sort(unique(d[[v]]), method = "radix") else levels[[v]])
  d
}

model_arrays <- function(formula, data, family, link, weights = NULL, precision = NULL, ziformula = NULL, dispformula = NULL) {
  used <- unique(unlist(lapply(c(formula, ziformula, dispformula), all.vars)))
  data <- data[complete.cases(data[c(used, weights, precision)]), ]
  bars <- lme4::findbars(lme4::expandDoubleVerts(formula))
  frame <- model.frame(lme4::subbars(formula), data)
  y <- unname(model.response(frame)); trials <- rep(1, nrow(frame))
  if (is.matrix(y)) { trials <- rowSums(y); y <- y[, 1] }
  response_levels <- NULL
  if (family == "ordinal") { y <- factor(y); response_levels <- levels(y); y <- as.integer(y) }
  fixed <- formula; fixed[[3]] <- lme4::nobars(formula)[[3]]
  group_name <- unique(vapply(bars, function(b) deparse(b[[3]]), ""))
  stopifnot(length(group_name) == 1)
  blocks <- lapply(bars, function(b) model.matrix(eval(call("~", b[[2]])), data))
  q <- vapply(blocks, ncol, 1L); mask <- matrix(FALSE, sum(q), sum(q)); from <- cumsum(q) - q
  for (i in seq_along(q)) { s <- from[i] + seq_len(q[i]); mask[s, s] <- lower.tri(diag(q[i]), TRUE) }
  ids <- as.character(data[[group_name]])
  groups <- factor(ids, levels = sort(unique(ids), method = "radix"))
  offset <- model.offset(frame); n <- length(y)
  precision <- if (is.null(precision)) rep(1, n) else data[[precision]]
  X <- model.matrix(fixed, data); if (family == "ordinal") X <- X[, colnames(X) != "(Intercept)", drop = FALSE]
  design <- function(f) if (is.null(f)) matrix(0, n, 0) else model.matrix(f, data)
  D <- design(if (!is.null(dispformula)) dispformula else if (family %in% names(with_dispersion)) ~ 1); Q <- design(ziformula)
  list(X = X, D = D, Q = Q, levels = response_levels, thresholds = max(length(response_levels) - 1, 0), data = data, Z = do.call(cbind, blocks), blocks = blocks, mask = mask, y = y, trials = trials,
       offset = if (is.null(offset)) rep(0, n) else offset, weights = if (is.null(weights)) rep(1, n) else data[[weights]],
       precision = precision, g = as.integer(groups), ids = levels(groups), group = group_name, has_scale = ncol(D) > 0, has_power = family == "tweedie",
       family = family, link = link, density = density_of(family, link, y, trials, precision, !is.null(ziformula)))
}

# Parameters: beta, free entries of Lambda, delta, logit(power - 1), zeta, thresholds.

unpack <- function(par, a) {
  p <- ncol(a$X); nt <- sum(a$mask); Lambda <- matrix(0, nrow(a$mask), nrow(a$mask))
  Lambda[a$mask] <- par[p + seq_len(nt)]
  from <- p + nt; take <- function(k) { i <- from + seq_len(k); from <<- from + k; par[i] }
  v <- list(beta = par[seq_len(p)], Lambda = Lambda, delta = take(ncol(a$D)), power = 1 + plogis(take(a$has_power)), zeta = take(ncol(a$Q)),
            thresholds = take(a$thresholds))
  v$psi <- drop(a$D %*% v$delta); v$zi <- drop(a$Q %*% v$zeta); v
}

# ---- Gauss-Hermite: log(weight) + node^2 from the normalised Hermite functions, accurate in the tails ----------------------

hermite <- function(k) {
  if (k == 1) return(list(x = 0, logw = 0.5 * log(pi)))
  J <- diag(0, k); i <- seq_len(k - 1); J[cbind(i, i + 1)] <- J[cbind(i + 1, i)] <- sqrt(i / 2)
  x <- rev(eigen(J, symmetric = TRUE)$values)
  functions <- function(x) { # psi_{k-1} and psi_k at x
    a <- 0; b <- pi^-0.25 * exp(-x^2 / 2)
    for (j in seq_len(k)) { c <- x * sqrt(2 / j) * b - sqrt((j - 1) / j) * a; a <- b; b <- c }
    list(a, b)
  }
  for (step in 1:3) { f <- functions(x); x <- x - f[[2]] / (sqrt(2 * k) * f[[1]] - x * f[[2]]) }
  x <- (x - rev(x)) / 2
  list(x = x, logw = -log(k) - 2 * log(abs(functions(x)[[1]]))) # log(weight_i) + x_i^2
}

# ---- log-likelihood, one number a cluster ----------------------------------------------------------------------------------

cluster_loglik <- function(par, a, k = 1, details = FALSE) {
  v <- unpack(par, a); q <- ncol(a$Z); m <- length(a$ids); g <- a$g; w <- a$weights
  A <- a$Z %*% v$Lambda; eta0 <- a$offset + drop(a$X %*% v$beta)
  by_cluster <- function(x) rowsum(x, g, reorder = TRUE)
  eta_at <- function(U) eta0 + rowSums(A * U[g, , drop = FALSE])
  h_at <- function(U) {
    l <- a$density(eta_at(U), v)$l
    h <- drop(-by_cluster(w * l)) + 0.5 * rowSums(U^2); h[!is.finite(h)] <- Inf; h
  }
  curvature <- function(W) { # lower Cholesky factor of I + A'WA, entry by entry over clusters
    H <- L <- array(0, c(m, q, q)); ok <- rep(TRUE, m)
    for (r in seq_len(q)) for (c in seq_len(r)) {
      H[, r, c] <- (r == c) + by_cluster(W * A[, r] * A[, c])
      s <- H[, r, c]
      if (c > 1) for (j in seq_len(c - 1)) s <- s - L[, r, j] * L[, c, j]
      if (r == c) { ok <- ok & s > 0; L[, r, r] <- sqrt(pmax(s, 1e-300)) } else L[, r, c] <- s / L[, c, c]
    }
    list(L = L, ok = ok)
  }
  solve_lower <- function(L, B) { for (r in seq_len(q)) { if (r > 1) for (j in seq_len(r - 1)) B[, r] <- B[, r] - L[, r, j] * B[, j]; B[, r] <- B[, r] / L[, r, r] }; B }
  solve_upper <- function(L, B) { for (r in rev(seq_len(q))) { if (r < q) for (j in (r + 1):q) B[, r] <- B[, r] - L[, j, r] * B[, j]; B[, r] <- B[, r] / L[, r, r] }; B }

  U <- matrix(0, m, q); h <- h_at(U)
  if (any(!is.finite(h))) return(if (details) NULL else rep(NaN, m))
  for (it in 1:200) {
    d <- a$density(eta_at(U), v)
    G <- U - by_cluster(w * d$d1 * A)
    f <- curvature(-w * d$d2); if (!all(f$ok)) f <- curvature(pmax(-w * d$d2, 0))
    step <- -solve_upper(f$L, solve_lower(f$L, G))
    size <- rep(1, m)
    for (halving in 1:40) {
      new <- U + size * step; hn <- h_at(new); worse <- hn > h + 1e-12 * abs(h) + 1e-13
      if (!any(worse)) break
      size[worse] <- size[worse] / 2
    }
    U <- new; h <- hn
    if (max(abs(step)) < 1e-12) break
  }
  d <- a$density(eta_at(U), v); f <- curvature(-w * d$d2); L <- f$L
  if (!all(f$ok)) return(if (details) NULL else rep(NaN, m))
  logdet <- 0; for (r in seq_len(q)) logdet <- logdet + log(L[, r, r])
  rule <- hermite(k); grid <- as.matrix(expand.grid(rep(list(seq_len(k)), q)))
  terms <- vapply(seq_len(nrow(grid)), function(i) {
    x <- rule$x[grid[i, ]]
    sum(rule$logw[grid[i, ]]) - h_at(U + sqrt(2) * solve_upper(L, matrix(x, m, q, byrow = TRUE)))
  }, numeric(m))
  terms <- matrix(terms, m); top <- do.call(pmax, as.data.frame(terms))
  value <- -q / 2 * log(pi) - logdet + top + log(rowSums(exp(terms - top)))
  if (!details) return(value)
  spread <- t(vapply(seq_len(m), function(i) {
    Li <- matrix(L[i, , ], q, q); sqrt(diag(v$Lambda %*% chol2inv(t(Li)) %*% t(v$Lambda)))
  }, numeric(q))); if (q == 1) spread <- t(spread)
  list(value = value, modes = U %*% t(v$Lambda), spread = matrix(spread, m, q))
}

# ---- the maximum: Newton with sixth-order central differences in units of the standard errors -------------------------------

weights6 <- c(-1, 9, -45, 45, -9, 1) / 60; points6 <- c(-3, -2, -1, 1, 2, 3)

scores <- function(par, a, k, scale, h = 0.02) # clusters x parameters
  vapply(seq_along(par), function(i) {
    s <- 0
    for (j in 1:6) { p <- par; p[i] <- p[i] + points6[j] * h * scale[i]; s <- s + weights6[j] * cluster_loglik(p, a, k) }
    s / (h * scale[i])
  }, numeric(length(a$ids)))

inverse <- function(H) { s <- 1 / sqrt(abs(diag(H))); solve(H * outer(s, s)) * outer(s, s) } # scaled: parameters may be of order 1e-4

hessian_of <- function(par, a, k, scale, h = 0.1, basis = diag(length(par))) { # in the coordinates par + basis z
  P <- length(par); f <- function(z) sum(cluster_loglik(par + drop(basis %*% (z * scale)), a, k)); f0 <- f(rep(0, P)); H <- matrix(0, P, P)
  e <- diag(P)
  w2 <- c(2, -27, 270, -490, 270, -27, 2) / 180 # second derivative, sixth order
  for (i in seq_len(P)) H[i, i] <- sum(w2[-4] * vapply(c(-3:-1, 1:3), function(s) f(s * h * e[i, ]), 1), w2[4] * f0) / h^2
  mixed <- function(i, j, h) (f(h * (e[i, ] + e[j, ])) - f(h * (e[i, ] - e[j, ])) - f(h * (e[j, ] - e[i, ])) + f(-h * (e[i, ] + e[j, ]))) / (4 * h^2)
  if (P > 1) for (i in 2:P) for (j in seq_len(i - 1)) H[i, j] <- H[j, i] <- (4 * mixed(i, j, h / 2) - mixed(i, j, h)) / 3 # Richardson
  H / outer(scale, scale)
}

maximise <- function(par, a, k, scale, iterations = 30) {
  H <- hessian_of(par, a, k, scale); last <- Inf
  se <- suppressWarnings(sqrt(diag(inverse(-H)))); if (all(is.finite(se))) { scale <- se; H <- hessian_of(par, a, k, scale) }
  for (it in seq_len(iterations)) {
    value <- sum(cluster_loglik(par, a, k)); g <- colSums(scores(par, a, k, scale))
    step <- drop(inverse(H) %*% -g); decrement <- sum(g * step)
    if (it %in% c(3, 8, 15) && abs(decrement) > 1e-15) H <- hessian_of(par, a, k, scale)
    if (abs(decrement) < 1e-17 || (abs(decrement) < 1e-13 && abs(decrement) > 0.1 * last)) break
    size <- 1
    while (size > 1e-6) { new <- sum(cluster_loglik(par + size * step, a, k)); if (is.finite(new) && new > value - 1e-9) break; size <- size / 2 }
    par <- par + size * step; last <- abs(decrement)
  }
  H <- hessian_of(par, a, k, scale); V <- inverse(-H)
  # once more along axes on which the estimates are uncorrelated: else the differences' error grows with their correlation
  if (all(is.finite(V)) && all(eigen(V * outer(1 / scale, 1 / scale), TRUE)$values > 0)) {
    B <- scale * t(chol(V * outer(1 / scale, 1 / scale))); V <- B %*% solve(-hessian_of(par, a, k, rep(1, length(par)), 0.04, B)) %*% t(B)
  }
  S <- scores(par, a, k, scale)
  list(par = par, logLik = sum(cluster_loglik(par, a, k)), vcov = V, robust = V %*% crossprod(S) %*% V,
       gradient = colSums(S), decrement = sum(colSums(S) * (V %*% colSums(S))))
}

# ---- the linear mixed model by dense matrices: ML and REML, precision and frequency weights ----------------------------------

gaussian_criterion <- function(theta, a, reml) { # theta = free entries of Lambda, then log sigma; beta profiled out
  v <- unpack(c(rep(0, ncol(a$X)), theta), a); G <- tcrossprod(v$Lambda); s2 <- exp(2 * v$psi[1])
  z <- a$y - a$offset; p <- ncol(a$X); XX <- matrix(0, p, p); Xz <- rep(0, p); zz <- logdet <- 0; n <- sum(a$weights)
  for (i in seq_along(a$ids)) {
    r <- rep(which(a$g == i), a$weights[a$g == i]) # a frequency weight repeats its row
    Z <- a$Z[r, , drop = FALSE]; V <- Z %*% G %*% t(Z) + diag(s2 / a$precision[r], length(r)); R <- chol(V)
    Xi <- backsolve(R, a$X[r, , drop = FALSE], transpose = TRUE); zi <- backsolve(R, z[r], transpose = TRUE)
    XX <- XX + crossprod(Xi); Xz <- Xz + crossprod(Xi, zi); zz <- zz + sum(zi^2); logdet <- logdet + 2 * sum(log(diag(R)))
  }
  beta <- drop(solve(XX, Xz)); rss <- zz - sum(beta * Xz)
  value <- -0.5 * (logdet + rss + n * log(2 * pi))
  if (reml) value <- value - 0.5 * as.numeric(determinant(XX)$modulus) + p / 2 * log(2 * pi)
  list(value = value, beta = beta, vcov = solve(XX), G = G, sigma = sqrt(s2), Lambda = v$Lambda)
}

gls_vcov <- function(a, v) { # (X'V^-1 X)^-1: the variances taken as known
  XX <- 0
  for (i in seq_along(a$ids)) {
    r <- rep(which(a$g == i), a$weights[a$g == i]); Z <- a$Z[r, , drop = FALSE] %*% v$Lambda
    XX <- XX + crossprod(a$X[r, , drop = FALSE], solve(tcrossprod(Z) + diag(exp(2 * v$psi[r]) / a$precision[r], length(r)), a$X[r, , drop = FALSE]))
  }
  unname(solve(XX))
}

maximise_gaussian <- function(theta, a, reml) {
  f <- function(t) gaussian_criterion(t, a, reml)$value
  scale <- pmax(abs(theta), 0.1) * 0.1; P <- length(theta)
  gradient <- function(t) vapply(seq_len(P), function(i) { s <- 0; for (j in 1:6) { u <- t; u[i] <- u[i] + points6[j] * 0.05 * scale[i]; s <- s + weights6[j] * f(u) }; s / (0.05 * scale[i]) }, 1)
  for (it in 1:20) {
    g <- gradient(theta); H <- matrix(vapply(seq_len(P), function(i) { u <- l <- theta; u[i] <- u[i] + 0.01 * scale[i]; l[i] <- l[i] - 0.01 * scale[i]; (gradient(u) - gradient(l)) / (0.02 * scale[i]) }, numeric(P)), P)
    step <- drop(solve((H + t(H)) / 2, -g)); if (abs(sum(g * step)) < 1e-18) break
    size <- 1; base <- f(theta); while (size > 1e-6 && !(f(theta + size * step) > base - 1e-10)) size <- size / 2
    theta <- theta + size * step
  }
  r <- gaussian_criterion(theta, a, reml); r$gradient <- gradient(theta); r$theta <- theta
  P <- r$Lambda; per <- lapply(seq_along(a$ids), function(i) {
    rows <- rep(which(a$g == i), a$weights[a$g == i]); Z <- a$Z[rows, , drop = FALSE]; w <- a$precision[rows]
    ZL <- Z %*% P; C <- P %*% solve(crossprod(ZL, ZL * w) / r$sigma^2 + diag(ncol(Z))) %*% t(P)
    list(mode = drop(C %*% crossprod(Z, w * (a$y - a$offset - a$X %*% r$beta)[rows])) / r$sigma^2, spread = sqrt(diag(C)))
  })
  r$modes <- do.call(rbind, lapply(per, `[[`, "mode")); r$spread <- do.call(rbind, lapply(per, `[[`, "spread"))
  r
}
