package org.sparkglmm.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one family becomes in terms of another: at the edge of its parameters, conditioned, mixed, or with few categories. */
class FamilyLimitsTest {
    private static final double SAME_FORMULA = 1e-12;
    private static final double FAR = AuxiliaryParameter.FAR;
    /** Of the size of the terms: what some twenty operations on them may lose. */
    private static final double ROUNDING = 1e-14;

    /** ℓ and three derivatives in η. */
    private static double[] at(Family family, Link link, double y, double size, double eta, double... psi) {
        ObservationModel model = family.model(link);
        Observations one = new Observations(new double[] {y}, new double[] {size}, null);
        double[][] prepared = new double[model.prepared()][1];
        model.prepare(one, AuxiliaryPredictors.constant(psi), prepared);
        Derivatives out = new Derivatives(1);
        model.evaluate(new RowWindow(one, 0, 1, new double[] {eta}, prepared), 3, out);
        return new double[] {out.value[0], out.first[0], out.second[0], out.third[0]};
    }

    private static double[] at(String name, double y, double eta, double... psi) {
        return at(Families.named(name), Link.LOG, y, 1, eta, psi);
    }

    /**
     * With δ = 1/θ, both negative binomials are Poisson's plus δ((y-μ)² - y)/2 and terms in δ²; δ = 1/θ, or φ/μ. So they
     * equal it to 1e-8 wherever the counts are of moderate size, and elsewhere differ by just this.
     */
    @ParameterizedTest
    @ValueSource(doubles = {-5, -2, 0, 1.5, 5, 10})
    void negativeBinomialsAtTheirEdgeArePoisson(double eta) {
        double mu = Math.exp(eta);
        double delta = Math.exp(-FAR);
        for (double y : new double[] {0, 1, 2, 10, 1000, 1e5, 1e7}) {
            double[] poisson = at("poisson", y, eta);
            double[] second = at("nbinom2", y, eta, FAR);
            double[] first = at("nbinom1", y, eta, -FAR);
            double pairs = y * (y - 1) / mu;
            double[] forSecond = {
                ((y - mu) * (y - mu) - y) / 2, -mu * (y - mu), -mu * y + 2 * mu * mu, -mu * y + 4 * mu * mu
            };
            double[] forFirst = {(pairs - 2 * y + mu) / 2, (mu - pairs) / 2, (mu + pairs) / 2, (mu - pairs) / 2};
            double cube = (y + mu) * (y + mu) * (y + mu) * delta * delta;
            double rounding = ROUNDING * (y + mu) * (FAR + Math.abs(eta));
            for (int k = 0; k < 4; k++) {
                String where = "derivative " + k + ", y = " + y;
                assertEquals(poisson[k] + delta * forSecond[k], second[k], 10 * cube + rounding, where);
                assertEquals(poisson[k] + delta * forFirst[k], first[k], 10 * cube / (mu * mu) + rounding, where);
                if (y <= 10 && eta <= 5) {
                    assertEquals(poisson[k], second[k], 1e-5 * Math.max(1, mu), where);
                    assertEquals(poisson[k], first[k], 1e-5 * Math.max(1, mu), where);
                }
            }
        }
    }

    /** With δ = 1/φ: binomial plus δ(s(s-1)/p + f(f-1)/q - n(n-1))/2. */
    @ParameterizedTest
    @ValueSource(doubles = {-3, -1, 0, 0.7, 2})
    void betabinomialAtItsEdgeIsBinomial(double eta) {
        Family binomial = Families.named("binomial");
        Family beta = Families.named("betabinomial");
        for (Link link : beta.links()) {
            for (double size : new double[] {1, 2, 10, 1000}) {
                for (double y : new double[] {0, 1, Math.rint(size / 2), size}) {
                    double[] expected = at(binomial, link, y, size, eta);
                    double[] actual = at(beta, link, y, size, eta, FAR);
                    double p = link.mean(eta);
                    double f = size - y;
                    double q = 1 - p;
                    double d = 0.5 * Math.exp(-FAR) * (y * (y - 1) / p + f * (f - 1) / q - size * (size - 1));
                    double scale = size / Math.min(p, q);
                    assertEquals(expected[0] + d, actual[0], scale * scale * scale * 1e-19 + ROUNDING * FAR * size);
                    for (int k = 1; k < 4; k++) {
                        double allowed = 10 * scale * scale * Math.exp(-FAR) + ROUNDING * scale;
                        assertEquals(expected[k], actual[k], allowed, link + ", " + y + " of " + size);
                    }
                }
            }
        }
    }

    /**
     * P(Y = first) = F(α - η). F of logit and probit is symmetric, so the second category is a success at η - α. That of
     * cloglog is not: here the first category is a success at α - η; it is loglog that leaves the binary cloglog.
     */
    @ParameterizedTest
    @ValueSource(doubles = {-30, -3, -0.4, 0, 1.1, 4, 30})
    void twoCategoriesAreABinaryOutcome(double eta) {
        Family binomial = Families.named("binomial");
        Family ordinal = Families.named("ordinal").withCategories(List.of("no", "yes"));
        double alpha = 0.5;
        for (double y : new double[] {0, 1}) {
            for (Link link : new Link[] {Link.LOGIT, Link.PROBIT}) {
                double[] expected = at(binomial, link, y, 1, eta - alpha);
                double[] actual = at(ordinal, link, y, 1, eta, alpha);
                for (int k = 0; k < 4; k++) {
                    assertEquals(expected[k], actual[k], SAME_FORMULA * Math.abs(expected[k]));
                }
            }
            double[] second = at(binomial, Link.CLOGLOG, y, 1, eta - alpha);
            double[] mirrored = at(ordinal, Link.LOGLOG, y, 1, eta, alpha);
            for (int k = 0; k < 4; k++) {
                assertEquals(second[k], mirrored[k], SAME_FORMULA * Math.abs(second[k]));
            }
            double[] expected = at(binomial, Link.CLOGLOG, 1 - y, 1, alpha - eta);
            double[] actual = at(ordinal, Link.CLOGLOG, y, 1, eta, alpha);
            for (int k = 0; k < 4; k++) {
                double sign = k % 2 == 0 ? 1 : -1;
                assertEquals(sign * expected[k], actual[k], SAME_FORMULA * Math.abs(expected[k]));
            }
        }
    }

    /** ℓ - log(1 - e^c) with c the log-density of 0. */
    @ParameterizedTest
    @CsvSource({"poisson", "nbinom1", "nbinom2"})
    void truncatedCountsAreTheOthersGivenThatTheyAreNotZero(String name) {
        for (double psi : new double[] {-1.5, 0.3, 2}) {
            double[] own = name.equals("poisson") ? new double[0] : new double[] {psi};
            for (double eta : new double[] {-1, 0, 0.8, 2, 4}) {
                double[] c = at(name, 0, eta, own);
                double e = Math.exp(c[0]) / -Math.expm1(c[0]);
                double bend = e * (1 + e);
                double[] condition = {
                    -Math.log(-Math.expm1(c[0])),
                    e * c[1],
                    e * c[2] + bend * c[1] * c[1],
                    e * c[3] + 3 * bend * c[1] * c[2] + bend * (1 + 2 * e) * c[1] * c[1] * c[1]
                };
                for (double y : new double[] {1, 2, 9, 200}) {
                    double[] whole = at(name, y, eta, own);
                    double[] truncated = at("truncated_" + name, y, eta, own);
                    for (int k = 0; k < 4; k++) {
                        double size = Math.abs(whole[k]) + Math.abs(condition[k]) + y + Math.exp(eta);
                        assertEquals(whole[k] + condition[k], truncated[k], 10 * ROUNDING * size * (1 + Math.abs(psi)));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"poisson", "nbinom1", "nbinom2"})
    void theHurdleModelFactorisesIntoZerosAndTheRest(String name) {
        Family counts = Families.named("truncated_" + name);
        Family hurdle = counts.withZeroInflation();
        double[] own = name.equals("poisson") ? new double[0] : new double[] {0.4};
        double[] all = java.util.Arrays.copyOf(own, own.length + 1);
        for (double zeta : new double[] {-30, -1, 0.5, 30}) {
            all[own.length] = zeta;
            for (double eta : new double[] {-700, -2, 0.5, 5}) {
                double[] zero = at(hurdle, Link.LOG, 0, 1, eta, all);
                assertEquals(-Math.log1p(Math.exp(-zeta)), zero[0], SAME_FORMULA * Math.abs(zero[0]));
                for (int k = 1; k < 4; k++) {
                    assertEquals(0, zero[k], 0);
                }
                for (double y : new double[] {1, 3, 50}) {
                    double[] expected = at(counts, Link.LOG, y, 1, eta, own);
                    double[] actual = at(hurdle, Link.LOG, y, 1, eta, all);
                    assertEquals(
                            expected[0] - Math.log1p(Math.exp(zeta)),
                            actual[0],
                            SAME_FORMULA * (Math.abs(expected[0]) + Math.abs(zeta)));
                    for (int k = 1; k < 4; k++) {
                        assertEquals(expected[k], actual[k], 0);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"poisson", "nbinom1", "nbinom2"})
    void withoutZerosOfTheirOwnKindTheCountsAreLeft(String name) {
        Family counts = Families.named(name);
        Family inflated = counts.withZeroInflation();
        double[] own = name.equals("poisson") ? new double[0] : new double[] {0.4};
        double[] all = java.util.Arrays.copyOf(own, own.length + 1);
        all[own.length] = -FAR;
        for (double eta : new double[] {-20, -2, 0.5, 2}) {
            double p0 = Math.exp(at(counts, Link.LOG, 0, 1, eta, own)[0]);
            for (double y : new double[] {0, 1, 50}) {
                double[] expected = at(counts, Link.LOG, y, 1, eta, own);
                double[] actual = at(inflated, Link.LOG, y, 1, eta, all);
                for (int k = 0; k < 4; k++) {
                    double allowed = Math.exp(-FAR) * (1 + Math.exp(3 * eta)) * 10 / p0;
                    assertEquals(expected[k], actual[k], allowed + ROUNDING * Math.abs(expected[k]));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.sparkglmm.core.model.Catalogue#arguments")
    void largeOutcomesAreFiniteInEveryDerivative(Catalogue.Entry entry) {
        Family family = entry.family();
        ObservationModel model = entry.model();
        double y = 1e7;
        double size = family.takesTrials() ? 2e7 : 1;
        if (!family.supports(y, size)) {
            assertTrue(family.takesCategories() || family.supports(0.5, 1));
            return;
        }
        for (double psi : new double[] {-FAR, -3, 0, 3, FAR}) {
            double[] own = new double[family.auxiliary().size()];
            java.util.Arrays.fill(own, psi);
            for (double eta : new double[] {-20, -4, -1, 1, 4, 16, 20}) {
                boolean outside = entry.link() == Link.LOG && family.takesTrials() && eta > 0
                        || eta < 0 && (entry.link() == Link.INVERSE || entry.link() == Link.IDENTITY)
                        || (entry.link() == Link.CLOGLOG || entry.link() == Link.LOGLOG) && eta > 4;
                if (outside || family.auxiliary().size() > 1 && psi != 0 && psi != 3) {
                    continue;
                }
                for (double v : at(family, entry.link(), y, size, eta, own)) {
                    assertTrue(Double.isFinite(v), "η = " + eta + ", ψ = " + psi);
                }
                Observations one = new Observations(new double[] {y}, new double[] {size}, null);
                double[][] prepared = new double[model.prepared()][1];
                model.prepare(one, AuxiliaryPredictors.constant(own), prepared);
                Derivatives at = new Derivatives(1);
                model.evaluate(new RowWindow(one, 0, 1, new double[] {eta}, prepared), 3, at);
                double[][] into = new double[own.length][1];
                double[] ones = {1};
                model.addAuxiliary(
                        new RowWindow(one, 0, 1, new double[] {eta}, prepared),
                        at,
                        new Adjoint(ones, ones, ones),
                        into);
                for (double[] v : into) {
                    assertTrue(Double.isFinite(v[0]), "∂ψ at η = " + eta + ", ψ = " + psi);
                }
            }
        }
    }

    @Test
    void zeroInflationThatMakesNoSenseIsRefused() {
        for (Family family : Families.all()) {
            boolean counts = family instanceof CountFamily || family.name().equals("poisson");
            if (!counts) {
                assertTrue(org.junit.jupiter.api.Assertions.assertThrows(
                                org.sparkglmm.core.UsageException.class, family::withZeroInflation)
                        .getMessage()
                        .contains(family.name()));
            }
        }
    }
}
