# Reference fits of models that spark-glmm must reproduce, beside those whose numbers come from elsewhere.
#
#   Rscript reference-fits.R [case ...]      fit the listed cases (default: all below) and write <sample>/cases/<case>.json
#   Rscript reference-fits.R --verify        for every stored case, of whatever origin: the log-likelihood at the stored
#                                            estimates and how far the maximum is, by reference-engine.R
#
# Reads */data.csv only. Needs R packages lme4, glmmTMB, ordinal, TMB, numDeriv, jsonlite.
# Each fit is made twice: by an engine (glmmTMB polished by Newton steps on TMB's gradient; lme4; clmm of ordinal) and by
# reference-engine.R.
# The stored numbers are the latter's; how far the engine's are from them is written into the case's "source".

suppressMessages({ library(lme4); library(glmmTMB) })
here <- local({ f <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)); if (length(f)) dirname(f) else "." })
source(file.path(here, "reference-engine.R"))

versions <- sprintf("lme4 %s, ordinal %s, glmmTMB %s, TMB %s, R %s", packageVersion("lme4"), packageVersion("ordinal"), packageVersion("glmmTMB"), packageVersion("TMB"), getRversion())
respiratory_levels <- list(baseline = c("poor", "good"))

case <- function(sample, name, formula, family = "binomial", link = switch(family, binomial = , ordinal = , beta = , betabinomial = "logit",
                   gaussian = , lognormal = "identity", "log"),
                 nodes = 1, engine = if (family == "ordinal") "clmm" else "glmmTMB", reml = FALSE, levels = list(), weights = NULL, precision = NULL, start = NULL,
                 boundary = FALSE, note = "", ziformula = NULL, dispformula = NULL, sd_abs = 0)
  as.list(environment())

use <- "use ~ urban + age + age2 + livch + "
incidence <- "cbind(incidence, size - incidence) ~ factor(period) + "
owls <- "SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + "
status <- "status ~ baseline + month + treatment + gender + age + factor(centre) + "
nodes_note <- "Few nodes are not a converged integral: only a Gauss-Hermite rule centred at the mode and scaled by the curvature there gives these numbers."
observed <- "Non-canonical link: the curvature at the mode is the observed one (glmer uses the expected one and gives other numbers)."

salamander_levels <- list(mined = c("yes", "no"), spp = c("GP", "PR", "DM", "EC-A", "EC-L", "DES-L", "DF"))
soup_levels <- list(prod = c("Ref", "Test"), gender = c("Male", "Female"))
salamander <- function(name, formula, family, ...) case("salamanders", name, formula, family, levels = salamander_levels, ...)
calls <- paste0(owls, "offset(logBroodSize) + (1 | Nest)")
calls2 <- "SiblingNegotiation ~ (FoodTreatment + ArrivalTime) * SexParent + offset(log(BroodSize)) + (1 | Nest)"
positive_calls <- "positive ~ FoodTreatment * SexParent + ArrivalTime + offset(logBroodSize) + (1 | Nest)"
seizures <- "y ~ lbase * trt + lage + V4 + (1 | subject)"
phosphate <- "level ~ group * hour + hour2 + (1 | id)"
positive_note <- "The column is missing where the count is 0; those rows are dropped."
given_note <- "Standard errors: joint observed information; seGivenVariances: (X'V^-1 X)^-1, as lme4 gives."
one_per_row <- "Frequency weights: the same as every row repeated w times."
hurdle_note <- "Hurdle: the zero part is the chance of a zero, all of which come from it; the two parts share no parameter."
ig_note <- "Density: log f = -log(2 pi phi y^3) / 2 - (y - mu)^2 / (2 phi mu^2 y)."
lognormal_note <- "eta is the mean of log y, sigma the standard deviation of log y; the log-likelihood is that of y (-sum(log y) is part of it)."

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
  ),
  # ---- counts: negative binomial, truncated, zero-inflated, hurdle
  list(
  case("epilepsy", "epilepsy_nbinom2", seizures, "nbinom2"),
  case("epilepsy", "epilepsy_nbinom2_agq9", seizures, "nbinom2", nodes = 9, engine = "none"),
  case("epilepsy", "epilepsy_nbinom1", seizures, "nbinom1"),
  case("grouseticks", "grouseticks_nbinom2", "TICKS ~ factor(YEAR) + cHEIGHT + (1 | BROOD)", "nbinom2", note = "Many small clusters."),
  case("owls", "owls_nbinom2_offset", calls2, "nbinom2"),
  case("owls", "owls_nbinom1_offset", calls2, "nbinom1"),
  case("owls", "owls_nbinom2_slope", paste0(owls, "offset(logBroodSize) + (SexParent | Nest)"), "nbinom2"),
  case("owls", "owls_nbinom1_slope", paste0(owls, "offset(logBroodSize) + (FoodTreatment | Nest)"), "nbinom1"),
  case("owls", "owls_nbinom1_agq7", calls, "nbinom1", nodes = 7, engine = "none"),
  salamander("salamanders_nb2", "count ~ spp + mined + (1 | site)", "nbinom2"),
  salamander("salamanders_nbinom1", "count ~ mined + spp + (1 | site)", "nbinom1"),
  salamander("salamanders_poisson", "count ~ mined + spp + (1 | site)", "poisson"),
  salamander("salamanders_nbinom2_weights", "count ~ spp + mined + (1 | site)", "nbinom2", weights = "w", note = one_per_row),
  case("owls", "owls_truncated_poisson", positive_calls, "truncated_poisson", note = positive_note),
  case("owls", "owls_truncated_nbinom1", positive_calls, "truncated_nbinom1", note = positive_note),
  case("owls", "owls_truncated_nbinom2", positive_calls, "truncated_nbinom2", note = positive_note),
  case("owls", "owls_truncated_nbinom2_agq9", positive_calls, "truncated_nbinom2", nodes = 9, engine = "none", note = positive_note),
  case("owls", "owls_truncated_poisson_slope", "positive ~ FoodTreatment * SexParent + ArrivalTime + offset(logBroodSize) + (FoodTreatment | Nest)", "truncated_poisson", note = positive_note),
  salamander("salamanders_truncated_poisson", "positive ~ spp + mined + (1 | site)", "truncated_poisson", note = positive_note),
  salamander("salamanders_truncated_poisson_weights", "positive ~ spp + mined + (1 | site)", "truncated_poisson", weights = "w", note = paste(positive_note, one_per_row)),
  salamander("salamanders_truncated_nbinom1", "positive ~ spp + mined + (1 | site)", "truncated_nbinom1", note = positive_note),
  salamander("salamanders_truncated_nbinom2", "positive ~ spp + (1 | site)", "truncated_nbinom2", note = positive_note),
  case("owls", "owls_zip", calls, "poisson", ziformula = "~ 1"),
  case("owls", "owls_zinb2", calls, "nbinom2", ziformula = "~ 1"),
  case("owls", "owls_zip_two_interactions", calls2, "poisson", ziformula = "~ 1"),
  case("owls", "owls_zinb1_two_interactions", calls2, "nbinom1", ziformula = "~ 1"),
  case("owls", "owls_zinb2_two_interactions", calls2, "nbinom2", ziformula = "~ 1"),
  case("owls", "owls_zip_covariates", calls, "poisson", ziformula = "~ FoodTreatment + ArrivalTime"),
  case("owls", "owls_zinb2_covariates", calls, "nbinom2", ziformula = "~ FoodTreatment * SexParent"),
  case("owls", "owls_zinb1_covariates", calls, "nbinom1", ziformula = "~ FoodTreatment"),
  case("owls", "owls_zip_agq9", calls, "poisson", ziformula = "~ 1", nodes = 9, engine = "none"),
  case("owls", "owls_zinb2_agq9", calls, "nbinom2", ziformula = "~ 1", nodes = 9, engine = "none"),
  case("owls", "owls_zip_slope", paste0(owls, "offset(logBroodSize) + (FoodTreatment | Nest)"), "poisson", ziformula = "~ FoodTreatment"),
  salamander("salamanders_zip", "count ~ spp + mined + (1 | site)", "poisson", ziformula = "~ spp + mined"),
  salamander("salamanders_zip_weights", "count ~ spp + mined + (1 | site)", "poisson", ziformula = "~ mined", weights = "w", note = one_per_row),
  salamander("salamanders_zinb2", "count ~ spp + mined + (1 | site)", "nbinom2", ziformula = "~ mined"),
  case("owls", "owls_hurdle_poisson", calls, "truncated_poisson", ziformula = "~ FoodTreatment * SexParent + ArrivalTime", note = hurdle_note),
  case("owls", "owls_hurdle_nbinom1", calls, "truncated_nbinom1", ziformula = "~ FoodTreatment", note = hurdle_note),
  case("owls", "owls_hurdle_nbinom2", calls, "truncated_nbinom2", ziformula = "~ FoodTreatment + ArrivalTime", note = hurdle_note),
  case("owls", "owls_hurdle_intercept", calls, "truncated_poisson", ziformula = "~ 1", note = hurdle_note),
  salamander("salamanders_hurdle_poisson", "count ~ spp + mined + (1 | site)", "truncated_poisson", ziformula = "~ spp + mined", note = hurdle_note),
  salamander("salamanders_hurdle_nbinom2", "count ~ spp + mined + (1 | site)", "truncated_nbinom2", ziformula = "~ mined", note = hurdle_note),
  # ---- ordinal
  case("wine", "wine_logit_laplace", "rating ~ temp + contact + (1 | judge)", "ordinal"),
  case("wine", "wine_logit_agq10", "rating ~ temp + contact + (1 | judge)", "ordinal", nodes = 10),
  case("wine", "wine_probit_laplace", "rating ~ temp + contact + (1 | judge)", "ordinal", "probit"),
  case("wine", "wine_probit_agq10", "rating ~ temp + contact + (1 | judge)", "ordinal", "probit", nodes = 10),
  case("wine", "wine_cloglog_laplace", "rating ~ temp + contact + (1 | judge)", "ordinal", "cloglog"),
  case("wine", "wine_cloglog_agq10", "rating ~ temp + contact + (1 | judge)", "ordinal", "cloglog", nodes = 10),
  case("wine", "wine_slope", "rating ~ temp + contact + (1 + temp | judge)", "ordinal", sd_abs = 6e-4, note = "The slope's standard deviation has a standard error of 3, so 2e-4 of that is allowed."),
  case("soup", "soup_logit", "sureness ~ prod + gender + (1 | resp)", "ordinal", levels = soup_levels),
  case("soup", "soup_probit_agq10", "sureness ~ prod + day + (1 | resp)", "ordinal", "probit", nodes = 10, levels = soup_levels),
  case("soup", "soup_logit_slope", "sureness ~ prod + day + (prod | resp)", "ordinal", levels = soup_levels),
  case("soup", "soup_cloglog", "sureness ~ prod * day + (1 | resp)", "ordinal", "cloglog", levels = soup_levels),
  case("soup", "soup_logit_weights", "sureness ~ prod + (1 | resp)", "ordinal", weights = "day", levels = soup_levels, note = "Frequency weights (the number of the day serves as one)."),
  case("respiratory", "respiratory_ordinal_two", "status ~ baseline + month + treatment + gender + (1 | subject)", "ordinal", levels = respiratory_levels,
       engine = "binomial", note = "Two categories: the logistic model, its intercept being minus the threshold. clmm 2022.11-16 stops 0.05 SE away here and its standard errors are not usable."),
  # ---- proportions
  case("petrol", "petrol_beta", "yield ~ endpoint + asvp + (1 | crude)", "beta"),
  case("petrol", "petrol_beta_probit", "yield ~ endpoint + (1 | crude)", "beta", "probit"),
  case("petrol", "petrol_beta_cloglog", "yield ~ endpoint + (1 | crude)", "beta", "cloglog"),
  case("petrol", "petrol_beta_agq9", "yield ~ endpoint + (1 | crude)", "beta", nodes = 9, engine = "none"),
  case("wine", "wine_score_beta", "score ~ temp + contact + (1 | judge)", "beta"),
  case("wine", "wine_score_beta_slope", "score ~ temp + contact + (contact | judge)", "beta"),
  case("wine", "wine_score_beta_dispersion", "score ~ temp + contact + (1 | judge)", "beta", dispformula = "~ temp"),
  case("cbpp", "cbpp_betabinomial_variance_zero", paste0(incidence, "(1 | herd)"), "betabinomial", boundary = "all", engine = "betabinomial",
       note = "The variance of herds is exactly 0 at the maximum: estimates, standard errors and log-likelihood equal those without the random effect."),
  case("cbpp", "cbpp_betabinomial_by_period", "cbind(incidence, size - incidence) ~ 1 + (1 | period)", "betabinomial", note = "Periods as clusters: those of herds have variance 0."),
  case("cbpp", "cbpp_betabinomial_probit", "cbind(incidence, size - incidence) ~ 1 + (1 | period)", "betabinomial", "probit"),
  case("cbpp", "cbpp_betabinomial_cloglog_agq9", "cbind(incidence, size - incidence) ~ 1 + (1 | period)", "betabinomial", "cloglog", nodes = 9, engine = "none"),
  case("cbpp", "cbpp_betabinomial_dispersion", "incidence/size ~ 1 + (1 | period)", "betabinomial", dispformula = "~ w", note = "w has no meaning here but to give such a case."),
  # ---- positive and semicontinuous
  case("phosphate", "phosphate_gamma", phosphate, "gamma"),
  case("phosphate", "phosphate_gamma_agq9", phosphate, "gamma", nodes = 9, engine = "none"),
  case("phosphate", "phosphate_gamma_inverse", phosphate, "gamma", "inverse", start = list(beta = c(.27, -.05, .05, -.01, .01), theta = -3.5)),
  case("phosphate", "phosphate_gamma_identity", phosphate, "gamma", "identity", start = list(beta = c(3.8, .8, -.7, .15, -.1), theta = -1)),
  case("phosphate", "phosphate_gamma_slope", "level ~ group * hour + hour2 + (hour | id)", "gamma"),
  case("phosphate", "phosphate_gamma_dispersion", phosphate, "gamma", dispformula = "~ group"),
  case("sleepstudy", "sleepstudy_gamma", "Reaction ~ Days + (Days | Subject)", "gamma"),
  case("sleepstudy", "sleepstudy_gamma_weights", "Reaction ~ Days + (1 | Subject)", "gamma", weights = "w", note = one_per_row),
  case("phosphate", "phosphate_lognormal", phosphate, "lognormal", note = paste(lognormal_note, given_note)),
  case("sleepstudy", "sleepstudy_lognormal_slope", "Reaction ~ Days + (Days | Subject)", "lognormal", note = paste(lognormal_note, given_note)),
  case("phosphate", "phosphate_inversegaussian", phosphate, "inversegaussian", engine = "none", note = ig_note),
  case("phosphate", "phosphate_inversegaussian_agq9", phosphate, "inversegaussian", nodes = 9, engine = "none", note = ig_note),
  case("phosphate", "phosphate_inversegaussian_dispersion", phosphate, "inversegaussian", dispformula = "~ hour", engine = "none", note = ig_note),
  case("sleepstudy", "sleepstudy_inversegaussian_slope", "Reaction ~ Days + (Days | Subject)", "inversegaussian", engine = "none", note = ig_note),
  case("owls", "owls_tweedie", "NegPerChick ~ FoodTreatment * SexParent + ArrivalTime + (1 | Nest)", "tweedie"),
  case("owls", "owls_tweedie_slope", "NegPerChick ~ FoodTreatment + SexParent + ArrivalTime + (FoodTreatment | Nest)", "tweedie"),
  case("owls", "owls_tweedie_dispersion", "NegPerChick ~ FoodTreatment + SexParent + (1 | Nest)", "tweedie", dispformula = "~ FoodTreatment"),
  # ---- dispersion sub-models of counts and of the gaussian
  case("owls", "owls_nbinom2_dispersion", calls, "nbinom2", dispformula = "~ FoodTreatment + SexParent"),
  case("owls", "owls_nbinom1_dispersion", calls, "nbinom1", dispformula = "~ FoodTreatment"),
  case("owls", "owls_zinb2_dispersion", calls, "nbinom2", ziformula = "~ FoodTreatment", dispformula = "~ SexParent"),
  salamander("salamanders_nbinom2_dispersion", "count ~ spp + mined + (1 | site)", "nbinom2", dispformula = "~ mined"),
  case("sleepstudy", "sleepstudy_dispersion", "Reaction ~ Days + (1 | Subject)", "gaussian", dispformula = "~ Days", note = given_note),
  case("sleepstudy", "sleepstudy_dispersion_slope", "Reaction ~ Days + (Days | Subject)", "gaussian", dispformula = "~ Days", note = given_note)
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

glmmTMB_family <- function(family, link) switch(family, beta = beta_family(link), gamma = Gamma(link), lognormal = gaussian(),
  inversegaussian = Gamma(link), get(family)(link)) # inversegaussian: only for a start

polished_glmmTMB <- function(s, f, d) {
  if (s$family == "lognormal") f[[2]] <- call("log", f[[2]])
  call <- list(f, d, family = glmmTMB_family(s$family, s$link), control = glmmTMBControl(optCtrl = list(iter.max = 1e4, eval.max = 1e4, rel.tol = 1e-14)))
  if (!is.null(s$ziformula)) call$ziformula <- as.formula(s$ziformula)
  if (!is.null(s$dispformula)) call$dispformula <- as.formula(s$dispformula)
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
  par <- function(name) unname(p[names(p) == name]); se <- unname(sqrt(diag(V)))
  factor_of_dispersion <- switch(s$family, gaussian = , lognormal = 0.5, gamma = , inversegaussian = -1, 1) # log sigma^2 and log shape there
  jacobian <- if (s$family == "lognormal") -sum(model.frame(m)[[1]]) else 0
  list(logLik = -as.numeric(m$obj$fn(p)) + jacobian, beta = unname(p[b]), se = se[b], gradient = max(abs(m$obj$gr(p) * sqrt(diag(V)))),
       Lambda = lower_of(lapply(VarCorr(m)$cond, function(v) matrix(v, nrow(v)))),
       tail = c(factor_of_dispersion * par("betad") - if (s$family == "inversegaussian") c(log(mean(m$frame[[1]])), rep(0, sum(names(p) == "betad") - 1)) else 0,
                par("psi"), par("betazi")), # psi: tweedie's
       tail_se = c(abs(factor_of_dispersion) * se[names(p) == "betad"], se[names(p) == "psi"], se[names(p) == "betazi"]))
}

polished_clmm <- function(s, f, d) { # clmm's default inner tolerance, 1e-4, leaves its Laplace approximation with an error of 1e-6 to 1e-5
  f[[2]] <- call("factor", f[[2]]); link <- if (s$link == "cloglog") "loglog" else s$link # clmm has the two exchanged; clm has not
  fit <- function(...) do.call(ordinal::clmm, list(f, d, link = link, nAGQ = as.integer(s$nodes), control = ordinal::clmm.control(gradTol = 1e-10, maxIter = 200, ...),
    Hess = TRUE, weights = if (is.null(s$weights)) NULL else d[[s$weights]]))
  m <- suppressWarnings(fit(rel.tol = 1e-14, x.tol = 1e-10, abs.tol = 0, eval.max = 1e4, iter.max = 1e4))
  # its errors come from finite differences that the tight inner tolerance upsets (1% off): those of the default control are good to 1e-4
  k <- length(m$alpha); se <- unname(sqrt(diag(vcov(suppressWarnings(do.call(ordinal::clmm, list(f, d, link = link, nAGQ = as.integer(s$nodes),
    weights = if (is.null(s$weights)) NULL else d[[s$weights]])))))))
  list(logLik = as.numeric(logLik(m)), beta = unname(m$beta), se = se[k + seq_along(m$beta)], gradient = max(abs(m$gradient)) ,
       Lambda = lower_of(lapply(ordinal::VarCorr(m), function(v) matrix(v, nrow(v)))), tail = unname(m$alpha), tail_se = se[seq_len(k)])
}

one_sided <- function(text) if (is.null(text)) NULL else as.formula(text)

start_of <- function(s, f, d, a) { # for criteria that no engine offers: the nearest one that an engine does
  if (s$engine == "glmer") {
    m <- glmer(f, d, binomial(), nAGQ = s$nodes, control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-13, optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))
    return(list(logLik = as.numeric(logLik(m)), beta = unname(fixef(m)), se = NULL, Lambda = lower_of(lapply(VarCorr(m), function(v) matrix(v, nrow(v))))))
  }
  if (s$engine == "binomial") { # an ordinal model of two categories
    b <- s; b$family <- "binomial"; e <- polished_glmmTMB(b, f, d)
    return(c(list(beta = e$beta[-1], se = e$se[-1], tail = -e$beta[1], tail_se = e$se[1]), e[c("logLik", "Lambda", "gradient")]))
  }
  if (s$family == "ordinal") return(polished_clmm(s, f, d))
  if (identical(s$boundary, "all") && s$family == "betabinomial") {
    wide <- f; wide[[3]] <- nobars(f)[[3]]; e <- polished_glmmTMB(s, wide, d)
    e$Lambda <- matrix(0, ncol(a$Z), ncol(a$Z)); return(e)
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
  s$levels <- s$levels[names(s$levels) %in% unlist(lapply(c(s$formula, s$ziformula, s$dispformula), function(f) all.vars(as.formula(f))))]
  d <- read_sample(file.path(here, s$sample, "data.csv"), s$levels); f <- r_formula(s$formula)
  a <- model_arrays(f, d, s$family, s$link, s$weights, s$precision, one_sided(s$ziformula), one_sided(s$dispformula)); d <- droplevels(a$data); p <- ncol(a$X); nt <- sum(a$mask)
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
    par <- c(e$beta, e$Lambda[a$mask], e$tail); se0 <- if (is.null(e$se)) pmax(0.1 * abs(e$beta), 0.01) else e$se
    r <- maximise(par, a, s$nodes, c(se0, matrix(scale_theta, nrow(a$mask), nrow(a$mask))[a$mask], e$tail_se))
    v <- unpack(r$par, a)
    sigma <- if (s$family %in% c("gaussian", "lognormal") && ncol(a$D) == 1) exp(v$delta) else NULL
    if (is.character(s$boundary)) r$par[p + seq_len(nt)][abs(r$par[p + seq_len(nt)]) < 1e-9] <- 0 # the boundary itself
    details <- cluster_loglik(r$par, a, s$nodes, TRUE)
    engine <- switch(s$engine, glmer = sprintf("glmer(%s, binomial, nAGQ = %d), bobyqa rhoend 1e-9, tolPwrss 1e-13", s$formula, s$nodes),
      glm = "glm() without the random effect", binomial = sprintf("glmmTMB(%s, binomial(%s)), Newton-polished", deparse1(f), s$link), betabinomial = sprintf("glmmTMB, %s without the random effect", s$family),
      clmm = sprintf("clmm(%s, link = %s, nAGQ = %d), gradTol 1e-10, rel.tol 1e-14 (SE: default control)%s", deparse1(f), if (s$link == "cloglog") "loglog" else s$link, s$nodes,
        if (s$link == "cloglog") "; clmm exchanges loglog and cloglog (clm and glm do not): what it calls loglog is F(x) = 1 - exp(-exp(x))" else ""), none = "none offers this criterion or reaches this boundary",
      if (s$family == "lognormal") sprintf("glmmTMB and lmer(REML = FALSE) of log(%s), gaussian; sum(log(%s)) subtracted from their logLik", deparse1(f[[2]]), deparse1(f[[2]])) else sprintf("glmmTMB(%s, %s(%s)%s), Newton-polished (largest gradient in SE units %.0e)", deparse1(f), s$family, s$link, paste0("", if (!is.null(s$weights)) paste0(", weights = ", s$weights),
        if (!is.null(s$ziformula)) paste0(", ziformula = ", s$ziformula), if (!is.null(s$dispformula)) paste0(", dispformula = ", s$dispformula)), e$gradient))
  }
  se <- sqrt(diag(r$vcov))[seq_len(p)]; Lambda <- unpack(r$par, a)$Lambda
  if (s$engine == "lmer") { Lambda <- r$Lambda }
  distance <- c(logLik = abs(r$logLik - e$logLik), estimates = max(abs(r$par[seq_len(p)] - e$beta) / se), se = if (is.null(e$se)) NA else max(abs(e$se / se - 1)))
  last <- seq_along(r$par) > p + nt; all_se <- unname(sqrt(diag(r$vcov)))
  if (s$engine != "lmer" && any(last)) {
    if (s$family == "lognormal") { # lmer too
      g <- f; g[[2]] <- call("log", f[[2]]); m <- lmer(g, d, REML = FALSE, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
      stopifnot(abs(as.numeric(logLik(m)) - sum(log(a$y)) - r$logLik) < 1e-6)
    }
    distance["estimates"] <- max(distance["estimates"], abs(r$par[last] - e$tail) / all_se[last])
    if (!is.na(distance["se"])) distance["se"] <- max(distance["se"], abs(e$tail_se / all_se[last] - 1))
  }
  if (s$engine == "none") agreement <- "" else {
    stopifnot(distance["logLik"] < if (s$family == "ordinal") 5e-6 else 2e-6) # clmm: its inner modes are good to that
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
  pairs <- function(values, names, at) setNames(lapply(seq_along(values), function(i) list(estimate = unname(values[i]), se = all_se[at + i])), names)
  at <- p + nt; extra <- dispersion <- zi <- thresholds <- threshold_se <- given <- NULL
  if (s$engine != "lmer") {
    if (a$has_scale && is.null(s$dispformula) && s$family != "gaussian") extra <- setNames(list(unname(exp(v$delta))), with_dispersion[s$family])
    if (a$has_power) extra$power <- v$power
    if (!is.null(s$dispformula)) dispersion <- pairs(v$delta, colnames(a$D), at)
    if (ncol(a$Q)) zi <- pairs(v$zeta, colnames(a$Q), at + ncol(a$D) + a$has_power)
    if (a$thresholds) {
      between <- paste(head(a$levels, -1), a$levels[-1], sep = "|")
      thresholds <- as.list(setNames(v$thresholds, between)); threshold_se <- as.list(setNames(all_se[at + seq_len(a$thresholds)], between))
    }
    if (s$family %in% c("gaussian", "lognormal") && s$link == "identity") given <- as.list(setNames(sqrt(diag(gls_vcov(a, v))), colnames(a$X)))
  }
  expected <- list(nObservations = nrow(a$X), nClusters = length(ids), logLik = r$logLik, nParameters = length(r$par), fixed = fixed, sd = sds, sigma = sigma)
  for (field in c("extra", "dispersion", "zi", "thresholds")) if (!is.null(get(field))) expected[[field]] <- get(field)
  if (!is.null(thresholds)) expected$threshold_se <- threshold_se
  if (!is.null(given)) expected$seGivenVariances <- given
  model <- list(formula = s$formula)
  if (!is.null(s$ziformula)) model$ziformula <- s$ziformula
  if (!is.null(s$dispformula)) model$dispformula <- s$dispformula
  out <- c(list(name = s$name,
    source = trimws(paste0("Numbers: reference-engine.R (", if (s$family == "gaussian" && s$link == "identity") "exact multivariate normal" else if (s$nodes == 1) "Laplace, observed curvature" else sprintf("adaptive Gauss-Hermite, %d nodes a dimension, observed curvature", s$nodes),
      "). Engine: ", engine, agreement, ". ", versions, ". ", s$note))), model, list(family = s$family, link = s$link, nodes = s$nodes, reml = s$reml,
    levels = lapply(s$levels, I), weights = s$weights, precisionWeights = s$precision, idColumn = a$group,
    expected = c(expected, list(
      modes = lapply(head(order_of, 10), function(i) list(id = ids[i], mode = I(details$modes[i, ]), condSd = I(ifelse(details$spread[i, ] < 1e-9, NA_real_, details$spread[i, ])))),
      robustSe = robust)),
    tolerance = list(logLikAbs = 1e-6, fixedInSe = 2e-4, seRel = 2e-4, sdRel = 2e-4, sdAbs = if (zero) 1e-3 else s$sd_abs, corrAbs = 1e-3, modeInSd = 1e-3,
      reason = if (s$engine == "none") "Optimised until the Newton decrement is below 1e-13; what is allowed is an optimiser that stops within 2e-4 standard errors of the maximum."
               else "Two implementations agree far more closely (see source); what is allowed is an optimiser that stops within 2e-4 standard errors of the maximum.")))
  stopifnot(abs(r$decrement) < 1e-12, eigen(r$vcov, TRUE)$values > 0) # a maximum, and no saddle
  writeLines(json(out), file.path(here, s$sample, "cases", paste0(s$name, ".json")))
  cat(sprintf("%-32s logLik %.9f engine %.0e est %.0e se %.0e decrement %.0e sd %s  %.0fs\n", s$name, r$logLik, distance[1], distance[2], distance[3], r$decrement,
              paste(signif(unlist(lapply(sds, `[[`, "sd")), 5), collapse = " "), proc.time()[3] - started))
}

# ---- verification of every stored case -----------------------------------------------------------------------------------------

verify <- function(file) {
  c <- jsonlite::fromJSON(file, simplifyVector = FALSE); x <- c$expected
  d <- read_sample(file.path(dirname(dirname(file)), "data.csv"), lapply(c$levels, unlist))
  a <- model_arrays(r_formula(c$formula), d, c$family, c$link, c$weights, c$precisionWeights, one_sided(c$ziformula), one_sided(c$dispformula))
  stopifnot(setequal(colnames(a$X), names(x$fixed)), nrow(a$X) == x$nObservations, length(a$ids) == x$nClusters, a$group == c$idColumn,
            ncol(a$X) + sum(a$mask) + ncol(a$D) + a$has_power + ncol(a$Q) + a$thresholds == x$nParameters, identical(unlist(lapply(a$blocks, colnames)), unlist(lapply(x$sd, `[[`, "terms"))))
  beta <- vapply(x$fixed[colnames(a$X)], `[[`, 1, "estimate"); se <- vapply(x$fixed[colnames(a$X)], `[[`, 1, "se")
  L <- as.matrix(bdiag(lapply(x$sd, function(b) { s <- unlist(b$sd); C <- matrix(unlist(b$corr), length(s)); G <- C * outer(s, s)
    R <- matrix(0, length(s), length(s)) # Cholesky that accepts a singular matrix
    for (i in seq_along(s)) for (j in seq_len(i)) { v <- G[i, j] - sum(R[i, seq_len(j - 1)] * R[j, seq_len(j - 1)]); R[i, j] <- if (i == j) sqrt(max(v, 0)) else if (R[j, j] > 0) v / R[j, j] else 0 }
    R })))
  estimates <- function(pairs) vapply(pairs, `[[`, 1, "estimate")
  tail <- c(if (length(x$dispersion)) estimates(x$dispersion[colnames(a$D)]) else if (a$has_scale) log(if (is.null(x$sigma)) x$extra[[with_dispersion[c$family]]] else x$sigma),
            if (a$has_power) qlogis(x$extra$power - 1), if (ncol(a$Q)) estimates(x$zi[colnames(a$Q)]), unlist(x$thresholds))
  theta <- c(L[a$mask], tail); par <- unname(c(beta, theta))
  if (c$family == "gaussian" && c$link == "identity" && is.null(c$dispformula)) {
    r <- gaussian_criterion(theta, a, c$reml); value <- r$value; decrement <- sum(((r$beta - beta) / se)^2); se_error <- max(abs(sqrt(diag(r$vcov)) / se - 1)); modes <- NA
  } else {
    at <- cluster_loglik(par, a, c$nodes, TRUE); value <- sum(at$value)
    S <- colSums(scores(par, a, c$nodes, c(se, rep(0.05, sum(a$mask)) * if (max(L) > 0) max(L) else 1, rep(0.05, length(tail)))))[seq_along(beta)]
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
