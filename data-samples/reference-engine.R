# The marginal likelihood of a generalized linear mixed model with one grouping column, written to be obvious and exact
# rather than fast: the second implementation that the engines (glmmTMB, lme4) are checked against, and that serves where
# none of them offers the criterion. Used by reference-fits.R.
#
# Model:   y_j | u ~ f(y_j; eta_j),  eta = offset + X beta + Z Lambda u,  u ~ N(0, I)
# Rule:    adaptive Gauss-Hermite, k nodes per dimension (tensor product), centred at the mode of the integrand and scaled
#          by the observed curvature there; k = 1 is the Laplace approximation.
# Needs:   lme4 (formula reading only).

# ---- families: log density and its first two derivatives in eta, all constants included --------------------------------

log1pExp <- function(x) ifelse(x > 0, x + log1p(exp(-abs(x))), log1p(exp(-abs(x))))

density_of <- function(family, link, y, trials, precision) {
  fail <- trials - y
  choose_term <- lchoose(trials, y)
  inside <- function(ok, value) { value[!ok] <- NaN; value }
  switch(paste(family, link),
    "binomial logit" = function(eta, psi) {
      p <- plogis(eta)
      list(l = choose_term + y * eta - trials * log1pExp(eta), d1 = y - trials * p, d2 = -trials * p * plogis(-eta))
    },
    "binomial probit" = function(eta, psi) {
      logp <- pnorm(eta, log.p = TRUE); logq <- pnorm(-eta, log.p = TRUE)
      a <- exp(dnorm(eta, log = TRUE) - logp); b <- exp(dnorm(eta, log = TRUE) - logq)
      list(l = choose_term + y * logp + fail * logq, d1 = y * a - fail * b, d2 = -y * a * (eta + a) - fail * b * (b - eta))
    },
    "binomial cloglog" = function(eta, psi) {
      t <- exp(eta); r <- t / expm1(t)
      list(l = choose_term + y * log(-expm1(-t)) - fail * t, d1 = y * r - fail * t, d2 = y * r * (1 - r - t) - fail * t)
    },
    "binomial log" = function(eta, psi) {
      ok <- eta < 0; e <- ifelse(ok, eta, -1); p <- exp(e)
      list(l = inside(ok, choose_term + y * e + fail * log1p(-p)), d1 = y - fail * p / (1 - p), d2 = -fail * p / (1 - p)^2)
    },
    "poisson log" = function(eta, psi) {
      mu <- exp(eta)
      list(l = y * eta - mu - lgamma(y + 1), d1 = y - mu, d2 = -mu)
    },
    "poisson sqrt" = function(eta, psi)
      list(l = ifelse(y > 0, 2 * y * log(abs(eta)), 0) - eta^2 - lgamma(y + 1),
           d1 = ifelse(y > 0, 2 * y / eta, 0) - 2 * eta, d2 = ifelse(y > 0, -2 * y / eta^2, 0) - 2),
    "poisson identity" = function(eta, psi) {
      ok <- eta > 0; e <- ifelse(ok, eta, 1)
      list(l = inside(ok, y * log(e) - e - lgamma(y + 1)), d1 = y / e - 1, d2 = -y / e^2)
    },
    "gaussian identity" = gaussian_density(y, precision, function(e) list(e, 1, 0)),
    "gaussian log" = gaussian_density(y, precision, function(e) list(exp(e), exp(e), exp(e))),
    "gaussian inverse" = gaussian_density(y, precision, function(e) list(1 / e, -1 / e^2, 2 / e^3)),
    stop("no density for ", family, " with link ", link))
}

gaussian_density <- function(y, precision, mean_of) function(eta, psi) {
  variance <- exp(2 * psi) / precision
  m <- mean_of(eta); rest <- y - m[[1]]
  list(l = -0.5 * log(2 * pi * variance) - rest^2 / (2 * variance),
       d1 = rest * m[[2]] / variance, d2 = (rest * m[[3]] - m[[2]]^2) / variance)
}

# ---- from formula and data to arrays --------------------------------------------------------------------------------------

read_sample <- function(file, levels = list()) {
  d <- read.csv(file, stringsAsFactors = FALSE)
  for (v in names(d)) if (is.character(d[[v]]))
    d[[v]] <- factor(d[[v]], levels = if (is.null(levels[[v]])) sort(unique(d[[v]]), method = "radix") else levels[[v]])
  d
}

model_arrays <- function(formula, data, family, link, weights = NULL, precision = NULL) {
  bars <- lme4::findbars(lme4::expandDoubleVerts(formula))
  frame <- model.frame(lme4::subbars(formula), data)
  y <- unname(model.response(frame)); trials <- rep(1, nrow(frame))
  if (is.matrix(y)) { trials <- rowSums(y); y <- y[, 1] }
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
  list(X = model.matrix(fixed, data), Z = do.call(cbind, blocks), blocks = blocks, mask = mask, y = y, trials = trials,
       offset = if (is.null(offset)) rep(0, n) else offset, weights = if (is.null(weights)) rep(1, n) else data[[weights]],
       precision = precision, g = as.integer(groups), ids = levels(groups), group = group_name, has_scale = family == "gaussian",
       family = family, link = link, density = density_of(family, link, y, trials, precision))
}

unpack <- function(par, a) {
  p <- ncol(a$X); nt <- sum(a$mask); Lambda <- matrix(0, nrow(a$mask), nrow(a$mask))
  Lambda[a$mask] <- par[p + seq_len(nt)]
  list(beta = par[seq_len(p)], Lambda = Lambda, psi = if (a$has_scale) par[p + nt + 1] else NA_real_)
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
    l <- a$density(eta_at(U), v$psi)$l
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
    d <- a$density(eta_at(U), v$psi)
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
  d <- a$density(eta_at(U), v$psi); f <- curvature(-w * d$d2); L <- f$L
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

hessian_of <- function(par, a, k, scale, h = 0.1) {
  P <- length(par); f <- function(z) sum(cluster_loglik(par + z * scale, a, k)); f0 <- f(rep(0, P)); H <- matrix(0, P, P)
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
    if (it %in% c(3, 8, 15)) H <- hessian_of(par, a, k, scale)
    if (abs(decrement) < 1e-17 || (abs(decrement) < 1e-13 && abs(decrement) > 0.1 * last)) break
    size <- 1
    while (size > 1e-6) { new <- sum(cluster_loglik(par + size * step, a, k)); if (is.finite(new) && new > value - 1e-9) break; size <- size / 2 }
    par <- par + size * step; last <- abs(decrement)
  }
  H <- hessian_of(par, a, k, scale); V <- inverse(-H); S <- scores(par, a, k, scale)
  list(par = par, logLik = sum(cluster_loglik(par, a, k)), vcov = V, robust = V %*% crossprod(S) %*% V,
       gradient = colSums(S), decrement = sum(colSums(S) * (V %*% colSums(S))))
}

# ---- the linear mixed model by dense matrices: ML and REML, precision and frequency weights ----------------------------------

gaussian_criterion <- function(theta, a, reml) { # theta = free entries of Lambda, then log sigma; beta profiled out
  v <- unpack(c(rep(0, ncol(a$X)), theta), a); G <- tcrossprod(v$Lambda); s2 <- exp(2 * v$psi)
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
