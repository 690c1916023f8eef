package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * Predictions and population-averaged coefficients against a plain second implementation of them as functions of all parameters,
 * whose gradients are differences.
 */
class RowPredictorTest {
    private static final double VALUE = 1e-11;
    private static final double ERROR = 1e-5;

    /** With predictors of ψ where a formula may give some. */
    static Stream<Arguments> models() {
        Family gradesOfFour = Families.named("ordinal").withCategories(List.of("a", "b", "c", "d"));
        return Stream.of(
                Arguments.of("logit", Families.named("binomial"), Link.LOGIT, 0),
                Arguments.of("probit", Families.named("binomial"), Link.PROBIT, 0),
                Arguments.of("cloglog", Families.named("binomial"), Link.CLOGLOG, 0),
                Arguments.of("poisson", Families.named("poisson"), Link.LOG, 0),
                Arguments.of("gaussian", Families.named("gaussian"), Link.IDENTITY, 0),
                Arguments.of("lognormal", Families.named("lognormal"), Link.LOG, 1),
                Arguments.of("ordinal", gradesOfFour, Link.LOGIT, 0),
                Arguments.of("zero-inflated", Families.named("nbinom2").withZeroInflation(), Link.LOG, 2),
                Arguments.of("hurdle", Families.named("truncated_nbinom2").withZeroInflation(), Link.LOG, 2));
    }

    /** A model at some parameters, with two covariance matrices of all of these but one. */
    private static final class Setting {
        final Design design;
        final Family family;
        final Link link;
        final ParameterLayout layout;
        final double[] parameters;
        final int[] indices;
        final double[][] model;
        final double[][] robust;
        final ParameterCovariance covariance;
        final Random random;

        Setting(Family family, Link link, int predictors, double spread, long seed) {
            Design plain = RandomBlocks.design(3, 2, false);
            List<List<DesignColumn>> parts = new ArrayList<>();
            for (int k = 0; k < predictors; k++) {
                parts.add(List.of(DesignColumn.intercept(), plain.fixed().get(2)));
            }
            this.design = plain.withColumns(plain.fixed(), parts);
            this.family = family;
            this.link = link;
            layout = design.layout(family);
            random = new Random(seed);
            parameters = new double[layout.size()];
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] = 0.3 * random.nextGaussian();
            }
            for (int t = 0; t < layout.theta(); t++) {
                parameters[layout.thetaStart() + t] += layout.row(t) == layout.column(t) ? spread : 0.2;
            }
            for (int k = 0; family.takesCategories() && k < layout.psiParts(); k++) {
                parameters[layout.psiStart(k)] = -1 + 0.9 * k;
            }
            int left = layout.thetaStart() + 1;
            indices =
                    IntStream.range(0, parameters.length).filter(i -> i != left).toArray();
            model = positiveDefinite(indices.length, random);
            robust = positiveDefinite(indices.length, random);
            List<String> names =
                    IntStream.range(0, parameters.length).mapToObj(i -> "p" + i).toList();
            covariance = new ParameterCovariance(parameters.length, indices, new int[0], names, model, robust);
        }

        RowPredictor predictor(StandardErrors errors) {
            return new RowPredictor(
                    new ModelSpec(design, family, link), parameters, covariance, errors, Estimability.ALL);
        }

        double[][] matrix(StandardErrors errors) {
            return errors == StandardErrors.MODEL ? model : robust;
        }

        double[] row() {
            double[] raw = new double[design.raw().size()];
            for (int k = 0; k < raw.length; k++) {
                raw[k] = k == 1 || k == 2 ? 1 : 0.7 * random.nextGaussian();
            }
            return raw;
        }

        /** Offset in column 3, covariates in 4 and 5. */
        double eta(double[] p, double[] raw) {
            return raw[3] + p[0] + p[1] * raw[4] + p[2] * raw[5];
        }

        /** √(z'ΛΛ'z) with z = (1, x1) and Λ = (p3 0; p4 p5). */
        double deviation(double[] p, double[] raw) {
            return Math.hypot(p[3] + p[4] * raw[4], p[5] * raw[4]);
        }

        double[] psi(double[] p, double[] raw) {
            double[] out = new double[layout.psiParts()];
            for (int k = 0; k < out.length; k++) {
                int at = layout.psiStart(k);
                out[k] = p[at] + (layout.psiStart(k + 1) - at == 2 ? p[at + 1] * raw[5] : 0);
            }
            return out;
        }

        double average(int which, double[] p, double[] raw) {
            return Averages.of(family, link, which, eta(p, raw), deviation(p, raw), psi(p, raw));
        }

        double at(int which, double eta, double[] p, double[] raw) {
            return Averages.of(family, link, which, eta, 0, psi(p, raw));
        }

        double error(ToDoubleFunction<double[]> f, StandardErrors errors) {
            return Averages.error(Averages.gradient(f, parameters), indices, matrix(errors));
        }
    }

    private static double[][] positiveDefinite(int m, Random random) {
        double[][] a = new double[m][m];
        double[][] out = new double[m][m];
        for (double[] row : a) {
            for (int j = 0; j < m; j++) {
                row[j] = 0.1 * random.nextGaussian();
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                for (int k = 0; k < m; k++) {
                    out[i][j] += a[i][k] * a[j][k];
                }
            }
        }
        return out;
    }

    private static void near(double expected, double actual, double relative, String what) {
        assertTrue(Double.isFinite(expected), what);
        assertEquals(expected, actual, relative * Math.abs(expected) + 1e-12, what);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void populationAndMarginalPredictionsHaveTheErrorsOfTheDeltaMethod(
            String name, Family family, Link link, int predictors) {
        for (double spread : new double[] {0.05, 0.8, 3}) {
            Setting s = new Setting(family, link, predictors, spread, 17);
            for (StandardErrors errors : StandardErrors.values()) {
                for (int repeat = 0; repeat < 4; repeat++) {
                    double[] raw = s.row();
                    Prediction population = s.predictor(errors).population(raw);
                    near(s.eta(s.parameters, raw), population.link(), VALUE, "link");
                    near(s.error(p -> s.eta(p, raw), errors), population.linkSe(), ERROR, "error of link");
                    Prediction marginal = s.predictor(errors).marginal(raw);
                    for (int i = 0; i < population.response().length; i++) {
                        int which = i;
                        near(
                                s.at(i, s.eta(s.parameters, raw), s.parameters, raw),
                                population.response()[i],
                                VALUE,
                                "response");
                        near(
                                s.error(p -> s.at(which, s.eta(p, raw), p, raw), errors),
                                population.responseSe()[i],
                                ERROR,
                                "error of response " + i);
                        near(s.average(i, s.parameters, raw), marginal.response()[i], VALUE, "average");
                        near(
                                s.error(p -> s.average(which, p, raw), errors),
                                marginal.responseSe()[i],
                                ERROR,
                                "error of average " + i);
                    }
                    if (family.takesCategories()) {
                        assertTrue(Double.isNaN(marginal.link()) && Double.isNaN(marginal.linkSe()));
                    } else {
                        near(
                                link.predictor(s.average(0, s.parameters, raw)),
                                marginal.link(),
                                VALUE,
                                "link of average");
                        near(
                                s.error(p -> link.predictor(s.average(0, p, raw)), errors),
                                marginal.linkSe(),
                                ERROR,
                                "error of link of average");
                    }
                }
            }
        }
    }

    /** b moves with the parameters, and is uncertain by itself. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void conditionalPredictionsAddTheUncertaintyOfTheEffects(String name, Family family, Link link, int predictors) {
        Setting s = new Setting(family, link, predictors, 0.8, 23);
        double[] b = {0.4, -0.3};
        double[][] own = positiveDefinite(2, s.random);
        double[][] moves = new double[2][s.parameters.length];
        for (double[] row : moves) {
            for (int i = 0; i < row.length; i++) {
                row[i] = s.random.nextGaussian();
            }
        }
        for (int repeat = 0; repeat < 4; repeat++) {
            double[] raw = s.row();
            ToDoubleFunction<double[]> eta = p -> {
                double sum = s.eta(p, raw);
                for (int r = 0; r < 2; r++) {
                    double effect = b[r];
                    for (int i = 0; i < p.length; i++) {
                        effect += moves[r][i] * (p[i] - s.parameters[i]);
                    }
                    sum += (r == 0 ? 1 : raw[4]) * effect;
                }
                return sum;
            };
            double atHome = eta.applyAsDouble(s.parameters);
            double extra = own[0][0] + 2 * own[0][1] * raw[4] + own[1][1] * raw[4] * raw[4];
            Prediction got = s.predictor(StandardErrors.MODEL).conditional(raw, b, own, moves);
            near(atHome, got.link(), VALUE, "link");
            double inherited = s.error(eta, StandardErrors.MODEL);
            near(Math.sqrt(inherited * inherited + extra), got.linkSe(), ERROR, "error of link");
            for (int i = 0; i < got.response().length; i++) {
                int which = i;
                double slope = Averages.derivative(e -> s.at(which, e, s.parameters, raw), atHome, 1e-3);
                double error = s.error(p -> s.at(which, eta.applyAsDouble(p), p, raw), StandardErrors.MODEL);
                near(s.at(i, atHome, s.parameters, raw), got.response()[i], VALUE, "response");
                near(Math.hypot(error, slope * Math.sqrt(extra)), got.responseSe()[i], ERROR, "error of response");
            }
            Prediction independent = s.predictor(StandardErrors.MODEL).conditional(raw, b, own, null);
            double ofBeta = s.error(p -> s.eta(p, raw), StandardErrors.MODEL);
            near(Math.sqrt(ofBeta * ofBeta + extra), independent.linkSe(), ERROR, "error as if independent");
            Prediction unknown = s.predictor(StandardErrors.MODEL).conditional(raw, b, null, null);
            near(atHome, unknown.link(), VALUE, "link");
            assertTrue(Double.isNaN(unknown.linkSe()), "no error of effects that nothing is known of");
        }
    }

    @Test
    void aMissingCovariateLeavesNoPrediction() {
        Setting s = new Setting(Families.named("binomial"), Link.LOGIT, 0, 0.8, 5);
        double[] raw = s.row();
        raw[5] = Double.NaN;
        Prediction got = s.predictor(StandardErrors.MODEL).population(raw);
        assertTrue(Double.isNaN(got.link()) && Double.isNaN(got.linkSe()));
        assertTrue(Double.isNaN(got.response()[0]) && Double.isNaN(got.responseSe()[0]));
        assertTrue(Double.isNaN(s.predictor(StandardErrors.MODEL).marginal(raw).responseSe()[0]));
    }

    /** Least squares of the link of the averaged mean, by the normal equations once more. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void marginalCoefficientsAreLeastSquaresOfTheAveragedMean(String name, Family family, Link link, int predictors) {
        Setting s = new Setting(family, link, predictors, 0.8, 41);
        Rows rows = new Rows(s.design);
        for (int j = 0; j < 30; j++) {
            double[] raw = s.row();
            raw[0] = 1;
            rows.add((long) (j / 3), raw);
        }
        List<FixedEffect> got = MarginalCoefficients.of(
                rows.data(family, 2, 1),
                new ModelSpec(s.design, family, link),
                s.parameters,
                s.covariance,
                StandardErrors.ROBUST);
        if (family.takesCategories()) {
            assertTrue(got.isEmpty(), "categories have no mean on the link's scale");
            return;
        }
        assertEquals(s.design.fixedNames(), got.stream().map(FixedEffect::term).toList());
        for (int c = 0; c < 3; c++) {
            int column = c;
            ToDoubleFunction<double[]> coefficient = p -> leastSquares(s, rows, p)[column];
            FixedEffect e = got.get(c);
            near(coefficient.applyAsDouble(s.parameters), e.estimate(), 1e-9, e.term());
            near(s.error(coefficient, StandardErrors.MODEL), e.se(), ERROR, "error of " + e.term());
            near(s.error(coefficient, StandardErrors.ROBUST), e.robustSe(), ERROR, "robust error of " + e.term());
            near(e.estimate() / e.robustSe(), e.z(), VALUE, "z is by the errors asked for");
            assertNotEquals(e.se(), e.robustSe(), 1e-6);
        }
        if (link == Link.PROBIT) {
            attenuated(s, rows);
        }
    }

    private static double[] leastSquares(Setting s, Rows rows, double[] p) {
        double[][] a = new double[3][4];
        for (int j = 0; j < rows.count(); j++) {
            double[] raw = rows.row(j);
            double[] x = {1, raw[4], raw[5], s.link.predictor(s.average(0, p, raw)) - raw[3]};
            for (int r = 0; r < 3; r++) {
                for (int c = 0; c < 4; c++) {
                    a[r][c] += x[r] * x[c];
                }
            }
        }
        for (int k = 0; k < 3; k++) {
            for (int r = 0; r < 3; r++) {
                double factor = a[r][k] / a[k][k];
                for (int c = k; c < 4 && r != k; c++) {
                    a[r][c] -= factor * a[k][c];
                }
            }
        }
        return new double[] {a[0][3] / a[0][0], a[1][3] / a[1][1], a[2][3] / a[2][2]};
    }

    /** With a random intercept alone every coefficient of a probit is divided by √(1 + s²), where no offset is in the way. */
    private static void attenuated(Setting s, Rows rows) {
        double[] p = s.parameters.clone();
        p[4] = 0;
        p[5] = 0;
        Rows plain = new Rows(s.design);
        for (int j = 0; j < rows.count(); j++) {
            double[] raw = rows.row(j).clone();
            raw[3] = 0;
            plain.add(rows.id(j), raw);
        }
        List<FixedEffect> got = MarginalCoefficients.of(
                plain.data(s.family, 1, 1),
                new ModelSpec(s.design, s.family, s.link),
                p,
                s.covariance,
                StandardErrors.MODEL);
        for (int c = 0; c < 3; c++) {
            near(p[c] / Math.sqrt(1 + p[3] * p[3]), got.get(c).estimate(), 1e-10, "attenuated");
        }
    }

    /**
     * One group all but certain, as separation leaves it: with a probit the population-averaged coefficients stay β/√(1 + s²), and so
     * do their errors.
     */
    @Test
    void aGroupThatIsAllButCertainLeavesTheOthersTheirErrors() {
        Setting s = new Setting(Families.named("binomial"), Link.PROBIT, 0, 0.8, 43);
        double[] p = s.parameters;
        p[2] = 11;
        p[4] = 0;
        p[5] = 0;
        Rows rows = new Rows(s.design);
        for (int j = 0; j < 30; j++) {
            double[] raw = s.row();
            raw[0] = 1;
            raw[3] = 0;
            raw[5] = j % 3 == 0 ? 1 : 0;
            rows.add((long) (j / 3), raw);
        }
        // Of the random slope only what would make the average no probit any more is held.
        int[] some = {0, 1, 2, 3};
        double[][] covariance = positiveDefinite(4, s.random);
        List<String> names = List.of("a", "b", "c", "d", "e", "f");
        List<FixedEffect> got = MarginalCoefficients.of(
                rows.data(s.family, 2, 1),
                new ModelSpec(s.design, s.family, s.link),
                p,
                new ParameterCovariance(p.length, some, new int[0], names, covariance, covariance),
                StandardErrors.MODEL);
        double root = Math.sqrt(1 + p[3] * p[3]);
        for (int c = 0; c < 3; c++) {
            double[] gradient = new double[p.length];
            gradient[c] = 1 / root;
            gradient[3] = -p[c] * p[3] / (root * root * root);
            near(p[c] / root, got.get(c).estimate(), 1e-10, "coefficient " + c);
            near(Averages.error(gradient, some, covariance), got.get(c).se(), ERROR, "error of coefficient " + c);
        }
    }

    /** Where a double is 1 or 0 for the mean, its logit still has digits. */
    @Test
    void bandsKeepTheirWidthNearOneAndZero() {
        for (double eta : new double[] {42, -42, 900, -900}) {
            Setting s = new Setting(Families.named("binomial"), Link.LOGIT, 0, 1.2, 47);
            double[] raw = s.row();
            raw[3] += eta - s.eta(s.parameters, raw);
            double se = s.predictor(StandardErrors.MODEL).population(raw).linkSe();
            TrajectoryPoint point = s.predictor(StandardErrors.MODEL).trajectory(raw)[0];
            double lower = eta - FixedEffect.QUANTILE * se;
            double upper = eta + FixedEffect.QUANTILE * se;
            near(1 / (1 + Math.exp(-lower)), point.typicalLower(), ERROR, "lower end at " + eta);
            near(1 / (1 + Math.exp(-upper)), point.typicalUpper(), ERROR, "upper end at " + eta);
            Prediction marginal = s.predictor(StandardErrors.MODEL).marginal(raw);
            double square = s.deviation(s.parameters, raw) * s.deviation(s.parameters, raw);
            near(eta - Math.signum(eta) * square / 2, marginal.link(), VALUE, "logit of the average at " + eta);
            near(
                    s.error(
                            p -> s.eta(p, raw) - Math.signum(eta) * s.deviation(p, raw) * s.deviation(p, raw) / 2,
                            StandardErrors.MODEL),
                    marginal.linkSe(),
                    ERROR,
                    "error of the logit of the average at " + eta);
            near(
                    s.predictor(StandardErrors.MODEL).population(raw).responseSe()[0],
                    se * Math.exp(-Math.abs(eta)),
                    ERROR,
                    "error of the response at " + eta);
            assertTrue(point.averageLower() <= point.average() && point.average() <= point.averageUpper());
        }
    }
}
