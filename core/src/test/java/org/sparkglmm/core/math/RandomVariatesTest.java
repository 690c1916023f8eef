package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.distribution.PoissonDistribution;
import org.apache.commons.math3.special.Beta;
import org.apache.commons.math3.special.Gamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Draws against the distribution functions of another library. */
class RandomVariatesTest {
    private static final int DRAWS = 5000;
    /** Kolmogorov's distance times √n that one in a million correct samples exceeds: 2 e^{-2·2.694²} = 1e-6. */
    private static final double KOLMOGOROV = 2.694;

    private static void assertDistribution(
            ToDoubleFunction<SplittableRandom> draw, DoubleUnaryOperator below, DoubleUnaryOperator upTo) {
        SplittableRandom random = new SplittableRandom(20240229);
        double[] u = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            double y = draw.applyAsDouble(random);
            double low = below.applyAsDouble(y);
            u[i] = low + random.nextDouble() * (upTo.applyAsDouble(y) - low);
        }
        Arrays.sort(u);
        double distance = 0;
        for (int i = 0; i < DRAWS; i++) {
            distance = Math.max(distance, Math.max(u[i] - (double) i / DRAWS, (i + 1.0) / DRAWS - u[i]));
        }
        assertTrue(distance < KOLMOGOROV / Math.sqrt(DRAWS), "distance " + distance);
    }

    private static void assertContinuous(ToDoubleFunction<SplittableRandom> draw, DoubleUnaryOperator cumulative) {
        assertDistribution(draw, cumulative, cumulative);
    }

    @Test
    void normalAndExponential() {
        assertContinuous(RandomVariates::uniform, u -> u);
        assertContinuous(RandomVariates::normal, StandardNormal::probability);
        assertContinuous(RandomVariates::exponential, x -> -Math.expm1(-x));
        for (double limit : new double[] {1e-14, 0.3, 2, 50}) {
            assertContinuous(r -> RandomVariates.exponentialBelow(limit, r), x -> Math.expm1(-x) / Math.expm1(-limit));
        }
    }

    /** A tiny shape too, whose variate is 0 in double: log G / -1/k is then exponential. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.7, 1, 1.5, 20, 1e4})
    void gamma(double shape) {
        assertContinuous(r -> RandomVariates.logGamma(shape, r), log -> Gamma.regularizedGammaP(shape, Math.exp(log)));
        assertContinuous(r -> -1e-12 * RandomVariates.logGamma(1e-12, r), x -> -Math.expm1(-x));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.5", "3, 1", "0.1, 8", "200, 300"})
    void beta(double a, double b) {
        assertContinuous(
                r -> RandomVariates.logitBeta(a, b, r),
                logit -> Beta.regularizedBeta(1 / (1 + Math.exp(-logit)), a, b));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 0.8, 15.9, 16.1, 40, 1000, 1e5})
    void poisson(double mean) {
        PoissonDistribution expected = new PoissonDistribution(mean);
        assertDistribution(
                r -> RandomVariates.poisson(mean, r),
                y -> expected.cumulativeProbability((int) y - 1),
                y -> expected.cumulativeProbability((int) y));
        assertEquals(0, RandomVariates.poisson(0, new SplittableRandom(1)), 0);
    }

    /** Beyond a mean of a million the standardised count is normal to 1e-4. */
    @ParameterizedTest
    @ValueSource(doubles = {1e8, 1e13})
    void aLargeMeanIsNormal(double mean) {
        assertContinuous(r -> (RandomVariates.poisson(mean, r) - mean) / Math.sqrt(mean), StandardNormal::probability);
        assertContinuous(
                r -> (RandomVariates.binomial(4 * mean, 0.25, 0.75, r) - mean) / Math.sqrt(0.75 * mean),
                StandardNormal::probability);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-14, 0.2, 3, 30})
    void aPoissonCountThatIsNotZero(double mean) {
        double zero = Math.exp(-mean);
        PoissonDistribution all = new PoissonDistribution(mean);
        DoubleUnaryOperator upTo = y -> (all.cumulativeProbability((int) y) - zero) / -Math.expm1(-mean);
        if (mean < 1e-6) {
            assertEquals(1, RandomVariates.truncatedPoisson(mean, new SplittableRandom(1)), 0);
        } else {
            assertDistribution(r -> RandomVariates.truncatedPoisson(mean, r), y -> upTo.applyAsDouble(y - 1), upTo);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0.3", "16, 0.5", "17, 0.02", "40, 0.97", "1000, 0.4", "1000000, 0.00001", "1000000, 0.999"})
    void binomial(int trials, double p) {
        BinomialDistribution expected = new BinomialDistribution(trials, p);
        assertDistribution(
                r -> RandomVariates.binomial(trials, p, 1 - p, r),
                y -> expected.cumulativeProbability((int) y - 1),
                y -> expected.cumulativeProbability((int) y));
        SplittableRandom random = new SplittableRandom(3);
        assertEquals(trials, RandomVariates.binomial(trials, 1, 0, random), 0);
        assertEquals(0, RandomVariates.binomial(trials, 0, 1, random), 0);
        assertEquals(trials, RandomVariates.binomial(trials, 1, 1e-300, random), 0);
    }

    @ParameterizedTest
    @CsvSource({"0.3, 2", "40, 0.1", "1000, 3"})
    void negativeBinomial(double mean, double shape) {
        double p = mean / (mean + shape);
        DoubleUnaryOperator upTo = y -> y < 0 ? 0 : 1 - Beta.regularizedBeta(p, y + 1, shape);
        assertDistribution(
                r -> RandomVariates.negativeBinomial(Math.log(mean), Math.log(shape), r),
                y -> upTo.applyAsDouble(y - 1),
                upTo);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.7, 5, 40})
    void logarithmic(double minusLogQ) {
        double p = -Math.expm1(-minusLogQ);
        DoubleUnaryOperator upTo = y -> {
            double sum = 0;
            // Far out the terms are those of ∫ e^{-kq} dk/k, too many to add; there the exponential integral would be
            // needed.
            for (int k = 1; k <= Math.min(y, 1e5); k++) {
                sum += Math.pow(p, k) / k;
            }
            return sum / minusLogQ;
        };
        if (minusLogQ < 10) {
            assertDistribution(r -> RandomVariates.logarithmic(minusLogQ, r), y -> upTo.applyAsDouble(y - 1), upTo);
        } else {
            SplittableRandom random = new SplittableRandom(5);
            int ones = 0;
            for (int i = 0; i < DRAWS; i++) {
                double y = RandomVariates.logarithmic(minusLogQ, random);
                assertTrue(y >= 1 && y < 1e20);
                ones += y == 1 ? 1 : 0;
            }
            double share = p / minusLogQ;
            assertEquals(share * DRAWS, ones, 5 * Math.sqrt(share * DRAWS));
        }
    }

    /** Recorded: any machine must give these bits. */
    @Test
    void theSameSeedGivesTheSameNumbersEverywhere() {
        assertEquals(-0.8732881567618942, RandomVariates.normal(new SplittableRandom(11)), 0);
        assertEquals(-3.3670123719992007, RandomVariates.logGamma(0.3, new SplittableRandom(11)), 0);
        assertEquals(1267.0, RandomVariates.poisson(1234, new SplittableRandom(11)), 0);
        assertEquals(300188.0, RandomVariates.binomial(1e6, 0.3, 0.7, new SplittableRandom(11)), 0);
    }

    @Test
    void parametersThatAreNoNumbersGiveNaNAndComeBack() {
        SplittableRandom random = new SplittableRandom(1);
        assertTrue(Double.isNaN(RandomVariates.logGamma(Double.NaN, random)));
        assertTrue(Double.isNaN(RandomVariates.poisson(Double.NaN, random)));
        assertTrue(Double.isNaN(RandomVariates.truncatedPoisson(Double.NaN, random)));
        assertTrue(Double.isNaN(RandomVariates.binomial(30, Double.NaN, 0.5, random)));
        assertTrue(Double.isNaN(RandomVariates.negativeBinomial(Double.NaN, 0, random)));
        assertTrue(Double.isFinite(RandomVariates.poisson(Double.POSITIVE_INFINITY, random)));
    }
}
